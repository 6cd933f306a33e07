"""Who does a supervisor's part while the supervisor is away: their mail, and the records of their people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Affiliation,
    Assignment,
    Organization,
    Person,
    StandIn,
    StandInVersion,
)
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Role, Task, can_do
from certtrack.services.locking import lock_current, lock_people
from certtrack.services.people import get_person, load_holders
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.supervision.rights import NOT_THEIRS, is_same, today_at, within
from certtrack.services.supervision.supervising import list_able_to_stand_in, list_supervising
from certtrack.services.versions import make_stamp, next_values, record_change

Problem = Literal["missing", "not_a_day", "not_a_choice", "own", "ring", "after_last", "over", "twice"]


class BadStandIn(BadInput):
    """What was said can't be: `problems` says of each field that is wrong what it is."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be put on record yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class NewStandIn:
    """Who stands in for whom, from the first to the last day, both included."""

    supervisor_id: int
    stand_in_id: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class ShownStandIn:
    """One record with its people. `is_current`: they stand in today. `is_own`: the reader may end it."""

    record: StandIn
    supervisor: Person
    stand_in: Person
    is_current: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class StandInOffer:
    """For whom the actor may name a stand-in, and who may be one; both by name."""

    supervisors: tuple[Person, ...]
    people: tuple[Person, ...]


def find_stand_in(session: Session, supervisor_id: int, organization_id: int, on: date) -> int | None:
    """Who does the supervisor's part there on that day, as a person's number; None where the supervisor does.

    Where the stand-in is away too, whoever stands in for them. None as well where nobody is left: where it leads round,
    or to somebody who has left or died.
    """
    seen, current = {get_person(session, supervisor_id).id}, supervisor_id
    while (record := _find_on(session, current, organization_id, on)) is not None:
        stand_in = get_person(session, record.stand_in_id)
        if stand_in.id in seen:
            return None
        seen.add(stand_in.id)
        current = stand_in.id
    return current if len(seen) > 1 and _is_there(session, current, organization_id, on) else None


def list_stand_ins(session: Session, actor: Actor, organization: Organization, today: date) -> tuple[ShownStandIn, ...]:
    """Those that hold or are to come, by their first day: the office's all, a supervisor's the ones they are part of.

    Raises NotAllowed for anybody else.
    """
    _check_may_arrange(actor, organization.id)
    query = select(StandIn).where(
        StandIn.organization_id == organization.id, StandIn.state == "recorded", StandIn.until_on >= today
    )
    records = session.scalars(query.order_by(StandIn.from_on, StandIn.id)).all()
    numbers = {number for record in records for number in (record.supervisor_id, record.stand_in_id)}
    people = load_holders(session, numbers | ({actor.person_id} if actor.person_id else set()))
    me, is_office = people.get(actor.person_id or 0), _is_office(actor, organization.id)
    supervises = within(actor, organization.id).has(Role.SUPERVISOR)
    found = []
    for record in records:
        supervisor, stand_in = people[record.supervisor_id], people[record.stand_in_id]
        is_own = is_office or (supervises and supervisor is me)
        if is_own or stand_in is me:
            found.append(ShownStandIn(record, supervisor, stand_in, record.from_on <= today, is_own))
    return tuple(found)


def get_offer(session: Session, actor: Actor, organization: Organization, today: date) -> StandInOffer:
    """Whom the actor may name there: the office anybody's stand-in, a supervisor their own. Raises NotAllowed."""
    _check_may_arrange(actor, organization.id)
    people = list_able_to_stand_in(session, organization.id, today)
    if _is_office(actor, organization.id):
        return StandInOffer(list_supervising(session, organization.id, today), people)
    me = get_person(session, actor.person_id or 0)
    return StandInOffer((me,), tuple(one for one in people if one.id != me.id))


def record_stand_in(
    session: Session, organization: Organization, new: NewStandIn, *, actor: Actor, at: datetime
) -> StandIn:
    """Put on record who stands in for a supervisor there.

    Raises NotAllowed but for the supervisor and the office, BadStandIn for what can't be: oneself, somebody who has no
    part there, days the wrong way round or over, a second one on the same day, and one that leads round in a ring.
    """
    if not _may_arrange_for(session, actor, organization.id, new.supervisor_id):
        raise NotAllowed(NOT_THEIRS)
    lock_people(session, [new.supervisor_id, new.stand_in_id])
    today = today_at(session, organization.id, at)
    if problems := dict(_list_problems(session, organization, new, actor, today)):
        raise BadStandIn(problems)
    record = StandIn(
        supervisor_id=new.supervisor_id, stand_in_id=new.stand_in_id, organization_id=organization.id,
        from_on=new.from_on, until_on=new.until_on, state="recorded", no=0, recorded_at=at, recorded_by=actor.key,
    )  # fmt: skip
    session.add(record)
    session.flush()
    _add_version(session, record, "recorded", actor=actor, at=at)
    _look_again(session, record, today)
    return record


def withdraw_stand_in(session: Session, record: StandIn, *, expected_no: int, actor: Actor, at: datetime) -> None:
    """The supervisor is back, or doesn't go: from today on nobody stands in. What was until yesterday stays so.

    Raises NotAllowed but for the supervisor and the office, StaleRecord, Refused where it is over already.
    """
    if not _may_arrange_for(session, actor, record.organization_id, record.supervisor_id):
        raise NotAllowed(NOT_THEIRS)
    lock_current(session, record, expected_no)
    today = today_at(session, record.organization_id, at)
    if record.state == "withdrawn" or record.until_on < today:
        raise Refused("This is over already, so there is nothing to end.")
    if record.from_on < today:
        record.until_on = add_days(today, -1)
        _add_version(session, record, "ended", actor=actor, at=at)
    else:
        record.state = "withdrawn"
        _add_version(session, record, "withdrawn", actor=actor, at=at)
    _look_again(session, record, today)


def get_stand_in(session: Session, number: int) -> StandIn:
    """The record, a withdrawn one too. Raises NotFound."""
    record = session.get(StandIn, number)
    if record is None:
        raise NotFound(f"There is no stand-in with the number {number}.")
    return record


def _list_problems(
    session: Session, organization: Organization, new: NewStandIn, actor: Actor, today: date
) -> Iterator[tuple[str, Problem]]:
    """What is wrong, by field in page order."""
    offer = get_offer(session, actor, organization, today)
    if new.supervisor_id not in {one.id for one in offer.supervisors} and not actor.is_command:
        yield "supervisor", "not_a_choice"
    if is_same(session, new.supervisor_id, new.stand_in_id):
        yield "stand_in", "own"
    elif new.stand_in_id not in {one.id for one in offer.people}:
        yield "stand_in", "not_a_choice"
    elif _leads_back(session, organization.id, new):
        yield "stand_in", "ring"
    if new.from_on > new.until_on:
        yield "from_on", "after_last"
    elif new.until_on < today:
        yield "until_on", "over"
    elif _list_between(session, new.supervisor_id, organization.id, new.from_on, new.until_on):
        yield "from_on", "twice"


def _leads_back(session: Session, organization_id: int, new: NewStandIn) -> bool:
    """True where on one of these days whoever stands in for the stand-in, and so on, is the supervisor again."""
    waiting, seen = [(new.stand_in_id, new.from_on, new.until_on)], set[int]()
    while waiting:
        person_id, from_on, until_on = waiting.pop()
        for record in _list_between(session, person_id, organization_id, from_on, until_on):
            if is_same(session, new.supervisor_id, record.stand_in_id):
                return True
            if record.id not in seen:
                seen.add(record.id)
                waiting.append((record.stand_in_id, max(from_on, record.from_on), min(until_on, record.until_on)))
    return False


def _find_on(session: Session, supervisor_id: int, organization_id: int, on: date) -> StandIn | None:
    return next(iter(_list_between(session, supervisor_id, organization_id, on, on)), None)


def _list_between(
    session: Session, supervisor_id: int, organization_id: int, from_on: date, until_on: date
) -> list[StandIn]:
    query = select(StandIn).where(
        StandIn.supervisor_id.in_(same_person(supervisor_id)),
        StandIn.organization_id == organization_id,
        StandIn.state == "recorded",
        StandIn.from_on <= until_on,
        StandIn.until_on >= from_on,
    )
    return list(session.scalars(query.order_by(StandIn.id)))


def _is_there(session: Session, person_id: int, organization_id: int, on: date) -> bool:
    """True unless they have died, or their time there has ended; whoever never belonged there is there as well."""
    person = get_person(session, person_id)
    query = select(Affiliation.until_on).where(
        Affiliation.person_id.in_(same_person(person.id)), Affiliation.organization_id == organization_id
    )
    days = session.scalars(query).all()
    has_left = bool(days) and all(day is not None and day < on for day in days)
    return not has_left and (person.died_on is None or person.died_on > on)


def _is_office(actor: Actor, organization_id: int) -> bool:
    return can_do(actor, Task.MANAGE_SUPERVISION, organization_id)


def _may_arrange_for(session: Session, actor: Actor, organization_id: int, supervisor_id: int) -> bool:
    is_supervisor = within(actor, organization_id).has(Role.SUPERVISOR)
    return _is_office(actor, organization_id) or (is_supervisor and is_same(session, actor.person_id, supervisor_id))


def _check_may_arrange(actor: Actor, organization_id: int) -> None:
    is_supervisor = actor.person_id is not None and within(actor, organization_id).has(Role.SUPERVISOR)
    if not (_is_office(actor, organization_id) or is_supervisor):
        raise NotAllowed(NOT_THEIRS)


def _add_version(session: Session, record: StandIn, what: str, *, actor: Actor, at: datetime) -> None:
    values = next_values(record, ("from_on", "until_on", "state"))
    session.add(StandInVersion(record_id=record.id, **make_stamp(record, None, actor, at), **values))
    session.flush()
    people = [record.supervisor_id, record.stand_in_id]
    values |= {"supervisor": record.supervisor_id, "stand_in": record.stand_in_id}
    values |= {"organization": record.organization_id}
    record_change(session, f"stand_in.{what}", record, people, values, actor=actor, at=at)


def _look_again(session: Session, record: StandIn, today: date) -> None:
    """Copies that wait for the supervisor may be somebody else's now."""
    for person_id in session.scalars(_select_team(record, today)).all():
        rearm_person(session, person_id, today)


def _select_team(record: StandIn, today: date) -> Select[int]:
    return select(Assignment.person_id).where(
        Assignment.supervisor_id.in_(same_person(record.supervisor_id)),
        Assignment.organization_id == record.organization_id,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
