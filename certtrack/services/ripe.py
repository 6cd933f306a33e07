"""When a reminder is ripe, its hour has come and no wait after an earlier try holds it back; and whose are."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Person, Reminder
from certtrack.db.types import db_now

MENDING = timedelta(hours=1)
"""How long a reminder waits whose mail can't be made as things are."""

_LOOKED_THROUGH = 20  # times as many reminders as recipients are wanted: those locked elsewhere mustn't hide others


def is_ripe(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `reminder` for one that may be mailed at `at`."""
    return (
        Reminder.state == "planned",
        Reminder.send_after <= at,
        or_(Reminder.retry_at.is_(None), Reminder.retry_at <= db_now()),
    )


def lock_recipients(session: Session, at: datetime, limit: int) -> list[Person]:
    """Up to `limit` people who have ripe reminders, the longest ripe first; nobody whom another process has locked."""
    ripe = (
        select(Reminder.recipient_id, Reminder.send_after)
        .where(*is_ripe(at))
        .order_by(Reminder.send_after, Reminder.recipient_id)
        .limit(limit * _LOOKED_THROUGH)
        .subquery()
    )
    first = func.min(ripe.c.send_after).label("first")
    waiting = select(ripe.c.recipient_id, first).group_by(ripe.c.recipient_id).subquery()
    query = (
        select(Person)
        .join(waiting, waiting.c.recipient_id == Person.id)
        .order_by(waiting.c.first, Person.id)
        .limit(limit)
        # the weaker lock: a planner that adds a reminder for the same person need not wait
        .with_for_update(of=Person, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))
