"""Where files are kept: outside the web's reach, under random names. Which file is whose, the records say."""

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from certtrack.errors import NotFound
from certtrack.settings import Settings, make_instance

_GONE = "This file isn't here any more; ask your office."


class EvidenceStore(Protocol):
    """Keeps the parts of files by their key, a random one of 32 hexadecimal digits."""

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
        folder = self._find(key)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, path in parts.items():
            with path.open("rb") as source, _open_new(folder / name) as kept:
                shutil.copyfileobj(source, kept)
                kept.flush()
                os.fsync(kept.fileno())
        for changed in (folder, folder.parent):
            _sync_folder(changed)

    def read(self, key: str, part: str) -> bytes:
        """See EvidenceStore."""
        try:
            return (self._find(key) / part).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(_GONE) from error

    def remove(self, key: str) -> None:
        """See EvidenceStore."""
        shutil.rmtree(self._find(key), ignore_errors=True)

    def list_keys(self) -> Iterator[tuple[str, datetime]]:
        """See EvidenceStore."""
        for folder in self._root.glob("??/" + "?" * 32):
            yield folder.name, datetime.fromtimestamp(folder.stat().st_mtime, UTC)

    def _find(self, key: str) -> Path:
        return self._root / key[:2] / key


def open_store(settings: Settings) -> EvidenceStore:
    """The store of this installation."""
    return FolderStore(make_instance(settings) / "evidence")


def _open_new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
