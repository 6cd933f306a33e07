"""Taking a file in: opened, made harmless, and kept; its record is still to be written."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import TemporaryDirectory
from typing import BinaryIO

from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.credits.texts import clean
from certtrack.services.evidence.limits import BadFile
from certtrack.services.evidence.opening import open_file
from certtrack.services.evidence.parts import ORIGINAL, Drawn
from certtrack.services.evidence.store import EvidenceStore, StoreAway

_LONGEST_NAME = 120
_AT_ONCE = 1024 * 1024
_PREFIX = "certtrack-drawn-"
_LEFT_S = 3600  # far longer than a file is being drawn


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that the store keeps. `size` and `sha256` are of its main part; `came_sha256` is of what was sent."""

    key: str
    drawn: Drawn
    file_name: str
    size: int
    sha256: str
    came_sha256: str


def take_in(source: BinaryIO, file_name: str, store: EvidenceStore) -> KeptFile:
    """Open the file, a real one on disk, and keep it under a random key. Raises BadFile where it can't be taken.

    Whoever calls writes its record, or takes it out of the store again; a crash between leaves an orphan to
    `certtrack.services.evidence.purge`.
    """
    try:
        with TemporaryDirectory(prefix=_PREFIX) as name:
            _sweep(Path(name))
            return _draw_and_keep(source, file_name, Path(name), store)
    except OSError as error:  # a full disk, or one that can't be written to
        raise BadFile("not_kept") from error


def read_again(source: BinaryIO) -> ReadCertificate | None:
    """What the text of a PDF that is kept already seems to say: that is kept nowhere. None where it can't be read."""
    with suppress(OSError, BadFile), TemporaryDirectory(prefix=_PREFIX) as name:
        return open_file(source, Path(name)).read
    return None


def _draw_and_keep(source: BinaryIO, file_name: str, folder: Path, store: EvidenceStore) -> KeptFile:
    drawn = open_file(source, folder)
    parts = {part: folder / part for part in drawn.list_drawn()}
    if drawn.kind == "pdf":
        parts[ORIGINAL] = _copy(source, folder / ORIGINAL)
    main = parts[drawn.main]
    kept = KeptFile(
        key=secrets.token_hex(16),
        drawn=drawn,
        file_name=tidy_name(file_name),
        size=main.stat().st_size,
        sha256=_digest_path(main),
        came_sha256=digest(source),
    )
    try:
        store.put(kept.key, parts)
    except StoreAway as error:
        with suppress(StoreAway):
            store.remove(kept.key)
        raise BadFile("not_kept") from error
    return kept


def _sweep(own: Path) -> None:
    """Take away what a process that was killed had drawn: pictures of certificates that nobody would ever find."""
    made_at = own.stat().st_mtime
    for folder in own.parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another process takes it away too, or it is somebody else's
            if made_at - folder.stat().st_mtime > _LEFT_S:
                rmtree(folder)


def digest(source: BinaryIO) -> str:
    """The SHA-256 of the whole file, in hexadecimal."""
    source.seek(0)
    found = hashlib.sha256()
    while some := source.read(_AT_ONCE):
        found.update(some)
    return found.hexdigest()


def tidy_name(file_name: str) -> str:
    """The file's own name as people read it: no folders, one line, its end kept where it is very long."""
    name = clean(file_name.replace("\\", "/").rpartition("/")[2]) or "file"
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


def _digest_path(path: Path) -> str:
    with path.open("rb") as opened:
        return digest(opened)


def _copy(source: BinaryIO, path: Path) -> Path:
    source.seek(0)
    with path.open("wb") as copied:
        copyfileobj(source, copied)
    return path
