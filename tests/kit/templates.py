"""Templates are compiled once for a whole test run, by whichever of its workers or servers needs them first."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from flask import Flask
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket

from certtrack import language
from certtrack.web.frame import EXTENSION as PAGES

_NAME = "COMPILED_TEMPLATES"
"""The variable that names the run's folder to all its processes; no CERTTRACK_ one, of which servers get their own."""


class Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled by an earlier test or process; a changed source is compiled anew."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(str(folder))
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])
            return
        super().load_bytecode(bucket)
        if bucket.code is not None:
            self._code[bucket.key] = bucket.bytecode_to_string()

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()
        super().dump_bytecode(bucket)


def keep_templates() -> None:
    """Make the run's folder, which goes with the process that made it; and have its words compiled there."""
    if _NAME not in os.environ:
        os.environ[_NAME] = tempfile.mkdtemp(prefix="certtrack-templates-")
        atexit.register(_end, Path(os.environ[_NAME]), os.getpid())
    for locale in language.LOCALES:
        _share("words", locale, language.environment(locale))
        _share("plain", locale, language._plain(locale))


def share_templates(app: Flask) -> None:
    """Let the application's pages take what was compiled before."""
    for locale, jinja in app.extensions[PAGES].items():
        _share("pages", locale, jinja)


def _share(kind: str, locale: str, jinja: Environment) -> None:
    jinja.bytecode_cache = _find(kind, locale)


@cache  # one for each language and way to escape: what a filter makes of a constant is compiled in
def _find(kind: str, locale: str) -> Compiled:
    return Compiled(Path(os.environ[_NAME]) / f"{kind}-{locale}")


def _end(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # and not in what was forked from it
        shutil.rmtree(folder, ignore_errors=True)
