"""Supervision for tests: the shipped rules, a session as it would be held, and who sees, signs and changes it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kit.world import World

from certtrack.clock import today_in
from certtrack.db.models import Organization
from certtrack.packs import read_service_pack
from certtrack.resources import get_resource
from certtrack.security import Actor
from certtrack.services.supervision.due import DueList, DuePerson, list_due
from certtrack.services.supervision.duties import record_qualification, start_duty
from certtrack.services.supervision.records import NewSession, amend_session, get_session, log_session
from certtrack.services.supervision.service import NewService, log_service
from certtrack.services.supervision.signing import record_paper, sign_session

PACK = read_service_pack(get_resource("config") / "packs" / "us-wi-dhs36.toml")
HELD_ON = date(2026, 5, 12)
"""A Tuesday; the world stands on Friday, May 15, 2026."""


@dataclass(frozen=True)
class Team:
    """Carol and Erin, whom Bob supervises; who acts, each as they are to them. Frank supervises nobody here."""

    carol: int
    erin: int
    bob: int
    frank: int
    holder: Actor
    supervisor: Actor
    office: Actor
    other_supervisor: Actor
    stranger: Actor


def make_session(supervisor: int, *people: int, **values: Any) -> NewSession:
    """An hour with one person or several, held in person; every value as wished."""
    fields: dict[str, Any] = {
        "supervisor_id": supervisor,
        "people": frozenset(people),
        "held_on": HELD_ON,
        "minutes": 60,
        "kind": "individual" if len(people) == 1 else "group",
        "way": "in_person",
        "topics": ("boundaries_ethics",),
        "words": None,
    }
    return NewSession(**(fields | values))


def hold(world: World, new: NewSession, actor: Actor | None = None, organization_id: int | None = None) -> int:
    """The number of the session."""
    place = organization_id or world.organization_id
    with world.database.writing() as session:
        return log_session(session, place, new, actor=actor or world.actor, at=world.at).id


def amend(world: World, number: int, new: NewSession, expected_no: int = 1, actor: Actor | None = None) -> bool:
    with world.database.writing() as session:
        return amend_session(
            session, get_session(session, number), new, expected_no=expected_no, reason="a slip",
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def sign(world: World, number: int, actor: Actor, expected_no: int = 1) -> None:
    with world.database.writing() as session:
        sign_session(session, get_session(session, number), expected_no=expected_no, actor=actor, at=world.at)


def say_paper(world: World, number: int, *signed: Any, actor: Actor | None = None, expected_no: int = 1) -> int:
    with world.database.writing() as session:
        return record_paper(
            session, get_session(session, number), signed, expected_no=expected_no,
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def serve(world: World, person_id: int, first: date, last: date, hours: int, actor: Actor | None = None) -> int:
    """The number of the span."""
    with world.database.writing() as session:
        new = NewService(first, last, 60 * hours)
        who = actor or world.actor
        return log_service(session, person_id, world.organization_id, new, actor=who, at=world.at).id


def begin(world: World, *people: int, from_on: date = date(2026, 5, 4)) -> None:
    """Count these people's supervision by the shipped rules."""
    with world.database.writing() as session:
        for person_id in people:
            start_duty(session, PACK, person_id, world.organization_id, from_on, actor=world.actor, at=world.at)


def qualify(world: World, person_id: int, from_on: date = date(2020, 1, 1), until_on: date | None = None) -> int:
    with world.database.writing() as session:
        return record_qualification(
            session, PACK, person_id, world.organization_id, "Licensed Professional Counselor", from_on, until_on,
            actor=world.actor, at=world.at,
        ).id  # fmt: skip


def load_due(
    world: World, actor: Actor | None = None, *, as_of: date | None = None, known_at: datetime | None = None
) -> DueList:
    with world.database.reading() as session:
        place = session.get_one(Organization, world.organization_id)
        today = today_in(world.clock, place.zone)
        who = actor or world.actor
        return list_due(session, world.rulebook, who, place, today=today, as_of=as_of, known_at=known_at)


def due_of(world: World, person_id: int, **values: Any) -> DuePerson:
    return next(one for one in load_due(world, **values).people if one.person.id == person_id)
