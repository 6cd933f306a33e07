"""Where files are kept: outside the web's reach, under random names. Which file is whose, the records say."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Protocol

from certtrack.errors import BadSettings, NotFound, Refused
from certtrack.settings import Settings, make_instance

KEY = re.compile(r"[0-9a-f]{32}")
_BUCKET = re.compile(r"s3://[^/\s]+(?:/[^\s]*)?")
GONE = "This file isn't here any more; ask your office."


class StoreAway(Refused):
    """What keeps the files doesn't answer, or has no room."""

    def __init__(self) -> None:
        super().__init__("Files can't be reached just now; try it again in a while.")


class EvidenceStore(Protocol):
    """Keeps the parts of files by their key, a random one of 32 hexadecimal digits. All of it may raise StoreAway."""

    def put(self, key: str, parts: Mapping[str, Path]) -> None:
        """Keep these parts, copied; when it returns they outlast a crash."""

    def read(self, key: str, part: str) -> bytes:
        """One part. Raises NotFound where it isn't kept."""

    def remove(self, key: str) -> None:
        """Take away all parts of a key; nothing where there are none."""

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """Every key with the moment at which a part of it was kept, aware UTC; a key may come several times."""


class FolderStore:
    """Files in a folder that only its owner can read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, parts: Mapping[str, Path]) -> None:
        """See EvidenceStore."""
        try:
            self._write(self._find(key), parts)
        except OSError as error:
            raise StoreAway from error

    def read(self, key: str, part: str) -> bytes:
        """See EvidenceStore."""
        try:
            return (self._find(key) / part).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(GONE) from error
        except OSError as error:
            raise StoreAway from error

    def remove(self, key: str) -> None:
        """See EvidenceStore."""
        try:
            shutil.rmtree(self._find(key))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreAway from error

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """See EvidenceStore."""
        for folder in self._root.glob("??/*"):
            if KEY.fullmatch(folder.name):
                with suppress(FileNotFoundError):  # somebody has just taken it away
                    yield folder.name, datetime.fromtimestamp(folder.stat().st_mtime, UTC)

    def _write(self, folder: Path, parts: Mapping[str, Path]) -> None:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        for name, path in parts.items():
            with path.open("rb") as source, _open_new(folder / name) as kept:
                shutil.copyfileobj(source, kept)
                kept.flush()
                os.fsync(kept.fileno())
        for changed in (folder, folder.parent, self._root):
            _sync_folder(changed)

    def _find(self, key: str) -> Path:
        return self._root / key[:2] / key


def open_store(settings: Settings) -> EvidenceStore:
    """The store of this installation; after a fork, each process opens its own.

    Raises BadSettings as `check_store`, and StoreAway where the folder can't be made.
    """
    check_store(settings)
    if not settings.evidence_url:
        return _open_folder(settings)
    from certtrack.services.evidence.bucket import BucketStore  # noqa: PLC0415  # an extra, which need not be there

    return BucketStore(settings.evidence_url)


def _open_folder(settings: Settings) -> FolderStore:
    try:
        return FolderStore(make_instance(settings) / "evidence")
    except OSError as error:
        raise StoreAway from error


def check_store(settings: Settings) -> None:
    """Raise BadSettings where the setting says what can't be used here."""
    if not settings.evidence_url:
        return
    if not _BUCKET.fullmatch(settings.evidence_url):
        raise BadSettings("CERTTRACK_EVIDENCE_URL can't be understood; write it as s3://BUCKET/FOLDER.")
    if find_spec("obstore") is None:
        raise BadSettings("CERTTRACK_EVIDENCE_URL names a bucket, which needs: pip install 'certtrack[s3]'")


def _open_new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
