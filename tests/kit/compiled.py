"""What every application makes anew and always alike: made once for a whole test run."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from certtrack.web.assets import prepare_assets
from certtrack.web.frame import EXTENSION as PAGES


class Compiled(BytecodeCache):
    """Templates as they were compiled by an earlier test; a changed source is compiled anew."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


# one for each language: what a filter makes of a constant is compiled in
_BY_LOCALE: dict[str, Compiled] = defaultdict(Compiled)


class SharedRule(Rule):
    """An address whose program that builds it was compiled by an earlier application, from the same text."""

    _builders: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


def share_addresses() -> None:
    """Have every application that is made from here on take the addresses' programs of those before it."""
    Flask.url_rule_class = SharedRule


def share_templates(app: Flask) -> None:
    """Let the application's pages take what was compiled before."""
    for locale, jinja in app.extensions[PAGES].items():
        jinja.bytecode_cache = _BY_LOCALE[locale]


@pytest.fixture(scope="session")
def compressed_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the static files, compressed."""
    return prepare_assets(tmp_path_factory.mktemp("assets")).folder.parent
