"""What other services tell the planner: look at somebody again, and what is not to be mailed any more.

No rules are asked here, so that people and cycles can call it in the transaction of their own change.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay, Person, Reminder
from certtrack.mail.content import CALLED_OFF
from certtrack.rules.other_days import OF_CERTIFICATIONS

UNSENT = ("planned", "held", "suppressed", "failed")
"""States of reminders that nobody has been sent, and that may still be decided anew."""


def rearm_person(session: Session, person_id: int, today: date) -> None:
    """Have the planner look at all that is open of a person today: a reason not to mail may be gone, or have come.

    At those of other people, too, of which this one is still to get a copy.
    """
    session.flush()
    people = list_merged(session, person_id)
    certifications = select(Certification.id).where(Certification.person_id.in_(people))
    copied = select(Reminder.subject_id).where(
        Reminder.recipient_id.in_(people), Reminder.state.in_(UNSENT), Reminder.audience != "holder"
    )
    of_cycles = copied.where(Reminder.subject_kind == "cycle")
    for concerned in (Cycle.certification_id.in_(certifications), Cycle.id.in_(of_cycles)):
        session.execute(
            update(Cycle)
            .where(concerned, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
            .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
            .values(next_stage_on=today)
        )
    of_days = (
        and_(OtherDay.kind == kind, OtherDay.id.in_(copied.where(Reminder.subject_kind == kind)))
        for kind in OF_CERTIFICATIONS
    )
    is_still_told = and_(OtherDay.closed_for == CALLED_OFF, OtherDay.due_on >= today)
    for about in (OtherDay.person_id.in_(people), *of_days):
        _rearm_days(session, today, about, or_(OtherDay.closed_on.is_(None), is_still_told))


def rearm_copies(session: Session, organization_id: int, today: date) -> None:
    """Have the planner look today at all that is open and that an organization may get a copy about.

    That is: its reader changed.
    """
    session.flush()
    kept = select(Certification.id).where(Certification.organization_id == organization_id)
    told = select(Reminder.subject_id).where(Reminder.subject_kind == "cycle", Reminder.audience == "holder")
    session.execute(
        update(Cycle)
        .where(Cycle.certification_id.in_(kept), Cycle.id.in_(told))
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
        .execution_options(synchronize_session="fetch")
    )
    mine = select(Reminder.id).where(Reminder.subject_kind == OtherDay.kind, Reminder.subject_id == OtherDay.id)
    is_told = mine.where(Reminder.audience == "holder").exists()
    _rearm_days(session, today, OtherDay.certification_id.in_(kept), is_told, OtherDay.closed_on.is_(None))


def rearm_kept(session: Session, organization_id: int, today: date) -> None:
    """Have the planner look today at all that is open and that an organization keeps: by its zone days are told."""
    session.flush()
    kept = select(Certification.id).where(Certification.organization_id == organization_id)
    session.execute(
        update(Cycle)
        .where(Cycle.certification_id.in_(kept), Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
        .execution_options(synchronize_session="fetch")
    )
    theirs = or_(OtherDay.organization_id == organization_id, OtherDay.certification_id.in_(kept))
    _rearm_days(session, today, theirs, OtherDay.closed_on.is_(None))


def _rearm_days(session: Session, today: date, *which: ColumnElement[bool]) -> None:
    at_once = datetime.combine(today, time.min, UTC)
    session.execute(
        update(OtherDay)
        .where(*which)
        .where(or_(OtherDay.next_look_at.is_(None), OtherDay.next_look_at > at_once))
        .values(next_look_at=at_once)
    )


def list_merged(session: Session, person_id: int) -> set[int]:
    """The person's number, and those of everybody who was merged into them."""
    found, more = {person_id}, {person_id}
    while more:
        more = set(session.scalars(select(Person.id).where(Person.merged_into_id.in_(more)))) - found
        found |= more
    return found


def recall(session: Session, cycle_ids: Iterable[int], reason: str, at: datetime) -> None:
    """Supersede what was decided for these cycles and not sent; what is under way is looked at when it is sent."""
    session.flush()
    session.execute(
        update(Reminder)
        .where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(list(cycle_ids)))
        .where(Reminder.state.in_(UNSENT))
        .values(state="superseded", reason=reason, settled_at=at)
        .execution_options(synchronize_session="fetch")
    )


def earliest_day(at: datetime) -> date:
    """The day that it is at `at` in the last zone to reach it: nowhere on earth is it still to come."""
    return (at - timedelta(hours=12)).date()


def latest_day(at: datetime) -> date:
    """The day that it is at `at` in the first zone to reach it."""
    return (at + timedelta(hours=14)).date()
