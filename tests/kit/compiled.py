"""What every application makes anew and always alike: made once for a whole test run."""

from collections import defaultdict
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

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


def share_templates(app: Flask) -> None:
    """Let the application's pages take what was compiled before."""
    for locale, jinja in app.extensions[PAGES].items():
        jinja.bytecode_cache = _BY_LOCALE[locale]


@pytest.fixture(scope="session")
def compressed_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the static files, compressed."""
    return prepare_assets(tmp_path_factory.mktemp("assets")).folder.parent
