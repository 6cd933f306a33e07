"""An office for the benchmarks of pages: supervisors with teams, accounts of each kind, and everybody's standing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry import AT, ZONE, Learning, make_registry
from sqlalchemy import insert, text

from certtrack.cli.rebuilding import Rebuilder, list_ranges
from certtrack.clock import WallClock
from certtrack.db.engine import Database
from certtrack.db.models import Assignment, Person
from certtrack.security import Role
from certtrack.services.accounts import create_account
from certtrack.services.actors import command_actor
from certtrack.services.organizations import get_organization
from certtrack.services.rulebook import load_rulebook
from certtrack.settings import Settings

TEAM = 50
EACH = 4
"""Credits of each person in a team that somebody looks at; they wait to be checked."""
_FAR = 10_000_000
"""Numbers of supervisors: none that a holder of a certification has."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where it is on record, and who can sign in: each name is an account's, of whom there are as many as readers."""

    url: str
    specialists: tuple[str, ...]
    supervisors: tuple[str, ...]
    administrators: tuple[str, ...]


def make_office(url: str, kind: str, settings: Settings, *, people: int, readers: int) -> Office:
    """Fill an empty database: so many people in teams of fifty, and so many accounts of each kind."""
    rulebook = load_rulebook(settings.instance, settings.packs)
    make_registry(
        url, kind, certifications=people, due=people // 10, rulebook=rulebook,
        learning=Learning(min(people, readers * TEAM), EACH),
    )  # fmt: skip
    database = Database(url)
    _add_supervisors(database, people)
    office = _add_accounts(database, url, readers)
    rebuilder = Rebuilder(database, rulebook, WallClock())
    for first, last in list_ranges(database):
        rebuilder.rebuild(first, last)
    if kind == "postgresql":
        with database.writing() as session:
            session.execute(text("ANALYZE"))  # as the server does by itself within a minute
    database.close()
    return office


def _add_supervisors(database: Database, people: int) -> None:
    known: dict[str, Any] = {"recorded_at": AT - timedelta(days=300), "recorded_by": "benchmark"}
    teams = range(-(-people // TEAM))
    with database.writing() as session:
        place = get_organization(session, "lakeside").id
        named = [
            {"id": _FAR + team, "given_name": f"Bob {team}", "folded_name": f"sample, bob {team}"} for team in teams
        ]
        common = known | {"family_name": "Sample", "language": "en", "zone": ZONE}
        session.execute(insert(Person), [common | one for one in named])
        assigned = known | {"organization_id": place, "from_on": date(2026, 1, 1)}
        rows = [{"person_id": n, "supervisor_id": _FAR + (n - 1) // TEAM} for n in range(1, people + 1)]
        session.execute(insert(Assignment), [assigned | row for row in rows])


def _add_accounts(database: Database, url: str, readers: int) -> Office:
    by: dict[str, Any] = {"actor": command_actor("benchmark"), "at": WallClock().now()}
    with database.writing() as session:
        place = get_organization(session, "lakeside").id

        def add(role: Role, person_id: int | None, number: int) -> str:
            name = f"{role}{number}@example.org"
            create_account(session, name, role=role, organization_id=place, person_id=person_id, **by)
            return name

        numbers = range(readers)
        return Office(
            url,
            tuple(add(Role.SPECIALIST, n * TEAM + 1, n) for n in numbers),
            tuple(add(Role.SUPERVISOR, _FAR + n, n) for n in numbers),
            tuple(add(Role.AGENCY_ADMINISTRATOR, None, n) for n in numbers),
        )
