"""Whose record an import brought, and who hasn't had a mail from here: they don't know who writes to them."""

from collections.abc import Collection

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Cycle, CycleVersion, Email, Reminder

_NEVER_CAME = ("not_taken", "failed", "given_back", "bounced")


def find_new_to_us(session: Session, reminder_ids: Collection[int]) -> frozenset[int]:
    """The recipients of these reminders, by number, who are to be told who writes: one query for all of them.

    An import brought the certification that such a reminder, no copy, is about, and no mail has come to them, or may
    have.
    """
    if not reminder_ids:
        return frozenset()
    about, of_it = aliased(Cycle), aliased(Cycle)
    had_mail = exists().where(Email.recipient_id == Reminder.recipient_id, Email.state.not_in(_NEVER_CAME))
    query = (
        select(Reminder.recipient_id)
        .join(about, and_(Reminder.subject_kind == "cycle", about.id == Reminder.subject_id))
        .join(of_it, of_it.certification_id == about.certification_id)
        .join(CycleVersion, CycleVersion.cycle_id == of_it.id)
        .where(
            Reminder.id.in_(reminder_ids),
            Reminder.audience == "holder",
            CycleVersion.evidence.startswith("import:"),
            ~had_mail,
        )
        .distinct()
    )
    return frozenset(session.scalars(query))
