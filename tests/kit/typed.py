"""Commands as they are typed, over a test's own database."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from certtrack.cli import main as certtrack
from jobs.cli import main as certtrack_jobs

Typed = Callable[..., Result]


def type_line(*words: object) -> Result:
    """What `certtrack WORDS` does, or `certtrack-jobs WORDS` where that is the first word."""
    programme: click.Command = certtrack
    if words and words[0] == "certtrack-jobs":
        programme, words = certtrack_jobs, words[1:]
    return CliRunner().invoke(programme, [str(word) for word in words])


@pytest.fixture
def typed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`typed("standing", "CPS-1")`, on both kinds of database, in a folder and an instance of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    return type_line
