"""Static files: served by WhiteNoise, compressed, for a year, under an address that changes with their content.

The digest of all of them is a part of the path, so that what a stylesheet names (fonts, pictures) is new with it.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication

from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

_SOURCE = Path(__file__).resolve().parent.parent / "static"
_A_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Assets:
    """The files, ready to be served from `folder` under `prefix`."""

    folder: Path
    digest: str

    @property
    def prefix(self) -> str:
        """What the path of each file begins with."""
        return f"/static/{self.digest}/"

    def url(self, path: str) -> str:
        """The address of a file. Raises FileNotFoundError for one that isn't there: a page must not name it."""
        if not (self.folder / path).is_file():
            raise FileNotFoundError(f"static/{path} isn't in the installation; build the front end (pip install).")
        return self.prefix + path

    def serve(self, application: WSGIApplication) -> WSGIApplication:
        """`application` with the files in front of it."""
        served: WSGIApplication = WhiteNoise(
            application, root=self.folder, prefix=self.prefix, max_age=_A_YEAR_S, allow_all_origins=False,
            immutable_file_test=lambda _path, _url: True, add_headers_function=_add_headers,
        )  # fmt: skip
        return served


def prepare_assets(instance: Path, source: Path = _SOURCE) -> Assets:
    """Compress the files into the instance, once for each state of them; processes may do so at the same time."""
    digest = _digest(source)
    folder = instance / "static" / digest
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _fill(folder, source)
    return Assets(folder, digest)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _digest(source: Path) -> str:
    whole = hashlib.sha256()
    for path in _list_files(source):
        whole.update(f"{path.relative_to(source)}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def _fill(folder: Path, source: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        made = Path(work, "static")
        shutil.copytree(source, made)
        compressor = Compressor(quiet=True)
        for path in _list_files(made):
            if compressor.should_compress(path.name):
                compressor.compress(str(path))
        try:
            os.rename(made, folder)  # noqa: PTH104  # whole or not at all
        except OSError:
            if not folder.is_dir():  # another process was not faster: something is wrong
                raise


def _list_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
