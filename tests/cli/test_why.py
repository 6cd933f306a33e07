"""`certtrack why`."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kit.databases import on_both
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select

from certtrack.cli import main
from certtrack.db.models import AuditEvent

DUE = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["why", *arguments])


@pytest.fixture
def carol(world: World) -> int:
    carol = world.person("Carol", address="carol@example.org")
    world.certify(carol, DUE, number="CPS-77")
    return carol


@pytest.mark.parametrize("asked", ["carol@example.org", "CPS-77"])
def test_it_says_in_sentences_where_a_person_stands_and_why(world: World, carol: int, asked: str) -> None:
    done = call(asked, "--as-of", "2026-11-15")

    assert done.exit_code == 0
    assert "Due on October 31, 2026. In grace until November 30, 2026." in done.stdout
    assert "isn't published" in done.stdout
    assert "https://" in done.stdout


def test_it_is_said_in_spanish_where_asked(world: World, carol: int, planner: Planner) -> None:
    planner.look(date(2026, 5, 4))
    english, spanish = (call("CPS-77", "--as-of", "2026-11-15", "--language", name).stdout for name in ("en", "es"))

    assert "Certified Peer Specialist, CPS-77, as of November 15, 2026: In grace" in english
    assert "What was mailed, and why; what comes next" in english
    assert "Certified Peer Specialist, CPS-77, al 15 de noviembre de 2026: " in spanish
    assert "Qué se envió y por qué; qué viene" in spanish
    assert len(spanish.splitlines()) == len(english.splitlines())
    shared = set(english.splitlines()) & set(spanish.splitlines())
    assert shared == {"Carol Example", ""}


@on_both
def test_json_has_codes_beside_the_sentences(world: World, carol: int) -> None:
    rows = json.loads(call("CPS-77", "--as-of", "2026-11-15", "--format", "json").stdout)

    assert rows[0]["code"] == "grace"
    assert {"in_phase", "due_stated"} <= {row["code"] for row in rows if row["kind"] == "reason"}


def test_as_known_before_it_was_recorded_there_is_nothing(world: World, carol: int) -> None:
    done = call("CPS-77", "--known-at", "2020-01-01T00:00Z")

    assert "no certification on record" in done.stderr


def test_a_look_is_kept(world: World, carol: int) -> None:
    call("CPS-77")

    with world.database.reading() as session:
        looks = session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == "person.viewed")).all()
    assert looks == [carol]


def test_nobody_is_refused(world: World) -> None:
    done = call("nobody@example.org")

    assert (done.exit_code, done.stdout) == (1, "")


def test_the_help_has_an_example() -> None:
    assert "Example: certtrack why" in call("--help").stdout
