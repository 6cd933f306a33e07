"""The shared roster, small rosters made in memory, and an import of them as the command does it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from kit.world import World

from certtrack.clock import today_in
from certtrack.services.organizations import get_organization
from certtrack.services.roster.mapping import NO_MAPPING, Mapping
from certtrack.services.roster.roster import read_roster
from certtrack.services.roster.runs import Import

HEADS = ("Name (Last, First)", "E-mail", "Cert #", "Type", "Exam date", "Expires", "Supervisor", "Notes")
CAROL = ("Example, Carol", "carol@example.org", "CPS-1", "CPS", "03/22/2024", "10/31/2026", "bob@example.org", "")
SHARED = Path(__file__).parents[1] / "data" / "agency-roster.xlsx"


def make_csv(
    *rows: Sequence[str], heads: Sequence[str] = HEADS, separator: str = ",", encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([heads, *rows])
    return text.getvalue().encode(encoding)


def make_xlsx(rows: Sequence[Sequence[Any]], *, merge: Sequence[str] = ()) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Roster")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for cells in merge:
        sheet.merge_range(cells, rows[0][0] if cells.startswith("A1") else "North")
    book.close()
    return data.getvalue()


def carol(**values: str) -> tuple[str, ...]:
    """Carol's row with some cells changed, by our words."""
    places = {
        "name": 0,
        "address": 1,
        "number": 2,
        "credential": 3,
        "exam": 4,
        "expires": 5,
        "supervisor": 6,
        "notes": 7,
    }
    row = list(CAROL)
    for column, value in values.items():
        row[places[column]] = value
    return tuple(row)


class Office:
    """Lakeside's office, which imports."""

    def __init__(self, world: World) -> None:
        self.world = world

    def read(self, data: bytes, file_name: str = "roster.csv", mapping: Mapping = NO_MAPPING) -> Import:
        world = self.world
        with world.database.reading() as session:
            owner = get_organization(session, "lakeside")
        packs, today = world.rulebook.packs, today_in(world.clock, owner.zone)
        return Import(read_roster(file_name, data, mapping, packs, today), owner, world.rulebook, world.actor, world.at)

    def look(self, data: bytes, file_name: str = "roster.csv", mapping: Mapping = NO_MAPPING) -> Import:
        """A dry run."""
        work = self.read(data, file_name, mapping)
        with self.world.database.reading() as session:
            for rows in work.batches():
                work.plan(session, rows)
        return work

    def take(
        self, data: bytes, file_name: str = "roster.csv", mapping: Mapping = NO_MAPPING, *, batches: int = 10_000
    ) -> Import:
        """An import; with `batches` it breaks off after so many."""
        work = self.read(data, file_name, mapping)
        with self.world.database.writing() as session:
            work.start(session)
        for number, rows in enumerate(work.batches()):
            if number == batches:
                return work
            with self.world.database.writing() as session:
                work.write(session, rows)
        with self.world.database.writing() as session:
            work.finish(session)
        return work

    def rows(self, *rows: Sequence[str]) -> Import:
        """Import these rows."""
        return self.take(make_csv(*rows))


@dataclass(frozen=True, slots=True)
class Imported:
    """A world in which the shared roster is on record, and the import that put it there."""

    world: World
    work: Import


def take_shared(world: World) -> Import:
    """Put the shared roster on record."""
    return Office(world).take(SHARED.read_bytes(), SHARED.name)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)
