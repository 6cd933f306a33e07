"""What every application makes anew and always alike: made once for a whole test run."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from werkzeug.routing import Rule

from certtrack.web.assets import prepare_assets


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


@pytest.fixture(scope="session")
def compressed_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the static files, compressed."""
    return prepare_assets(tmp_path_factory.mktemp("assets")).folder.parent
