"""`certtrack reminders`."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kit.databases import on_both
from kit.exams import hold, seat
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.cli import main
from certtrack.clock import WallClock
from certtrack.db.models import AuditEvent

DUE = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)


def set_clock(world: World, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    seconds = (world.at - WallClock().now()).total_seconds()
    file.write_text(str(int(seconds)), encoding="ascii")
    monkeypatch.setenv("CERTTRACK_CLOCK_FILE", str(file))


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["reminders", *arguments])


@on_both
def test_held_mail_is_listed_and_released(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    assert call("held", "--format", "csv").stdout.count("release import:1") == 26
    done = call("release", "import:1")
    assert (done.exit_code, done.stdout) == (0, "26\n")
    assert call("held").stdout == ""


def test_somebody_who_was_past_their_day_is_released_by_name_and_nobody_else(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (carol, _), (dave, _) = planner.roster(2, date(2026, 4, 20), armed_on=date(2026, 5, 4), release_by_name=True)
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    rows = json.loads(call("held", "--format", "json").stdout)
    assert [row["release"] for row in rows] == [f"certtrack reminders release --person {one}" for one in (carol, dave)]
    assert call("release", "--person", str(carol)).exit_code == 0
    assert [row["person"] for row in json.loads(call("held", "--format", "json").stdout)] == [dave]
    assert call("release", "--all").exit_code == 0
    assert call("held").stdout == ""


def test_a_cause_released_again_releases_nothing_and_an_unknown_one_is_refused(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    assert call("release", "import:1").stderr == "26 reminders are released.\n"
    again = call("release", "import:1")
    assert (again.exit_code, again.stdout) == (0, "0\n")
    unknown = call("release", "import:2")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "`certtrack reminders held` lists what waits" in unknown.stderr


def test_what_the_help_says_of_a_hold_is_a_command_that_can_be_typed(world: World, planner: Planner) -> None:
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.look(date(2026, 5, 4))
    (line,) = {row["release"] for row in json.loads(call("held", "--format", "json").stdout)}
    assert line.split()[:3] == ["certtrack", "reminders", "release"]
    assert call(*line.split()[2:]).exit_code == 0


def test_exactly_one_thing_is_released(world: World) -> None:
    assert call("release").exit_code == 2
    assert call("release", "import:1", "--all").exit_code == 2
    assert call("release", "import:1").exit_code == 1


def test_the_ledger_of_one_person_is_listed_and_the_look_is_audited(world: World, planner: Planner) -> None:
    person = world.person()
    world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    done = call("ledger", str(person), "--state", "planned")
    assert done.exit_code == 0
    assert "before_180" in done.stdout
    with world.database.reading() as session:
        assert "reminders.listed" in session.scalars(select(AuditEvent.action)).all()


def test_why_says_the_newest_and_what_comes_next_and_then_each_stage(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = world.person(address=None)
    world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    lines = call("why", "example, carol").stdout.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lines[0].startswith("Nothing was sent for the reminder 180 days before October 31, 2026, as was decided on")
    would_be = "Next would be the reminder 90 days before October 31, 2026, on Friday, July 31, 2026"
    assert lines[0].endswith(f"{would_be}; as things are now nothing is sent then either.")
    assert [line[:10] for line in lines[2:4]] == ["2026-05-04", "2026-07-31"]
    [row] = json.loads(call("why", str(person), "--stage", "before_180", "--format", "json", "--language", "es").stdout)
    assert (row["state"], row["reason"], row["next_stage"]) == ("suppressed", "no_address", "before_90")
    assert "No se envió nada" in row["says"]


def test_why_refuses_an_unknown_stage_and_a_name_that_two_have_with_what_there_is(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people = [world.person(), world.person()]
    world.certify(people[0], DUE)
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    unknown = call("why", str(people[0]), "--stage", "before_31")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "there are before_180, before_90" in unknown.stderr
    several = call("why", "Carol Example")
    assert f"own number: {people[0]} (Carol Example) or {people[1]} (Carol Example)." in several.stderr
    assert "Nobody here has the number, the address or the name" in call("why", "Dave Example").stderr


@on_both
def test_told_notes_it_once_and_takes_it_back(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = world.person(address=None)
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    asked = ("told", "Carol Example", "before_180", "--by", "phone", "--on", "2026-05-03", "--as", "bob")
    assert call(*asked).stderr == "Noted; no mail is sent for it.\n"
    assert planner.says(cycle) == {"before_180": "told"}
    assert "It is noted already" in call(*asked).stderr
    assert "Another stage comes before it" in call("told", str(person), "before_60", "--by", "letter").stderr
    assert "there are: before_180, before_90" in call("told", str(person), "before_31", "--by", "letter").stderr
    assert call("told", str(person), "before_180").exit_code == 2
    back = ("told", str(person), "before_180", "--take-back", "it was her sister")
    assert call(*back).stderr == "Taken back; the stage is decided on anew.\n"
    assert "Nobody has noted" in call(*back).stderr


def test_of_two_exams_with_the_same_stage_the_day_says_which_one_was_told(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.rulebook = load_shipped()
    carol = world.person(address=None)
    for held_on in (date(2026, 6, 20), date(2026, 6, 21)):
        seat(world, hold(world, held_on=held_on), carol)
    planner.look(date(2026, 6, 8))
    set_clock(world, monkeypatch, tmp_path / "offset")
    asked = ("told", str(carol), "before_14", "--by", "letter")
    assert "say which: --due 2026-06-20 or --due 2026-06-21" in call(*asked).stderr
    assert call(*asked, "--due", "2026-06-21").stderr == "Noted; no mail is sent for it.\n"
    said = {row["anchor_on"]: row for row in json.loads(call("why", str(carol), "--format", "json").stdout)}
    assert {day: row["subject_kind"] for day, row in said.items()} == dict.fromkeys(said, "exam_sitting")
    told = call("why", str(carol), "--stage", "before_14", "--format", "json")
    assert [row["state"] for row in json.loads(told.stdout)] == ["suppressed", "told"]


def test_what_holds_mail_is_said_in_words_of_either_language(world: World, planner: Planner) -> None:
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.look(date(2026, 5, 4))
    assert {row["why"] for row in json.loads(call("held", "--format", "json").stdout)} == {"an import"}
    assert "una importación" in call("held", "--language", "es").stdout


@on_both
def test_a_restore_is_said_by_hand_and_the_next_planning_holds_the_mass(
    world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.move_to(date(2026, 5, 1))
    for _ in range(26):
        world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 4))
    set_clock(world, monkeypatch, tmp_path / "offset")
    said = call("restored", "--as", "alice")
    assert said.exit_code == 0
    assert said.stdout.startswith("restored:2026-05-04T")
    assert "may have been mailed" in said.stderr
    world.at += timedelta(minutes=1)
    planner.look()
    rows = json.loads(call("held", "--format", "json").stdout)
    assert [row["cause"] for row in rows] == [said.stdout.strip()] * 26
    assert {row["why"] for row in rows} == {"a database put back from a backup"}
    assert call("release", said.stdout.strip()).stdout == "26\n"
    with world.database.reading() as session:
        actors = session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "reminders.restored")).all()
    assert len(actors) == 1
    assert "alice" in actors[0]
