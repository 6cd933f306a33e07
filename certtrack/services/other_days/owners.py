"""Which office hears of a mail about a day beside those of cycles."""

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import OtherDay, Reminder, ReminderEmail


def list_owners(session: Session, email_id: int) -> list[tuple[int | None, int]]:
    """The certification, None where the day is for none, and the organization of the mail's first such day, if any."""
    query = (
        select(OtherDay.certification_id, OtherDay.organization_id)
        .join(Reminder, and_(Reminder.subject_kind == OtherDay.kind, Reminder.subject_id == OtherDay.id))
        .join(ReminderEmail, ReminderEmail.reminder_id == Reminder.id)
        .where(ReminderEmail.email_id == email_id)
        .order_by(OtherDay.id)
        .limit(1)
    )
    return [(certification_id, organization_id) for certification_id, organization_id in session.execute(query)]
