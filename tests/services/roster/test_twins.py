"""The shared roster saved in other ways, and a month later: whatever it is saved as, it says the same."""

import csv
import io
from collections.abc import Sequence
from datetime import date

import pytest
from kit.databases import on_both
from kit.roster import SHARED, Imported, Office
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Certification, Cycle, Finding, Person
from certtrack.services.people import change_person
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.sheets.files import open_sheets

TWINS = [("cp1252", ","), ("utf-16", ","), ("utf-8", ","), ("utf-8", ";"), ("utf-8", "\t")]


def shared_lines() -> list[list[str]]:
    """The cells of the shared roster as a spreadsheet writes them into a text, days as 2026-10-31."""
    (sheet,) = open_sheets(SHARED.name, SHARED.read_bytes())
    return [[str(cell) for cell in line.cells] for line in sheet.lines]


def save(lines: Sequence[Sequence[str]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(lines)
    return text.getvalue().encode(encoding)


def next_month(world: World) -> bytes:
    """A month later: CPS-1000 renewed, CPS-1002 a day earlier, CPS-1001 gone, one new, CPPS-1003 with a new address."""
    lines = {line[2]: line for line in shared_lines() if line[2]}
    lines["CPS-1000"][5] = "10/31/2028"
    lines["CPS-1002"][5] = "10/30/2028"
    lines["CPPS-1003"][1] = "file@example.org"
    del lines["CPS-1001"]
    new = ["Newcomer, Nia", "nia@example.org", "CPS-9000", "CPS", "03/01/2024", "10/31/2026", "bob@example.org", ""]
    with world.database.writing() as session:
        query = select(Person).join(Certification, Certification.person_id == Person.id)
        mended = session.scalars(query.where(Certification.number == "CPPS-1003")).one()
        change_person(session, mended, {"private_address": "hand@example.org"}, actor=world.actor, at=world.at)
    return save([*lines.values(), new])


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("encoding", "separator"), TWINS)
def test_a_twin_says_of_everybody_what_the_workbook_says(
    imported: Imported, office: Office, encoding: str, separator: str
) -> None:
    looked = office.look(save(shared_lines(), encoding, separator))
    workbook = office.look(SHARED.read_bytes(), SHARED.name)
    assert looked.count() == workbook.count()
    assert [tell(plan) for plan in looked.plans] == [tell(plan) for plan in workbook.plans]
    assert (looked.count()["rows_same"], looked.count()["findings"], looked.count()["people_new"]) == (118, 0, 0)


def tell(plan: RowPlan) -> tuple[object, ...]:
    return plan.kind, plan.changes, plan.term, plan.exam_on, plan.supervisor


@on_both
def test_a_twin_puts_on_record_what_the_workbook_says(world: World, office: Office) -> None:
    """The workbook, looked at after its twin, finds everybody, each day and each finding there already."""
    taken = office.take(save(shared_lines(), "cp1252", ";")).count()
    looked = office.look(SHARED.read_bytes(), SHARED.name).count()
    assert (looked["rows_same"], looked["findings"], looked["people_new"]) == (118, 0, 0)
    assert (taken["rows_new"], taken["rows_refused"], taken["rows_twice"]) == (118, 1, 1)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Finding)) == 14
        assert session.scalar(select(func.count()).select_from(Person)) == 119


def test_a_month_later_a_dry_run_says_what_the_import_then_does_and_it_does_it_once(
    world: World, office: Office, imported: Imported
) -> None:
    world.move_to(date(2026, 6, 15))
    data = next_month(world)
    looked, done = office.look(data), office.take(data)
    assert done.count() == looked.count()
    assert [plan.changes for plan in done.plans] == [plan.changes for plan in looked.plans]
    assert [plan.findings for plan in done.plans] == [plan.findings for plan in looked.plans]
    counts = done.count()
    assert (counts["rows_new"], counts["rows_changed"], counts["rows_same"]) == (1, 2, 115)
    assert done.count_findings() == {"expires_earlier": 1, "mended_by_hand": 1}
    with world.database.reading() as session:
        missing = done.list_missing(session)
    assert [item["key"] for item in missing] == ["cps#cps-1001"]
    check_month(world)
    again = office.take(data)
    assert (again.count()["rows_same"], again.count()["findings"]) == (118, 0)


def check_month(world: World) -> None:
    with world.database.reading() as session:
        query = select(Certification.number, Cycle.due_on).join(Cycle).where(Cycle.closed_on.is_(None))
        days = {row.number: row.due_on for row in session.execute(query)}
        hand = session.scalar(select(func.count()).where(Person.private_address == "hand@example.org"))
    wanted = {
        "CPS-1000": date(2028, 10, 31),
        "CPS-1001": date(2025, 10, 31),
        "CPS-1002": date(2028, 10, 30),
        "CPS-9000": date(2026, 10, 31),
    }
    assert {number: days[number] for number in wanted} == wanted
    assert hand == 1
