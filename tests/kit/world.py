"""A small world on a test's database: Alice administers, Bob supervises, Carol is a specialist, Dave is nobody's."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from kit.rules import CPS
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.engine import Database
from certtrack.db.models import Account
from certtrack.packs import Policies
from certtrack.rules.reminders import Policy
from certtrack.rules.terms import computed_due_on_near, first_start_on
from certtrack.security import Actor, Role
from certtrack.services.accounts import create_account
from certtrack.services.actors import command_actor
from certtrack.services.certifications import record_certification
from certtrack.services.cycles import NewCycle, open_cycle
from certtrack.services.organizations import affiliate, create_organization
from certtrack.services.people import NewPerson, create_person
from certtrack.services.rulebook import Rulebook, load_rulebook
from certtrack.services.standing import projecting_once

ZONE = "America/Chicago"
_NOWHERE = Path("no-instance-of-its-own")


@dataclass
class World:
    """What tests of services stand on. `at` is the moment of everything that is put on record; move it freely."""

    database: Database
    rulebook: Rulebook
    at: datetime = datetime(2026, 5, 15, 17, tzinfo=UTC)
    actor: Actor = field(default_factory=lambda: command_actor("test"))
    organization_id: int = 0
    made: int = 0

    @property
    def clock(self) -> FixedClock:
        """A clock that stands at `at`."""
        return FixedClock(self.at)

    @property
    def today(self) -> date:
        """The day that `at` is in the office: hours later than by UTC."""
        return today_in(self.clock, ZONE)

    def move_to(self, day: date, hour_utc: int = 17) -> None:
        """Go to that day; 17:00 UTC is noon in the middle of the United States' summer."""
        self.at = datetime.combine(day, time(hour_utc), UTC)

    @property
    def policy(self) -> Policy:
        """The one by which reminders of CPS are planned."""
        policy = self.rulebook.find_policy(CPS, self.at)
        assert policy is not None
        return policy

    def person(self, given_name: str = "Carol", *, address: str | None = "-", **values: Any) -> int:
        """Put somebody on record who is affiliated; an own address at example.org unless told otherwise."""
        with self.database.writing() as session:
            return self.add_person(session, given_name, address=address, **values)

    def add_person(
        self, session: Session, given_name: str = "Carol", *, address: str | None = "-", **values: Any
    ) -> int:
        self.made += 1
        own = f"{given_name.lower()}{self.made}@example.org" if address == "-" else address
        fields: dict[str, Any] = {"family_name": "Example", "zone": ZONE, "private_address": own} | values
        new = NewPerson(given_name=given_name, **fields)
        person = create_person(session, new, actor=self.actor, at=self.at)
        affiliate(session, person.id, self.organization_id, from_on=None, actor=self.actor, at=self.at)
        return person.id

    def certify(self, person_id: int, due_on: date, **values: Any) -> tuple[int, int]:
        """Put a certification on record with one open cycle: their numbers. `values`: pack, number, or a NewCycle's."""
        with self.database.writing() as session, projecting_once(session, self.rulebook, at=self.at):
            return self.add_certification(session, person_id, due_on, **values)

    def add_certification(
        self,
        session: Session,
        person_id: int,
        due_on: date,
        *,
        pack: str = CPS,
        number: str | None = "-",
        **values: Any,
    ) -> tuple[int, int]:
        self.made += 1
        rules = self.rulebook.packs.get(pack, on=due_on)
        certification = record_certification(
            session,
            self.rulebook,
            person_id=person_id,
            organization_id=self.organization_id,
            pack=rules,
            number=f"{rules.short_name.en}-{self.made}" if number == "-" else number,
            issued_on=None,
            actor=self.actor,
            at=self.at,
        )
        cycle: dict[str, Any] = {
            "start_on": first_start_on(rules, due_on),
            "due_on": due_on,
            "due_source": "stated",
            "computed_due_on": computed_due_on_near(rules, due_on),
            "armed_on": due_on - timedelta(days=400),
        }
        new = NewCycle(**(cycle | values))
        opened = open_cycle(session, self.rulebook, certification, new, actor=self.actor, at=self.at)
        return certification.id, opened.id

    def account(
        self, name: str, role: Role, *, person_id: int | None = None, everywhere: bool = False, **values: Any
    ) -> int:
        """Make an account `name@example.org` with one role in the world's organization, or everywhere.

        `values`: the role's days; an auditor's last day is that of the world and a week unless told otherwise.
        """
        if role is Role.AUDITOR:
            values = {"until_on": self.today + timedelta(days=7)} | values
        with self.database.writing() as session:
            account: Account = create_account(
                session,
                f"{name}@example.org",
                role=role,
                organization_id=None if everywhere else self.organization_id,
                person_id=person_id,
                actor=self.actor,
                at=self.at,
                **values,
            )
            return account.id


@cache  # nobody writes into it
def load_shipped() -> Rulebook:
    """All that is shipped, each version of it."""
    return load_rulebook(_NOWHERE)


@cache
def _load_first() -> Rulebook:
    """What is shipped, with the first version of each policy: a test that changes one says what the next version is."""
    shipped = load_shipped()
    return replace(shipped, policies=Policies(one for one in shipped.policies.list() if one.version == 1))


def make_world(database: Database, **values: Any) -> World:
    """A world with one organization, Lakeside Peers, and nobody in it."""
    world = World(database, _load_first(), **values)
    with database.writing() as session:
        made = create_organization(
            session,
            key="lakeside",
            name="Lakeside Peers",
            zone=ZONE,
            reply_to="office@example.org",
            actor=world.actor,
            at=world.at,
        )
        world.organization_id = made.id
    return world
