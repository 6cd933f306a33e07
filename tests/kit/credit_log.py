"""An office's log of continuing education: the shared one, small ones made in memory, and imports of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from kit.credits import DUE
from kit.roster import make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.clock import today_in
from certtrack.db.models import Credit
from certtrack.services.credit_log.mapping import make_meanings, read_mapping
from certtrack.services.credit_log.rows import read_log
from certtrack.services.credit_log.runs import Import
from certtrack.services.organizations import get_organization
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping

HEADS = ("Email", "Course", "Provider", "Date completed", "Hours", "Category", "Format", "Certificate on file")
ROW = ("carol@example.org", "Ethics", "Online", "2026-03-02", "3", "ethics", "live", "y")
SHARED = Path(__file__).parents[1] / "data" / "ce-log.csv"
WORDS = b'confirmed_by = "Alice Example"\n[categories]\nethics = "ethics_boundaries"\n[formats]\nlive = "in_person"\n'


def row(**values: str) -> tuple[str, ...]:
    """Carol's row with some cells changed, by our words."""
    places = ("address", "title", "provider", "day", "hours", "category", "format", "proof")
    return tuple(values.get(name, cell) for name, cell in zip(places, ROW, strict=True))


class LogOffice:
    """Lakeside's office, which imports what its people did; `carol` has one certification, `cps`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.carol = world.person(address="carol@example.org")
        self.cps, self.cycle = world.certify(self.carol, DUE, number="CPS-1")

    def read(self, data: bytes, words: bytes | None = None) -> Import:
        world = self.world
        mapping, confirmed = read_mapping("m.toml", words, world.rulebook.packs) if words else (Mapping(), None)
        with world.database.reading() as session:
            owner = get_organization(session, "lakeside")
            meanings = make_meanings(load_words(session, owner.id, "credits"), confirmed)
        log = read_log("log.csv", data, mapping, today_in(world.clock, owner.zone), meanings.formats)
        return Import(log, owner, world.rulebook, world.actor, world.at, meanings=meanings, confirmed=confirmed)

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
            work.pace(0, 0)  # as many rows as can be next time, however busy the machine is
        with self.world.database.writing() as session:
            work.finish(session)
        return work

    def rows(self, *rows: Sequence[str], words: bytes | None = None) -> Import:
        """Import these rows."""
        return self.take(make_csv(*rows, heads=HEADS), words)

    def credits(self) -> list[Credit]:
        """What is on record, in the order of recording."""
        with self.world.database.reading() as session:
            return list(session.scalars(select(Credit).order_by(Credit.id)))

    def missing(self, work: Import) -> list[str]:
        """The titles of what isn't in that file."""
        with self.world.database.reading() as session:
            return [item["title"] for item in work.list_missing(session)]


@pytest.fixture
def office(world: World) -> LogOffice:
    return LogOffice(world)
