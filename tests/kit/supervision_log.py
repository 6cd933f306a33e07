"""An office's log of supervision: the shared one, small ones made in memory, and imports of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from kit.roster import make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.clock import today_in
from certtrack.db.models import ServiceSpan, Signature, SupervisionSession
from certtrack.security import Actor
from certtrack.services.organizations import get_organization
from certtrack.services.sheets.mapping import Mapping
from certtrack.services.sheets.returned import make_returned
from certtrack.services.supervision_log.rows import read_log
from certtrack.services.supervision_log.runs import Import

HEADS = ("Date", "Supervisor", "Specialists", "Minutes", "Kind", "Service hours since last", "Signed")
ROW = ("05/04/2026", "bob@example.org", "carol@example.org", "60", "individual", "", "both")
SHARED = Path(__file__).parents[1] / "data" / "supervision-log.csv"


def row(**values: str) -> tuple[str, ...]:
    """Bob's hour with Carol with some cells changed, by our words."""
    places = ("day", "supervisor", "people", "minutes", "kind", "service", "signed")
    return tuple(values.get(name, cell) for name, cell in zip(places, ROW, strict=True))


class SupervisionOffice:
    """Lakeside's office, which imports what Bob held with Carol and Erin; with `is_empty` they aren't on record."""

    def __init__(self, world: World, *, is_empty: bool = False) -> None:
        self.world = world
        if is_empty:
            return
        self.bob, self.carol, self.erin = (
            world.person(name, address=f"{name.lower()}@example.org") for name in ("Bob", "Carol", "Erin")
        )

    def read(self, data: bytes, actor: Actor | None = None, language: str = "en") -> Import:
        world = self.world
        with world.database.reading() as session:
            owner = get_organization(session, "lakeside")
        log = read_log("log.csv", data, Mapping(), today_in(world.clock, owner.zone))
        return Import(log, owner, world.rulebook, actor or world.actor, world.at, language=language)

    def look(self, data: bytes) -> Import:
        """A dry run."""
        work = self.read(data)
        with self.world.database.reading() as session:
            work.prepare(session)
            for rows in work.batches():
                work.plan(session, rows)
        return work

    def take(self, data: bytes, actor: Actor | None = None) -> Import:
        """An import."""
        work = self.read(data, actor)
        with self.world.database.reading() as session:
            work.prepare(session)
        with self.world.database.writing() as session:
            work.start(session)
        for rows in work.batches():
            with self.world.database.writing() as session:
                work.write(session, rows)
        with self.world.database.writing() as session:
            work.finish(session)
        return work

    def rows(self, *rows: Sequence[str], actor: Actor | None = None) -> Import:
        """Import these rows."""
        return self.take(make_csv(*rows, heads=HEADS), actor)

    def sessions(self) -> list[SupervisionSession]:
        """What is on record, in the order of recording."""
        with self.world.database.reading() as session:
            return list(session.scalars(select(SupervisionSession).order_by(SupervisionSession.id)))

    def spans(self) -> list[tuple[str, str, int]]:
        """Hours of service: first day, last day, minutes."""
        with self.world.database.reading() as session:
            found = session.scalars(select(ServiceSpan).order_by(ServiceSpan.id))
            return [(span.from_on.isoformat(), span.until_on.isoformat(), span.minutes) for span in found]

    def signatures(self) -> list[Signature]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Signature).order_by(Signature.id)))


def tell_reasons(work: Import) -> str:
    """The file that comes back."""
    return make_returned(work.file.heads, work.returned, "en")


@pytest.fixture
def office(world: World) -> SupervisionOffice:
    return SupervisionOffice(world)
