"""When a reminder is ripe, its hour has come and no wait after an earlier try holds it back; whose are; what isn't."""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Person, Reminder
from certtrack.db.types import db_now

MENDING = timedelta(hours=1)
"""How long a reminder waits whose mail can't be made as things are."""
NOT_COMPOSED = "not_composed"
"""Why it waits then: the code says so in the ledger, and that it is late however often it is tried."""

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


def wait_for_mending(reminder: Reminder) -> None:
    """Try it again an hour later: as things are, its mail can't be made."""
    wait_a_while(reminder)
    if reminder.state == "planned":
        reminder.reason = NOT_COMPOSED


def wait_a_while(reminder: Reminder) -> None:
    """Ask again an hour later whether it may go: nothing is wrong."""
    reminder.retry_at = db_now(MENDING.total_seconds())


def waits_until(reminder: Reminder, goes_at: datetime, at: datetime) -> bool:
    """True in the recipient's quiet hours, which end at `goes_at`; one that isn't true any more by then is expired."""
    if goes_at == at:
        return False
    reminder.send_after = goes_at
    if goes_at > reminder.valid_until:
        reminder.state, reminder.settled_at = "expired", at
    return True


def find_own_end(reminder: Reminder, recipient: Person, newest_on: date, at: datetime) -> tuple[str, str | None] | None:
    """State and reason of one that is over whatever its subject says; None for one that isn't.

    `newest_on` is the day of the latest stage that the same reader is told: earlier ones are overtaken.
    """
    if recipient.merged_into_id is not None:
        return "superseded", "merged"
    if reminder.valid_until <= at:
        return "expired", None
    if reminder.stage_on < newest_on:
        return "superseded", "overtaken"
    return None
