"""An office's list of who was there: the example file, small ones made in memory, and imports of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from kit.roster import make_csv
from kit.trainings import plan
from kit.world import World
from sqlalchemy import select

from certtrack.clock import today_in
from certtrack.db.models import Enrollment, TrainingAttendance, TrainingSession
from certtrack.services.attendance_list.layout import KIND
from certtrack.services.attendance_list.mapping import make_titles, read_mapping
from certtrack.services.attendance_list.rows import read_list
from certtrack.services.attendance_list.runs import Import
from certtrack.services.organizations import get_organization
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping

HEADS = ("Name", "E-mail", "Cert #", "Training", "Session", "Date", "Hours")
ROW = ("", "carol@example.org", "", "Spring training", "1", "", "4")
SHARED = Path(__file__).parents[1] / "data" / "training-attendance.csv"


def row(**values: str) -> tuple[str, ...]:
    """Carol's row with some cells changed, by our words."""
    places = ("name", "address", "number", "training", "session", "day", "hours")
    return tuple(values.get(name, cell) for name, cell in zip(places, ROW, strict=True))


class SheetOffice:
    """Lakeside's office, which imports who was there; a training of twelve sessions, and Carol, who isn't in it yet."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.carol = world.person(address="carol@example.org")
        self.training, self.sessions = plan(world)

    def read(self, data: bytes, words: bytes | None = None) -> Import:
        world = self.world
        mapping, confirmed = read_mapping("m.toml", words) if words else (Mapping(), None)
        with world.database.reading() as session:
            owner = get_organization(session, "lakeside")
            titles = make_titles(load_words(session, owner.id, KIND), confirmed)
        file = read_list("attendance.csv", data, mapping, today_in(world.clock, owner.zone))
        return Import(file, owner, world.rulebook, world.actor, world.at, titles=titles, confirmed=confirmed)

    def look(self, data: bytes, words: bytes | None = None) -> Import:
        """A dry run."""
        work = self.read(data, words)
        with self.world.database.reading() as session:
            work.prepare(session)
            for rows in work.batches():
                work.plan(session, rows)
        return work

    def take(self, data: bytes, words: bytes | None = None, *, batches: int = 10_000) -> Import:
        """An import; with `batches` it breaks off after so many."""
        work = self.read(data, words)
        with self.world.database.reading() as session:
            work.prepare(session)
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

    def rows(self, *rows: Sequence[str], words: bytes | None = None) -> Import:
        """Import these rows."""
        return self.take(make_csv(*rows, heads=HEADS), words)

    def problems(self, *rows: Sequence[str]) -> list[str]:
        """Why these rows come back, in the order of the file; nothing is written."""
        work = self.look(make_csv(*rows, heads=HEADS))
        found = sorted(work.returned, key=lambda item: item.line)
        return [fault.problem for item in found for fault in item.faults]

    def noted(self) -> list[tuple[int, date, int | None]]:
        """What is on record: person, day and minutes, by the days, then by person and training."""
        noted = TrainingAttendance
        query = (
            select(Enrollment.person_id, TrainingSession.held_on, noted.minutes)
            .select_from(noted)
            .join(Enrollment, Enrollment.id == noted.enrollment_id)
            .join(TrainingSession, TrainingSession.id == noted.session_id)
            .order_by(TrainingSession.held_on, Enrollment.person_id, TrainingSession.id)
        )
        with self.world.database.reading() as session:
            return [(person, day, minutes) for person, day, minutes in session.execute(query)]

    def states(self) -> list[tuple[int, str]]:
        """Who is in a training, and how."""
        with self.world.database.reading() as session:
            rows = session.execute(select(Enrollment.person_id, Enrollment.state).order_by(Enrollment.id))
            return [(person, state) for person, state in rows]

    def missing(self, work: Import) -> list[tuple[str, date, int]]:
        """Title, day and minutes of what isn't in that file."""
        with self.world.database.reading() as session:
            return [(item["training"], item["day"], item["minutes"]) for item in work.list_missing(session)]


@pytest.fixture
def office(world: World) -> SheetOffice:
    return SheetOffice(world)
