"""How long mail has been waiting that could go: by the reminders themselves, since no mail exists before it is sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Email, Reminder
from certtrack.db.types import db_now
from certtrack.services.reminders.ripe import NOT_COMPOSED

_OPEN = ("ready", "leased", "unknown")


@dataclass(frozen=True, slots=True)
class MailAge:
    """What waits to go out, at one moment.

    `ripe` reminders could be mailed now, the first of them since `ripe_since`; `open_mails` are composed and not
    settled, the first of them since `open_since`. A moment is None where there is none such.
    """

    ripe: int
    ripe_since: datetime | None
    open_mails: int
    open_since: datetime | None


def load_mail_age(session: Session, at: datetime) -> MailAge:
    """How much waits to go out at `at`, and since when."""
    could_go = select(func.count().label("ripe"), func.min(Reminder.send_after).label("since"))
    could_go = could_go.where(Reminder.state == "planned", Reminder.send_after <= at)
    composed = select(func.count().label("composed"), func.min(Email.created_at).label("oldest"))
    ripe, mails = could_go.subquery(), composed.where(Email.state.in_(_OPEN)).subquery()
    return MailAge(*session.execute(select(*ripe.c, *mails.c).join(mails, true())).one())


def find_late_since(session: Session, limit_s: float, at: datetime) -> datetime | None:
    """Since when something could have gone out and hasn't, for more than `limit_s` seconds; None where nothing is late.

    What waits because the mail server put its recipient off counts from the moment at which it is to be tried again;
    what can't be composed is late however often that is tried, also at the second of two addresses.
    """
    since = select(func.min(Reminder.send_after)).where(
        Reminder.state == "planned",
        Reminder.send_after < at - timedelta(seconds=limit_s),
        or_(Reminder.retry_at.is_(None), Reminder.retry_at < db_now(-limit_s), Reminder.reason == NOT_COMPOSED),
    )
    oldest = select(func.min(Email.created_at)).where(_is_left_lying(limit_s))
    broken = select(func.min(Email.broken_since)).where(
        _is_open(), Email.broken_since < at - timedelta(seconds=limit_s)
    )
    moments = session.execute(select(*(one.scalar_subquery() for one in (since, oldest, broken)))).one()
    return min((moment for moment in moments if moment is not None), default=None)


def _is_left_lying(limit_s: float) -> ColumnElement[bool]:
    # its lease, or its wait for the next try, is long over
    return and_(_is_open(), Email.leased_until < db_now(-limit_s))


def _is_open() -> ColumnElement[bool]:
    return and_(Email.state.in_(_OPEN), Email.settled_at.is_(None))
