"""Who may see and do what to supervision: by their part in one organization, never by one in another."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Attendance, Organization, Person, SupervisionSession
from certtrack.db.once import ask_once
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Act, Actor, Fields, Relation, Role, RoleGrant, Task, can_act, can_do
from certtrack.services.actors import list_relations, visible_people

NOT_THEIRS = "This record isn't here, or isn't yours to change."


def within(actor: Actor, organization_id: int) -> Actor:
    """The actor with what their roles are in that organization alone."""
    grants = {
        RoleGrant(one.role, organization_id) for one in actor.grants if one.organization_id in (None, organization_id)
    }
    return replace(actor, grants=frozenset(grants))


def load_places(session: Session) -> Mapping[int, Organization]:
    """Every organization by its number, by name; a session that only reads asks it once."""
    query = select(Organization).order_by(Organization.name, Organization.id)
    return ask_once(session, "places", lambda: {one.id: one for one in session.scalars(query)})


def find_zone_of(session: Session, actor: Actor) -> str:
    """The zone of the actor's first organization, else of the first one, else UTC."""
    own = {grant.organization_id for grant in actor.grants}
    zones = {number: place.zone for number, place in sorted(load_places(session).items())}
    mine = [zone for number, zone in zones.items() if number in own]
    return next(iter([*mine, *zones.values()]), "UTC")


def today_at(session: Session, organization_id: int, at: datetime) -> date:
    """The day that it is at `at` where the organization is."""
    return today_in(FixedClock(at), session.get_one(Organization, organization_id).zone)


def is_same(session: Session, one_id: int | None, other_id: int) -> bool:
    """True where both are one person, merged people being one."""
    return one_id is not None and other_id in session.scalars(same_person(one_id)).all()


def is_office(session: Session, actor: Actor, person_id: int, organization_id: int, today: date) -> bool:
    """True for a command, and for an administrator of the organization while the person belongs there."""
    found = list_relations(session, within(actor, organization_id), person_id, today)
    return actor.is_command or Relation.AGENCY_ADMINISTRATOR in found


def check_can_act(session: Session, actor: Actor, act: Act, person_id: int, organization_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the actor may do `act` to this person's record there on that day."""
    found = list_relations(session, within(actor, organization_id), person_id, today_at(session, organization_id, at))
    if not (actor.is_command or can_act(found, act)):
        raise NotAllowed(NOT_THEIRS)


def may_log(relations: frozenset[Relation], *, is_own: bool) -> bool:
    """Whether one of the relations to a person lets a session with them be logged or changed.

    `is_own`: the actor held it. A supervisor logs their own with people who are assigned to them; the office all.
    """
    needed = frozenset({Relation.AGENCY_ADMINISTRATOR} | ({Relation.SUPERVISOR} if is_own else set()))
    return can_act(needed & relations, Act.LOG_SUPERVISION)


def check_can_log_session(
    session: Session, actor: Actor, organization_id: int, supervisor_id: int, people: Iterable[int], at: datetime
) -> None:
    """Raise NotAllowed unless the actor `may_log` there of each of these people on that day."""
    if actor.is_command:
        return
    is_own, today = is_same(session, actor.person_id, supervisor_id), today_at(session, organization_id, at)
    here = within(actor, organization_id)
    if not all(may_log(list_relations(session, here, number, today), is_own=is_own) for number in people):
        raise NotAllowed(NOT_THEIRS)


def check_is_office_of(actor: Actor, organization_id: int) -> None:
    """Raise NotAllowed unless the actor runs the organization."""
    if not can_do(actor, Task.MANAGE_SUPERVISION, organization_id):
        raise NotAllowed(NOT_THEIRS)


def check_not_own(session: Session, actor: Actor, person_id: int, sentence: str) -> None:
    """Raise Refused, with the sentence, where the person is the actor."""
    if is_same(session, actor.person_id, person_id):
        raise Refused(sentence)


def visible_sessions(session: Session, actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on a session joined with one attendance: those that the actor may see of that person today.

    The holder sees all of their own; a supervisor the own ones with people who are assigned to them there; the office
    those of its organization with people who belong to it.
    """
    if actor.is_command:
        return true()
    ways: list[ColumnElement[bool]] = [false()]
    if actor.person_id is not None:
        ways.append(Attendance.person_id.in_(same_person(actor.person_id)))
    for place in _list_places(session, actor):
        ways += _list_ways(actor, place, today)
    return or_(*ways)


def _list_ways(actor: Actor, place: int, today: date) -> list[ColumnElement[bool]]:
    is_here = SupervisionSession.organization_id == place
    here = within(actor, place)
    office = replace(here, person_id=None, grants=_only(here, Role.AGENCY_ADMINISTRATOR))
    ways = [and_(is_here, Attendance.person_id.in_(_select_visible(office, today)))]
    if actor.person_id is not None:
        supervisor = replace(here, grants=_only(here, Role.SUPERVISOR))
        is_own = SupervisionSession.supervisor_id.in_(same_person(actor.person_id))
        ways.append(and_(is_here, is_own, Attendance.person_id.in_(_select_visible(supervisor, today))))
    return ways


def _select_visible(actor: Actor, today: date) -> Select[int]:
    return select(Person.id).where(visible_people(actor, today, Fields.SUPERVISION))


def _only(actor: Actor, role: Role) -> frozenset[RoleGrant]:
    return frozenset(grant for grant in actor.grants if grant.role is role)


def _list_places(session: Session, actor: Actor) -> list[int]:
    named = {grant.organization_id for grant in actor.grants}
    if None in named:
        return sorted(load_places(session))
    return sorted(number for number in named if number is not None)
