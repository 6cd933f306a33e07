"""`certtrack why` explains hours: how far they are, each area, each credit."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kit.credits import amend, decide, find_claim, log, make_new
from kit.databases import on_both
from kit.rules import CPS
from kit.world import World

from certtrack.cli import main
from certtrack.services.certifications import get_certification, record_status
from certtrack.services.cycles import close_cycle, get_cycle
from certtrack.services.people import change_person, get_person

DUE = date(2026, 10, 31)
WHOM = "ask the Wisconsin Peer Specialist Employment Initiative (www.wicps.org)."


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)


@pytest.fixture
def held(world: World) -> tuple[int, int, int]:
    """Carol, her certification, its cycle."""
    carol = world.person("Carol", address="carol@example.org")
    return (carol, *world.certify(carol, DUE, number="CPS-77"))


def call(*options: str) -> list[str]:
    done = CliRunner().invoke(main, ["why", "CPS-77", "--as-of", "2026-05-15", *options])
    assert done.exit_code == 0, done.output
    return [line.strip() for line in done.stdout.splitlines()]


def read(*options: str) -> list[dict[str, Any]]:
    return [row for row in json.loads("\n".join(call("--format", "json", *options))) if "reason" not in row]


def test_hours_are_said_in_sentences(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    credit = log(world, carol, make_new(17, areas=("area_4",)), certification)
    lines = call()
    assert "17 of 20 hours are on record; 3 are still to do." in lines
    assert (
        "- Area 4 (its name isn't published): 17 hours are on record. How many hours it needs isn't published." in lines
    )
    assert "- Ethics and boundaries: nothing on record yet" not in lines
    assert "2026-03-02  Ethics for peers, 17 hours. Counted. Waiting to be checked." in lines
    amend(world, credit, make_new(19, areas=("area_4",)))
    assert "19 of 20 hours are on record; 1 is still to do." in call()


def test_each_credit_says_whether_it_counts_and_why(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    log(world, carol, make_new(2, title="A", activity="video"), certification)
    log(world, carol, make_new(2, title="B", form="recorded"), certification)
    log(world, carol, make_new(1, title="C", proof="none"), certification)
    returned = log(world, carol, make_new(1, title="D"), certification)
    log(world, carol, make_new(1, title="E", last_on=date(2024, 10, 31)), certification)
    decide(world, find_claim(world, returned, certification)[0], "returned", reason_code="hours_differ", words="Two?")
    lines = call()
    assert "0 of 20 hours are on record; 2 more may count; at least 18 are still to do." in lines
    told = {line.split(",")[0][-1]: line.split(". ", 1)[1] for line in lines if line[:4].isdigit() and "hour" in line}
    assert told == {
        "A": "Not counted: the rules leave out this kind of activity. Waiting to be checked.",
        "B": f"May count: whether hours of this form count isn't published; {WHOM} Waiting to be checked.",
        "C": "Not counted: the rules ask for a certificate or document that states the hours. Waiting to be checked.",
        "D": "Not counted: it was returned, and waits for an answer. Returned by test: "
        "The certificate says other hours. “Two?”",
        "E": "Not counted: it was earned before this cycle began. Waiting to be checked.",
    }


def test_hours_are_said_in_spanish(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    log(world, carol, make_new(17, areas=("area_4",), form="recorded"), certification)
    spanish, english = call("--language", "es"), call()
    assert "Están registradas 0 de 20 horas; quizá cuenten 17 más; quedan por hacer al menos 3." in spanish
    assert [
        line for line in spanish if line.startswith("- Área 4 (su nombre no está publicado): quizá cuenten 17 horas")
    ]
    assert len(spanish) == len(english)
    assert set(spanish) & set(english) == {"Carol Example", ""}


@on_both
def test_programs_get_codes_and_minutes(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    credit = log(world, carol, make_new(17), certification)
    rows = {row["kind"]: row for row in read()}
    assert rows["hours"]["code"] == "short"
    named = {"key", "needed", "counted", "unsure", "open", "is_waived", "dimension", "unit", "needed_most"}
    assert rows["requirement"]["values"].keys() == named
    assert (rows["credit"]["code"], rows["credit"]["day"]) == ("counts", "2026-03-02")
    assert (rows["credit"]["values"]["id"], rows["credit"]["values"]["minutes"]) == (credit, 1020)


def test_hours_are_told_as_known_then(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    before = world.at.isoformat()
    world.at = world.at.replace(hour=18)
    log(world, carol, make_new(17), certification)
    assert "0 of 20 hours are on record; 20 are still to do." in call("--known-at", before)
    assert "17 of 20 hours are on record; 3 are still to do." in call("--known-at", world.at.isoformat())


def test_nothing_is_still_to_do_where_nothing_can_be_done(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, cycle = held
    log(world, carol, make_new(17), certification)
    assert "17 of 20 hours are on record." in call("--as-of", "2029-01-01")  # the way back is the exam
    with world.database.writing() as session:
        day = date(2026, 5, 1)
        close_cycle(
            session, world.rulebook, get_cycle(session, cycle), day, reason=None, actor=world.actor, at=world.at
        )
    assert "No cycle is open, so no hours are counted." in call()
    assert (
        "2026-03-02  Ethics for peers, 17 hours. Not counted here: no open cycle has this day. Waiting to be checked."
        in call()
    )


def test_of_what_is_retired_and_of_the_dead_no_hours_are_told(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    log(world, carol, make_new(17), certification)
    with world.database.writing() as session:
        found = get_certification(session, certification)
        day = date(2026, 5, 20)
        record_status(session, world.rulebook, found, "retired", day, reason=None, actor=world.actor, at=world.at)
    assert not {row["kind"] for row in read("--as-of", "2026-05-20")} & {"hours", "requirement", "credit"}
    with world.database.writing() as session:
        change_person(
            session, get_person(session, carol), {"died_on": date(2026, 5, 10)}, actor=world.actor, at=world.at
        )
    assert "hours" in {row["kind"] for row in read("--as-of", "2026-05-09")}
    assert not {row["kind"] for row in read()} & {"hours", "requirement", "credit"}


def test_a_confirmed_minimum_says_who_confirmed_it(world: World, held: tuple[int, int, int]) -> None:
    carol, certification, _ = held
    log(world, carol, make_new(2, areas=("area_4",)), certification)
    words = ["--source", "Letter of the program", "--on", "2026-05-04"]
    done = CliRunner().invoke(main, ["rules", "confirm", CPS, "hours.areas.area_4.minimum", "180", *words])
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    assert "Certifications looked at anew: 1." in done.stderr
    assert (
        "- Area 4 (its name isn't published): 2 of 3 hours are on record; 1 is still to do. How many it needs isn't "
        "published; confirmed on record here: Letter of the program, May 4, 2026."
    ) in call()
