"""When a reminder is ripe: planned, its hour has come, and no wait after an earlier try holds it back."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_

from certtrack.db.models import Reminder
from certtrack.db.types import db_now


def is_ripe(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `reminder` for one that may be mailed at `at`."""
    return (
        Reminder.state == "planned",
        Reminder.send_after <= at,
        or_(Reminder.retry_at.is_(None), Reminder.retry_at <= db_now()),
    )
