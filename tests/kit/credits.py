"""Credits for tests of services: what is typed, logged for somebody, and what their standing says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kit.rules import CPPS
from kit.world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import AuditEvent, AuditPerson, Claim
from certtrack.rules.facts import CreditPart
from certtrack.security import Actor, Role
from certtrack.services.actors import find_actor
from certtrack.services.credits.claims import Deciding, decide_claim, get_claim
from certtrack.services.credits.records import amend_credit, get_credit, log_credit
from certtrack.services.credits.typed import NewCredit
from certtrack.services.organizations import assign_supervisor
from certtrack.services.standing import load_standings

DUE = date(2026, 10, 31)
_DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Cast:
    """Numbers of Carol, her two certifications and the first one's cycle; who acts, each as they are to her."""

    carol: int
    cps: int
    cpps: int
    cycle: int
    holder: Actor
    supervisor: Actor
    office: Actor
    stranger: Actor


def make_new(hours: int = 17, *, areas: Sequence[str] = (), last_on: date = _DAY, **values: Any) -> NewCredit:
    """A course with a certificate on paper; every value as wished."""
    fields: dict[str, Any] = {
        "title": "Ethics for peers",
        "provider": "Lakeside",
        "first_on": last_on,
        "last_on": last_on,
        "unit": "hours",
        "amount": str(hours),
        "parts": (CreditPart(60 * hours, tuple(areas)),),
        "activity": "course",
        "form": "in_person",
        "role": "participant",
        "proof": "on_paper",
    }
    return NewCredit(**(fields | values))


def log(world: World, person_id: int, new: NewCredit, *certifications: int, actor: Actor | None = None) -> int:
    """The number of the credit."""
    with world.database.writing() as session:
        who = actor or world.actor
        return log_credit(session, world.rulebook, person_id, new, certifications, actor=who, at=world.at).id


def amend(world: World, credit_id: int, new: NewCredit, expected_no: int = 1, *, actor: Actor | None = None) -> bool:
    with world.database.writing() as session:
        credit = get_credit(session, credit_id)
        return amend_credit(
            session, world.rulebook, credit, new, expected_no=expected_no, reason="a slip",
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def decide(world: World, claim_id: int, decision: Deciding, expected_no: int = 1, **values: Any) -> None:
    """`values`: reason_code, words, or an actor."""
    with world.database.writing() as session:
        claim = get_claim(session, claim_id)
        common: dict[str, Any] = {"expected_no": expected_no, "actor": world.actor, "at": world.at}
        decide_claim(session, world.rulebook, claim, decision, **(common | values))


def claim_of(session: Session, credit_id: int, certification_id: int) -> Claim:
    """The claim of this credit for that certification."""
    wanted = (Claim.credit_id == credit_id, Claim.certification_id == certification_id)
    return session.scalars(select(Claim).where(*wanted)).one()


def find_claim(world: World, credit_id: int, certification_id: int) -> tuple[int, int, str]:
    """The claim's number, its version's, and its decision."""
    with world.database.reading() as session:
        claim = claim_of(session, credit_id, certification_id)
        return claim.id, claim.no, claim.decision


def count_minutes(
    world: World, certification_id: int, as_of: date, known_at: datetime | None = None
) -> tuple[str, int]:
    """The hours axis, and the minutes that count towards the total for sure."""
    with world.database.reading() as session:
        standing = load_standings(session, world.rulebook, [certification_id], as_of, known_at)[certification_id]
        return standing.hours, standing.counted.requirements[0].counted


def act_as(world: World, account_id: int) -> Actor:
    """The actor that the account is today."""
    with world.database.reading() as session:
        actor = find_actor(session, account_id, world.today)
        assert actor is not None
        return actor


def list_events(world: World, subject: str) -> list[tuple[str, list[int]]]:
    """The actions on credits, or on claims, in order, each with its people."""
    with world.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.subject_kind == subject).order_by(AuditEvent.id)
        people = select(AuditPerson.person_id)
        return [
            (event.action, list(session.scalars(people.where(AuditPerson.event_id == event.id))))
            for event in session.scalars(query)
        ]


def make_cast(world: World) -> Cast:
    """Put on record whom `cast` is about."""
    carol, bob, dave = world.person("Carol"), world.person("Bob"), world.person("Dave")
    cps, cycle = world.certify(carol, DUE)
    cpps, _ = world.certify(carol, DUE, pack=CPPS)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    return Cast(
        carol, cps, cpps, cycle,
        holder=act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol)),
        supervisor=act_as(world, world.account("bob", Role.SUPERVISOR, person_id=bob)),
        office=act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR)),
        stranger=act_as(world, world.account("dave", Role.SPECIALIST, person_id=dave)),
    )  # fmt: skip
