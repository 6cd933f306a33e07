"""An office's files, as they are, one after the other: hours come out as worked out by hand in worked_out.toml.

So do exams, as in worked_out_exams.toml.
"""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kit.credit_log import SHARED as LOG
from kit.credit_log import LogOffice
from kit.databases import on_sqlite
from kit.exam_results import SHARED as RESULTS
from kit.exam_results import ResultOffice
from kit.roster import SHARED as ROSTER
from kit.roster import Office
from kit.supervision_log import SHARED as SUPERVISION
from kit.supervision_log import SupervisionOffice
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, ConfirmedWord, Credit, Cycle, ExamResult, ImportedRow, Person
from certtrack.rules.hours import CreditCount
from certtrack.services.credit_log.runs import Import
from certtrack.services.standing import load_standings

HERE = Path(__file__).parent
WORDS = (HERE / "words.toml").read_bytes()
PEOPLE: list[dict[str, Any]] = tomllib.loads((HERE / "worked_out.toml").read_text(encoding="utf-8"))["people"]
EXAMS: dict[str, Any] = tomllib.loads((HERE / "worked_out_exams.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 26)
SHARE_AN_ADDRESS = ("CPS-1006", "CPS-1007")
"""Whose 23 rows name an address that two people have: they are nobody's, and are given back."""


@pytest.fixture
def log(world: World) -> Import:
    """The log's import, once all files are in."""
    world.move_to(TODAY)
    Office(world).take(ROSTER.read_bytes(), ROSTER.name)
    ResultOffice(world, is_empty=True).take(RESULTS.read_bytes())
    work = LogOffice(world).take(LOG.read_bytes(), WORDS)
    SupervisionOffice(world, is_empty=True).take(SUPERVISION.read_bytes())
    return work


@pytest.mark.long
@on_sqlite
def test_hours_and_exams_are_those_worked_out_by_hand(world: World, log: Import) -> None:
    wanted = {person["number"]: expect(person) for person in PEOPLE}
    assert len(wanted) == 10
    assert {number: find(world, log, number) for number in wanted} == wanted
    for number in SHARE_AN_ADDRESS:
        assert find(world, log, number)["rows"] == []
    with world.database.reading() as session:
        assert set(session.scalars(select(ConfirmedWord.confirmed_by))) == {"Alice Example"}
    assert len(EXAMS["people"]) == 10
    assert {number: list_exams(world, number) for number in EXAMS["people"]} == EXAMS["people"]
    again = ResultOffice(world, is_empty=True).look(RESULTS.read_bytes())
    counts = again.count()
    assert {name: counts[name] for name in EXAMS["counts"]} == EXAMS["counts"]
    assert Counter(fault.problem for row in again.returned for fault in row.faults) == EXAMS["refused"]


def expect(person: dict[str, Any]) -> dict[str, Any]:
    areas = {key: tuple(minutes) for key, minutes in person["areas"].items()}
    return person | {"rows": sorted(map(tuple, person["rows"])), "total": tuple(person["total"]), "areas": areas}


def find(world: World, log: Import, number: str) -> dict[str, Any]:
    """What is on record of whoever has this number, in the shape of the table."""
    with world.database.reading() as session:
        held = session.scalars(select(Certification).where(Certification.number == number)).one()
        person = session.get_one(Person, held.person_id)
        cycle = session.scalars(select(Cycle).where(Cycle.certification_id == held.id)).one()
        counted = load_standings(session, world.rulebook, [held.id], TODAY)[held.id].counted
        credits_ = {
            credit.id: credit for credit in session.scalars(select(Credit).where(Credit.person_id == person.id))
        }
        query = select(ImportedRow.key, ImportedRow.said).where(ImportedRow.kind == "credits")
        brought = {key: int(said["credit"]) for key, said in session.execute(query)}
    lines = {brought[placed.key]: placed.row.line for placed in log.placed.rows}
    total, *areas = counted.requirements
    minutes = Counter[str]()
    for one in counted.credits:
        minutes[one.code if one.counts == "no" else one.counts] += credits_[one.id].minutes
    return {
        "number": number,
        "name": f"{person.family_name}, {person.given_name}",
        "cycle": [cycle.start_on, cycle.due_on],
        "rows": sorted(tell(lines[one.id], credits_[one.id], one) for one in counted.credits),
        "counts": minutes.pop("yes", 0),
        "may_count": minutes.pop("unsure", 0),
        "total": (total.counted, total.unsure),
        "areas": {area.key: (area.counted, area.unsure) for area in areas if area.counted or area.unsure},
        "uncounted": dict(minutes),
    }


def tell(line: int, credit: Credit, one: CreditCount) -> tuple[int, str, date, int, str, str]:
    areas = "+".join(area for area, _ in one.shares)
    return line, credit.title, credit.last_on, credit.minutes, one.code, areas


def list_exams(world: World, number: str) -> list[list[Any]]:
    """The exams of whoever has this number, in the shape of the table."""
    held = select(Certification.person_id).where(Certification.number == number).scalar_subquery()
    query = select(ExamResult).where(ExamResult.person_id == held).order_by(ExamResult.taken_on)
    with world.database.reading() as session:
        return [
            [one.taken_on, *([one.attempt, one.score // 100] if one.attempt and one.score else []), one.outcome]
            for one in session.scalars(query)
        ]
