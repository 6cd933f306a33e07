"""The guard: first mails of one cause to more people than the policy says wait until a person releases the cause."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union, update
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Certification, Cycle, Reminder
from certtrack.services.arming import earliest_day

_TOLD = ("in_mail", "sent", "told")
_COUNTED = ("planned", "held", *_TOLD)


def lock_causes(session: Session, cause_ids: Collection[int]) -> dict[int, Cause]:
    """The causes by number, locked one after the other until the transaction ends: no planner slips past another."""
    if not cause_ids:
        return {}
    query = select(Cause).where(Cause.id.in_(cause_ids)).order_by(Cause.id).with_for_update(key_share=True)
    causes = session.scalars(query.execution_options(populate_existing=True))
    return {cause.id: cause for cause in causes}


def list_released(session: Session, cause_ids: Collection[int]) -> set[tuple[int | None, int]]:
    """Who was released by name: cause and person, in pairs."""
    if not cause_ids:
        return set()
    query = select(CauseRelease.cause_id, CauseRelease.person_id).where(CauseRelease.cause_id.in_(cause_ids))
    return {(cause_id, person_id) for cause_id, person_id in session.execute(query)}


def list_told(session: Session, cause_ids: Collection[int]) -> set[tuple[int | None, int]]:
    """Whom these causes have mailed already: cause and person, in pairs. Their later mails are no first ones."""
    if not cause_ids:
        return set()
    query = select(Reminder.cause_id, Reminder.recipient_id).distinct()
    found = session.execute(query.where(Reminder.cause_id.in_(cause_ids), Reminder.state.in_(_TOLD)))
    return {(cause_id, person_id) for cause_id, person_id in found}


def hold_where_many(session: Session, causes: Mapping[Cause, int], is_due: ColumnElement[bool], at: datetime) -> int:
    """Hold each locked cause by which more people are mailed than its number says; how many reminders that stopped.

    Only first mails are stopped: whoever was mailed because of it before goes on being told.
    `is_due` says which cycles are still to be looked at. While they might make it too many, what was planned waits,
    so that nobody is mailed before the last of them was looked at; then it is looked at again.
    """
    held = 0
    for cause, guard_above in causes.items():
        if cause.state != "open":
            continue
        if _count(session, _mailed(cause.id)) > guard_above:
            cause.state, cause.held_at = "held", at
            held += _hold(session, cause.id)
        elif _count(session, _mailed(cause.id), _to_look_at(cause.id, is_due)) > guard_above:
            held += _hold(session, cause.id)
        else:
            _look_again(session, cause.id, at)
    session.flush()
    return held


def _count(session: Session, *whom: Select[int]) -> int:
    """How many people there are in all of these, each counted once."""
    people = (union(*whom) if len(whom) > 1 else whom[0].distinct()).subquery()
    return session.scalar(select(func.count()).select_from(people)) or 0


def _mailed(cause_id: int) -> Select[int]:
    """Whom this cause has mailed, or is about to.

    Those who wait by name, or were released so, don't count: somebody decides on each of them.
    """
    return select(Reminder.recipient_id.label("person_id")).where(
        Reminder.cause_id == cause_id,
        Reminder.state.in_(_COUNTED),
        or_(Reminder.reason.is_(None), Reminder.reason != "by_name"),
        Reminder.recipient_id.not_in(_released(cause_id)),
    )


def _to_look_at(cause_id: int, is_due: ColumnElement[bool]) -> Select[int]:
    """Whom it might still mail today."""
    return (
        select(Certification.person_id)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .where(Cycle.cause_id == cause_id, Cycle.release_by_name.is_(False), is_due)
        .where(Certification.person_id.not_in(_released(cause_id)))
    )


def _look_again(session: Session, cause_id: int, at: datetime) -> None:
    """What only waited for the rest of its cause is decided on anew."""
    waited = select(Reminder.subject_id).where(
        Reminder.cause_id == cause_id,
        Reminder.state == "held",
        Reminder.reason == "cause",
        Reminder.subject_kind == "cycle",
    )
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(waited), Cycle.cause_id == cause_id)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .values(next_stage_on=earliest_day(at))
        .execution_options(synchronize_session="fetch")
    )


def _hold(session: Session, cause_id: int) -> int:
    stopped = session.execute(
        update(Reminder)
        .where(Reminder.cause_id == cause_id, Reminder.state == "planned")
        .where(Reminder.recipient_id.not_in(_released(cause_id)), Reminder.recipient_id.not_in(_told(cause_id)))
        .values(state="held", reason="cause")
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(stopped.all())


def _told(cause_id: int) -> Select[int]:
    return select(Reminder.recipient_id).where(Reminder.cause_id == cause_id, Reminder.state.in_(_TOLD))


def _released(cause_id: int) -> Select[int]:
    return select(CauseRelease.person_id).where(CauseRelease.cause_id == cause_id)
