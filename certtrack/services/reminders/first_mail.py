"""Whose record an import brought, and who hasn't had a mail from here: they don't know who writes to them."""

from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Cause, Certification, Cycle, CycleVersion, Email, OtherDay, Reminder

_NEVER_CAME = ("not_taken", "failed", "given_back", "bounced")
_BY_IMPORT = "import:"


def find_new_to_us(session: Session, reminder_ids: Collection[int]) -> frozenset[int]:
    """The recipients of these reminders, by number, who are to be told who writes: one query for all of them.

    An import brought a certification of the person that such a reminder, no copy, is about, or the very day; and no
    mail has come to them, or may have.
    """
    if not reminder_ids:
        return frozenset()
    about = aliased(Certification)
    had_mail = exists().where(Email.recipient_id == Reminder.recipient_id, Email.state.not_in(_NEVER_CAME))
    brought = (
        exists()
        .where(Certification.person_id.in_((Reminder.recipient_id, about.person_id, OtherDay.person_id)))
        .where(Cycle.certification_id == Certification.id, CycleVersion.cycle_id == Cycle.id)
        .where(CycleVersion.evidence.startswith(_BY_IMPORT))
    )
    of_it = aliased(Cycle)
    query = (
        select(Reminder.recipient_id)
        .outerjoin(of_it, and_(Reminder.subject_kind == "cycle", of_it.id == Reminder.subject_id))
        .outerjoin(about, about.id == of_it.certification_id)
        .outerjoin(OtherDay, and_(OtherDay.kind == Reminder.subject_kind, OtherDay.id == Reminder.subject_id))
        .outerjoin(Cause, Cause.id == OtherDay.cause_id)
        .where(Reminder.id.in_(reminder_ids), Reminder.audience == "holder", ~had_mail)
        .where(or_(Cause.key.startswith(_BY_IMPORT), brought.correlate(Reminder, about, OtherDay)))
        .distinct()
    )
    return frozenset(session.scalars(query))
