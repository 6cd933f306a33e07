"""Two mails with the same reminders, to both addresses of one recipient: what becomes of the one leaves the other be.

A reminder is told once one of them is taken. It isn't once neither can be any more.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Email, Person, Reminder, ReminderEmail
from certtrack.db.types import db_now
from certtrack.services.locking import lock_mail

_OPEN = ("ready", "leased", "unknown")


def is_in(email: Email) -> ColumnElement[bool]:
    """The condition on `reminder` for one that the mail carries, or carried."""
    if not email.is_paired:
        return Reminder.email_id == email.id
    return Reminder.id.in_(select(ReminderEmail.reminder_id).where(ReminderEmail.email_id == email.id))


def list_telling(email: Email) -> tuple[ColumnElement[bool], ...]:
    """The conditions on `reminder` for those that the mail, which is to go again, still has to tell at its address."""
    states = ("in_mail", "sent") if email.is_paired else ("in_mail",)
    return is_in(email), Reminder.state.in_(states)


def set_back(session: Session, email: Email, reason: str | None, at: datetime) -> None:
    """What a mail carried that certainly didn't arrive: the mail to the other address stands for it, or it failed.

    The failed one names the mail to where the recipient's mail goes first: a new address there puts it back.
    """
    reminders = _lock_carried(session, email, ("in_mail", "sent"))
    others = _load_others(session, email, reminders)
    for reminder in reminders:
        if reminder.email_id != email.id:
            continue  # another mail stands for it already
        taken = [one for one in others[reminder.id] if _is_taken(one)]
        still = [one for one in others[reminder.id] if _is_open(one)]
        if taken or still:
            reminder.email_id = (taken or still)[0].id
            reminder.state = "sent" if taken else "in_mail"
            continue
        reminder.state, reminder.reason, reminder.settled_at = "failed", reason, at
        reminder.email_id = _find_first(session, reminder, [*others[reminder.id], email]).id
    session.flush()


def let_go(session: Session, email: Email, state: str, at: datetime) -> list[int]:
    """Settle a mail that certainly wasn't taken, so that its reminders can be planned again: the mails so settled.

    None where one of them was told at the other address, or may have been: there it isn't to be told again, so that
    this mail stays `ready` for its own.
    """
    closed = [email]
    if email.is_paired:
        reminders = _lock_carried(session, email, ("in_mail", "sent"))
        others = {one.id: one for each in _load_others(session, email, reminders).values() for one in each}
        waiting = [one.id for one in others.values() if _is_open(one) and one.state == "ready"]
        mine = _lock_ready(session, waiting)
        is_told = any(_is_taken(one) or (_is_open(one) and one.state != "ready") for one in others.values())
        if is_told or len(mine) < len(waiting):  # whoever has it locked is about to send it
            email.state = "ready"
            return []
        closed += mine
    for one in closed:
        one.state, one.settled_at = state, at
    return [one.id for one in closed]


def take_back(session: Session, email: Email, at: datetime) -> None:
    """A mail that was certainly never sent: its reminders are planned as before.

    What was told at the recipient's other address isn't: that mail waits for the next process.
    """
    if closed := let_go(session, email, "given_back", at):
        session.execute(update(Email).where(Email.id.in_(closed)).values(data=None))
        carried = update(Reminder).where(Reminder.email_id.in_(closed), Reminder.state == "in_mail")
        session.execute(carried.values(state="planned").execution_options(synchronize_session="fetch"))
    else:
        email.leased_until = db_now()


def hand_over(session: Session, email: Email, reminders: Sequence[Reminder]) -> list[Reminder]:
    """Leave reminders of a mail that doesn't go again to the mail at the other address; those that have none such.

    The transaction has locked them.
    """
    if not email.is_paired:
        return list(reminders)
    others = _load_others(session, email, reminders)
    left = []
    for reminder in reminders:
        still = [one for one in others[reminder.id] if _is_open(one)]
        if reminder.state == "in_mail" and still:
            reminder.email_id = still[0].id
        elif reminder.state == "in_mail":
            left.append(reminder)
    return left


def _lock_carried(session: Session, email: Email, states: Sequence[str]) -> list[Reminder]:
    """Locked before another mail is looked at: whoever settles that one waits, and sees what was done here."""
    session.flush()
    carried = select(ReminderEmail.reminder_id).where(ReminderEmail.email_id == email.id)
    query = select(Reminder).where(Reminder.id.in_(carried), Reminder.state.in_(states)).order_by(Reminder.id)
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _load_others(session: Session, email: Email, reminders: Sequence[Reminder]) -> dict[int, list[Email]]:
    """The mails to another address that carry, or carried, each of these reminders, in the order of composing."""
    if not email.is_paired:
        return defaultdict(list)
    query = (
        select(ReminderEmail.reminder_id, Email)
        .join(Email, Email.id == ReminderEmail.email_id)
        .where(ReminderEmail.reminder_id.in_([reminder.id for reminder in reminders]))
        .where(Email.is_paired, Email.address != email.address)
        .order_by(Email.id)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Email]] = defaultdict(list)
    for reminder_id, other in session.execute(query):
        found[reminder_id].append(other)
    return found


def _lock_ready(session: Session, numbers: Sequence[int]) -> list[Email]:
    if not numbers:
        return []
    query = select(Email).where(Email.id.in_(numbers), Email.state == "ready", Email.settled_at.is_(None))
    return list(session.scalars(lock_mail(query.order_by(Email.id), skips_locked=True)))


def _is_open(email: Email) -> bool:
    return email.settled_at is None and email.state in _OPEN


def _is_taken(email: Email) -> bool:
    """True where it was taken, or may have been and doesn't go again."""
    return email.state == "sent" or (email.state == "unknown" and email.settled_at is not None)


def _find_first(session: Session, reminder: Reminder, emails: Sequence[Email]) -> Email:
    """The mail to where the recipient's mail goes first; where none of them went there, the last."""
    address = session.get_one(Person, reminder.recipient_id).address
    return next((email for email in reversed(emails) if email.address == address), emails[-1])
