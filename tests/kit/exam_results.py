"""An office's list of exam results: the shared one, small ones made in memory, and imports of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from kit.roster import make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.clock import today_in
from certtrack.db.models import ExamResult
from certtrack.security import Actor
from certtrack.services.exam_results.mapping import NO_MAPPING, Mapping
from certtrack.services.exam_results.rows import read_results
from certtrack.services.exam_results.runs import Import
from certtrack.services.organizations import get_organization

HEADS = ("Candidate", "Email", "Cert #", "Credential", "Exam date", "Score %", "Attempt", "Route", "Result")
ROW = ("", "carol@example.org", "", "", "2025-03-03", "84", "1", "", "")
DUE = date(2026, 10, 31)
SHARED = Path(__file__).parents[1] / "data" / "exam-results.csv"


def row(**values: str) -> tuple[str, ...]:
    """Carol's row with some cells changed, by our words."""
    places = ("name", "address", "number", "credential", "day", "score", "attempt", "route", "outcome")
    return tuple(values.get(name, cell) for name, cell in zip(places, ROW, strict=True))


class ResultOffice:
    """Lakeside's office, which imports what came of exams; `carol` has one certification, `cps`, unless it's empty."""

    def __init__(self, world: World, *, is_empty: bool = False) -> None:
        self.world = world
        if is_empty:
            return
        self.carol = world.person(address="carol@example.org")
        self.cps, self.cycle = world.certify(self.carol, DUE, number="CPS-1")

    def read(self, data: bytes, mapping: Mapping = NO_MAPPING, actor: Actor | None = None) -> Import:
        world = self.world
        with world.database.reading() as session:
            owner = get_organization(session, "lakeside")
        file = read_results(
            "results.csv", data, mapping, world.rulebook.packs, today_in(world.clock, owner.zone)
        )  # fmt: skip
        return Import(file, owner, world.rulebook, actor or world.actor, world.at)

    def look(self, data: bytes, mapping: Mapping = NO_MAPPING, actor: Actor | None = None) -> Import:
        """A dry run."""
        work = self.read(data, mapping, actor)
        with self.world.database.reading() as session:
            work.prepare(session)
            for rows in work.batches():
                work.plan(session, rows)
        return work

    def take(self, data: bytes, mapping: Mapping = NO_MAPPING, *, batches: int = 10_000) -> Import:
        """An import; with `batches` it breaks off after so many."""
        work = self.read(data, mapping)
        with self.world.database.reading() as session:
            work.prepare(session)
        with self.world.database.writing() as session:
            work.start(session)
        for number, rows in enumerate(work.batches()):
            if number == batches:
                return work
            with self.world.database.writing() as session:
                work.write(session, rows)
            work.pace(0, 0)  # as many rows as can be next time, however busy the machine is
        with self.world.database.writing() as session:
            work.finish(session)
        return work

    def rows(self, *rows: Sequence[str]) -> Import:
        """Import these rows."""
        return self.take(make_csv(*rows, heads=HEADS))

    def problems(self, *rows: Sequence[str]) -> list[str]:
        """Why these rows come back, in the order of the file; nothing is written."""
        work = self.look(make_csv(*rows, heads=HEADS))
        found = sorted(work.returned, key=lambda item: item.line)
        return [fault.problem for item in found for fault in item.faults]

    def results(self, person_id: int | None = None) -> list[tuple[str, int | None, int | None, str, int]]:
        """Day, attempt, score, outcome and number of versions of each result of Carol's, or that person's, by days."""
        query = select(ExamResult).where(ExamResult.person_id == (person_id or self.carol))
        with self.world.database.reading() as session:
            return [
                (str(one.taken_on), one.attempt, one.score, one.outcome, one.no)
                for one in session.scalars(query.order_by(ExamResult.taken_on, ExamResult.id))
            ]

    def missing(self, work: Import) -> list[tuple[str, str, int]]:
        """Name, day and attempt of what isn't in that file."""
        with self.world.database.reading() as session:
            return [(item["name"], str(item["taken_on"]), item["attempt"]) for item in work.list_missing(session)]


@pytest.fixture
def office(world: World) -> ResultOffice:
    return ResultOffice(world)
