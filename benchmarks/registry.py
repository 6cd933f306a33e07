"""Registries for the benchmarks: many certifications, of which some have a stage due on one day."""

import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.databases import make_copy_on_server, migrate
from kit.postgres import run_postgres
from sqlalchemy import Connection, insert, select, text

from certtrack.db.engine import Database
from certtrack.db.models import Affiliation, Certification, Claim, Credit, Cycle, CycleVersion, Person
from certtrack.rules.spans import spans
from certtrack.services.actors import command_actor
from certtrack.services.organizations import create_organization
from certtrack.services.rulebook import Rulebook, load_rulebook, pin
from certtrack.services.standing import load_held, replace_spans

ZONE = "America/Chicago"
AT = datetime(2026, 8, 4, 17, tzinfo=UTC)
"""Noon of a day on which the stage 90 days before October 31, 2026 is reached."""
AREAS = ("ethics_boundaries", "trauma_informed_care", "cultural_humility")
NOWHERE = Path("no-instance-of-its-own")
_AT_ONCE = 5_000
_MINUTES = (60, 45, 90, 60)


@dataclass(frozen=True, slots=True)
class Learning:
    """Who has credits: the first `people`, `each` of them, which fit `areas` in turn."""

    people: int
    each: int
    areas: Sequence[tuple[str, ...]] = tuple((area,) for area in AREAS)


@dataclass(frozen=True, slots=True)
class Registry:
    """A filled database that each run copies, so that every run finds the same."""

    url: str
    kind: str

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """The address of a fresh copy; it is gone when the block ends."""
        if self.kind == "sqlite":
            file = folder / f"{uuid.uuid4().hex}.db"
            shutil.copy(self.url.removeprefix("sqlite:///"), file)
            yield f"sqlite:///{file}"
            for left in folder.glob(f"{file.name}*"):
                left.unlink()
            return
        with make_copy_on_server(self.url) as url:
            yield url


@contextmanager
def run_servers(folder: Path, *, is_durable: bool = False) -> Iterator[dict[str, str]]:
    """The addresses of empty databases to fill, by kind: one in `folder`, one on a throw-away PostgreSQL.

    `is_durable`: that one is as sure of what it has said as an installation's.
    """
    with run_postgres(is_durable=is_durable) as server:
        yield {"sqlite": f"sqlite:///{folder}", "postgresql": server}


def make_registry(
    url: str,
    kind: str,
    *,
    certifications: int,
    due: int,
    learning: Learning | None = None,
    rulebook: Rulebook | None = None,
    pack_key: str = "us-wi-cps",
) -> Registry:
    """Fill an empty database at `url`; `due` of the certifications have a stage on the day of `AT`.

    All go by the pack of that key: a shipped one, unless a rulebook is given.
    """
    migrate(url)
    database = Database(url)
    pack = (rulebook or load_rulebook(NOWHERE)).packs.get(pack_key)
    with database.writing() as session:
        version_id = pin(session, pack, AT)
        organization_id = create_organization(
            session, key="lakeside", name="Lakeside Peers", zone=ZONE, actor=command_actor("benchmark"), at=AT
        ).id
    common = {"organization_id": organization_id, "pack_key": pack_key}, version_id
    for start in range(1, certifications + 1, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, certifications + 1))
        with database.writing() as session:
            _fill(session.connection(), numbers, due, *common)
            if learning:
                _add_credits(session.connection(), range(start, min(numbers.stop, learning.people + 1)), due, learning)
    if kind == "postgresql":
        with database.writing() as session:
            session.execute(text("ANALYZE"))  # as the server does by itself within a minute
    database.close()
    return Registry(url, kind)


def add_spans(database: Database, rulebook: Rulebook) -> None:
    """Put everybody's spans on record, as the rules make them, without the planning that goes with a change."""
    with database.reading() as session:
        ids = list(session.scalars(select(Certification.id).order_by(Certification.id)))
    for start in range(0, len(ids), _AT_ONCE):
        with database.writing() as session:
            held = load_held(session, rulebook, ids[start : start + _AT_ONCE])
            replace_spans(session, {number: spans(pack, facts) for number, (pack, facts) in held.items()})


def _fill(connection: Connection, numbers: range, due: int, held: dict[str, Any], version_id: int) -> None:
    known: dict[str, Any] = {"recorded_at": AT - timedelta(days=300), "recorded_by": "benchmark"}
    connection.execute(insert(Person), [known | _person(n) for n in numbers])
    belonging = known | {"organization_id": held["organization_id"], "no": 1}
    connection.execute(insert(Affiliation), [belonging | {"person_id": n} for n in numbers])
    held = known | held | {"credential": "cps"}
    connection.execute(insert(Certification), [held | {"id": n, "person_id": n, "number": f"CPS-{n}"} for n in numbers])
    cycles = [_cycle(n, is_due=n <= due) | {"pack_version_id": version_id} for n in numbers]
    planned = [{"next_stage_on": _next_stage_on(cycle), "armed_on": date(2025, 1, 1)} for cycle in cycles]
    rows = [
        known | cycle | plan | {"id": n, "certification_id": n, "no": 1, "release_by_name": False}
        for n, cycle, plan in zip(numbers, cycles, planned, strict=True)
    ]
    connection.execute(insert(Cycle), rows)
    connection.execute(
        insert(CycleVersion),
        [known | cycle | {"cycle_id": n, "no": 1} for n, cycle in zip(numbers, cycles, strict=True)],
    )


def _add_credits(connection: Connection, owners: range, due: int, learning: Learning) -> None:
    known: dict[str, Any] = {"recorded_at": AT - timedelta(days=60), "recorded_by": "benchmark", "no": 1}
    waiting = known | {"decision": "waiting", "is_dropped": False}
    credits_, claims = [], []
    for owner in owners:
        start_on = _cycle(owner, is_due=owner <= due)["start_on"]
        for place in range(learning.each):
            number = (owner - 1) * learning.each + place + 1
            said = _credit(place, start_on, _MINUTES[(owner + place) % 4], learning.areas[place % len(learning.areas)])
            credits_.append(known | said | {"id": number, "person_id": owner})
            claims.append(waiting | {"credit_id": number, "certification_id": owner})
    if credits_:
        connection.execute(insert(Credit), credits_)
        connection.execute(insert(Claim), claims)


def _credit(place: int, start_on: date, minutes: int, areas: tuple[str, ...]) -> dict[str, Any]:
    day = start_on + timedelta(days=31 + 20 * place)
    return {
        "title": f"Course {place}",
        "folded_title": f"course {place}",
        "provider": "Lakeside",
        "first_on": day,
        "last_on": day,
        "unit": "minutes",
        "amount": str(minutes),
        "minutes": minutes,
        "parts": [{"minutes": minutes, "areas": list(areas)}],
        "activity": "course",
        "form": "recorded" if place % 2 else "in_person",
        "role": "participant",
        "proof": "on_paper",
        "proof_seen_by": "benchmark",
        "state": "logged",
    }


def _person(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "given_name": f"Carol {number}",
        "family_name": "Example",
        "folded_name": f"example, carol {number}",
        "private_address": f"carol{number}@example.org",
        "language": "en",
        "zone": ZONE,
    }


def _cycle(number: int, *, is_due: bool) -> dict[str, Any]:
    due_on = date(2026, 10, 31) if is_due else date(2027 + number % 2, 10, 31)
    return {
        "start_on": due_on - timedelta(days=730),
        "due_on": due_on,
        "due_source": "stated",
        "computed_due_on": due_on,
        "is_withdrawn": False,
    }


def _next_stage_on(cycle: dict[str, Any]) -> date:
    due_on: date = cycle["due_on"]
    return AT.date() if due_on.year == 2026 else due_on - timedelta(days=180)
