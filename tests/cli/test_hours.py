"""`certtrack hours what-if` says what is still needed, with planned activities and without."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kit.credits import DUE, log, make_new
from kit.databases import on_both
from kit.rules import CPPS
from kit.world import World

from certtrack.cli import main
from certtrack.clock import WallClock
from certtrack.services.certifications import get_certification


@pytest.fixture
def cps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str, world: World) -> int:
    """Carol's certification, with 16 hours on record."""
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    offset = int((world.at - WallClock().now()).total_seconds())
    (tmp_path / "offset").write_text(str(offset), encoding="utf-8")
    monkeypatch.setenv("CERTTRACK_CLOCK_FILE", str(tmp_path / "offset"))
    carol = world.person("Carol", address="carol@example.org")
    cps, _ = world.certify(carol, DUE, number="CPS-77")
    log(world, carol, make_new(16), cps)
    return cps


def call(*options: str) -> Result:
    return CliRunner().invoke(main, ["hours", "what-if", "CPS-77", *options])


def read(*options: str) -> list[dict[str, Any]]:
    done = call("--format", "json", *options)
    assert done.exit_code == 0, done.output
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def test_what_is_still_needed_is_said_without_a_plan(cps: int) -> None:
    lines = call().stdout.splitlines()
    assert lines[0] == "Certified Peer Specialist: Still to do by October 31, 2026: at least 4 hours."
    assert lines[1].startswith("  - How many hours 6 areas need isn't published, so a little more may be asked for;")
    assert "  - In all: on record: 16 hours; needed: 20 hours; still to do: 4 hours." in lines


@on_both
def test_programs_read_what_a_plan_would_change_and_why_an_activity_would_not_count(cps: int) -> None:
    rows = read("--plan", "2026-09-01 3h ethics_boundaries", "--plan", "2026-09-02 90min activity=video")
    answer, *rest = rows
    assert (answer["code"], answer["day"], answer["certification"]) == ("short", "2026-10-31", cps)
    assert (answer["values"]["least_now"]["minutes"], answer["values"]["least"]["minutes"]) == (240, 60)
    planned = [row for row in rest if row["kind"] == "planned"]
    assert [(row["day"], row["code"], row["values"]["count"]["minutes"]) for row in planned] == [
        ("2026-09-01", "counts", 180),
        ("2026-09-02", "activity_excluded", 0),
    ]
    total = next(row for row in rest if row["code"] == "total")
    assert [total["values"][when]["counted"] for when in ("before", "after")] == [960, 1140]


def test_it_is_said_in_spanish_too(cps: int) -> None:
    assert "Por hacer a más tardar el 31 de octubre de 2026: al menos 4 horas." in call("--language", "es").stdout


def test_only_the_certification_that_is_named_is_told(world: World, cps: int) -> None:
    with world.database.reading() as session:
        carol = get_certification(session, cps).person_id
    cpps, _ = world.certify(carol, DUE, pack=CPPS)
    assert {row["certification"] for row in read()} == {cps, cpps}
    assert {row["certification"] for row in read("--certification", str(cpps))} == {cpps}


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("2026-09-01", "Write it as 2027-03-05 3h ethics_boundaries form=live_online."),
        ("2026-09-01 3h ethics colour=red", "Write it as"),
        ("2026-02-30 3h", "last_on: That isn't a day."),
        ("2026-09-01 3h no_such", "the areas of us-wi-cps are cultural_humility, "),
        ("2026-09-01 3h form=sideways", "form: Choose one of what is offered here."),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused_with_what_is_wrong(cps: int, plan: str, said: str) -> None:
    done = call("--plan", plan)
    assert done.exit_code == 1
    assert said in done.stderr
