"""The guard: first mails of one cause to more people than the policy says wait until a person releases the cause."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, distinct, func, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Reminder

_COUNTED = ("planned", "in_mail", "sent", "held")


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


def hold_where_many(session: Session, causes: Mapping[Cause, int], at: datetime) -> int:
    """Hold each locked cause by which more people are mailed than its number says; how many reminders that stopped."""
    held = 0
    for cause, guard_above in causes.items():
        if cause.state == "open" and count_people(session, cause.id) > guard_above:
            cause.state, cause.held_at = "held", at
            held += _hold(session, cause.id)
    session.flush()
    return held


def count_people(session: Session, cause_id: int) -> int:
    """How many people this cause has mailed, or is about to.

    Those who wait by name, or were released so, don't count: somebody decides on each of them.
    """
    query = select(func.count(distinct(Reminder.recipient_id))).where(
        Reminder.cause_id == cause_id,
        Reminder.state.in_(_COUNTED),
        or_(Reminder.reason.is_(None), Reminder.reason != "by_name"),
        Reminder.recipient_id.not_in(_released(cause_id)),
    )
    return session.scalar(query) or 0


def _hold(session: Session, cause_id: int) -> int:
    stopped = session.execute(
        update(Reminder)
        .where(Reminder.cause_id == cause_id, Reminder.state == "planned")
        .where(Reminder.recipient_id.not_in(_released(cause_id)))
        .values(state="held", reason="cause")
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(stopped.all())


def _released(cause_id: int) -> Select[int]:
    return select(CauseRelease.person_id).where(CauseRelease.cause_id == cause_id)
