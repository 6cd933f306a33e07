"""A page of the list of people takes as long with 100,000 people on record as with 1,000.

Asks the service for pages, in turn at both sizes, as an administrator of the office that all of them belong to: the
first, one from the middle, the last, and the first of each filter; on SQLite and on PostgreSQL. The limit is 1.5 times
as long, in the median. To look for words reads every name: what that takes is printed, and has no limit.
Run it with `PYTHONPATH=tests python benchmarks/people_list.py [--people 100000] [--kind sqlite]`.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, add_spans, make_registry, run_servers
from running import report
from sqlalchemy import func, select, text

from certtrack.db.engine import Database
from certtrack.db.models import Certification, Cycle, StandingSpan
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.overview import list_overview
from certtrack.services.people_list import Filters, Place
from certtrack.services.rulebook import load_rulebook

PEOPLE, FEW, RUNS = 100_000, 1_000, 41
MOST = 1.5
TODAY = AT.date()
ALICE = Actor("account:1", 1, grants=frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 1)}))
FIRST = Filters(as_of=TODAY)
ASKED = {
    "first page": FIRST,
    "certification": replace(FIRST, credential="cpps"),
    "in grace": replace(FIRST, validity="grace"),
    "on time": replace(FIRST, validity="current"),
    "due before": replace(FIRST, due_before=TODAY + timedelta(days=120)),
    "hours open": replace(FIRST, open="hours"),
    "another day": replace(FIRST, as_of=TODAY + timedelta(days=400)),
}
WORDS = replace(FIRST, words="carol 77")


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with so many people."""

    database: Database

    def ask(self, filters: Filters) -> float:
        """Milliseconds that the page takes."""
        began = time.perf_counter()
        with self.database.reading() as session:
            list_overview(session, RULES, ALICE, filters, today=TODAY, at=AT)
        return (time.perf_counter() - began) * 1000

    def find_places(self) -> dict[str, Filters]:
        """Pages from the middle and from the end."""
        with self.database.reading() as session:
            holds = (StandingSpan.from_on <= TODAY, StandingSpan.until_on >= TODAY)
            count = session.scalar(select(func.count(StandingSpan.id)).where(*holds)) or 0
            order = (StandingSpan.next_on, StandingSpan.from_on, StandingSpan.certification_id)
            found = select(*order).where(*holds).order_by(StandingSpan.next_on.is_(None), *order).limit(1)
            rows = [session.execute(found.offset(count * part // 100)).one() for part in (50, 95)]
        places = {part: Place(*row) for part, row in zip((50, 95), rows, strict=True)}
        there = {f"page at {part} %": replace(FIRST, after=place) for part, place in places.items()}
        return there | {f"page back from {part} %": replace(FIRST, before=place) for part, place in places.items()}


RULES = load_rulebook(NOWHERE)


def fill(url: str, kind: str, people: int) -> Filled:
    """A registry in which a tenth are due on one day, one of 49 is in grace, and a tenth have another credential."""
    make_registry(url, kind, certifications=people, due=people // 10)
    database = Database(url)
    with database.writing() as session:
        late = Cycle.certification_id % 49 == 7
        due_on = date(2026, 7, 31)
        moved = {"start_on": due_on - timedelta(days=730), "due_on": due_on, "computed_due_on": due_on}
        session.connection().execute(Cycle.__table__.update().where(late).values(**moved))  # type: ignore[attr-defined]
        other = Certification.id % 10 == 4  # even: their cycles have begun, so few fill a page too
        session.connection().execute(
            Certification.__table__.update().where(other).values(credential="cpps", pack_key="us-wi-cpps")  # type: ignore[attr-defined]
        )
    add_spans(database, RULES)
    if kind == "postgresql":
        with database.writing() as session:
            session.execute(text("ANALYZE"))
    return Filled(database)


def measure(few: Filled, many: Filled, kind: str) -> bool:
    """Print each page's figures; True where one takes too long."""
    over = []
    gc.freeze()
    pages_of: list[Callable[[Filled], dict[str, Filters]]] = [lambda _: ASKED, Filled.find_places]
    for pages in pages_of:
        small, large = pages(few), pages(many)
        for name in small:
            taken = [(few.ask(small[name]), many.ask(large[name])) for _ in range(RUNS)]
            one, other = median(each[0] for each in taken), median(each[1] for each in taken)
            print(f"{kind}, {name}: {one:.1f} ms with few, {other:.1f} ms with many")
            over.append(report(f"{kind}, {name}, times as long", other / one, MOST, ""))
    words = [(few.ask(WORDS), many.ask(WORDS)) for _ in range(5)]
    print(f"{kind}, words: {median(w[0] for w in words):.1f} ms with few, {median(w[1] for w in words):.1f} with many")
    return any(over)


def main() -> int:
    """Measure on both databases; 1 where a page takes too long."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--kind", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    over = []
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind, server in servers.items():
            if asked.kind not in (None, kind):
                continue
            sizes = {"few": FEW, "many": asked.people}
            made = {
                label: fill(
                    f"{server}/{label}.db" if kind == "sqlite" else name_database(server, create_on_server(server)),
                    kind,
                    size,
                )
                for label, size in sizes.items()
            }
            over.append(measure(made["few"], made["many"], kind))
            for filled in made.values():
                filled.database.close()
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
