"""What an attempt means for a mail and its reminders. Each is settled by its token: a lost lease touches nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Attempt, Certification, Cycle, Email, Reminder, ReminderEmail
from certtrack.db.types import db_now
from certtrack.mail.failures import MailFailure, Outcome, RecipientRefused
from certtrack.mail.transport import Answer
from certtrack.rules.retry import wait_after
from certtrack.security import Actor
from certtrack.services.delivery.leasing import Outgoing
from certtrack.services.delivery.pairs import is_in, let_go, set_back, take_back
from certtrack.services.findings import open_finding
from certtrack.services.locking import lock_mail
from certtrack.services.other_days.owners import list_owners

_REFUSALS_OF_NOW = 3  # a server that refuses everybody for a while must not cost anybody their link


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt as it went: when it ended, how many seconds it took, its outcome, and the server's words."""

    at: datetime
    took_s: float
    outcome: Outcome
    code: int | None
    answer: str
    worker: str
    reason: str | None = None


def note_accepted(answer: Answer, at: datetime, took_s: float, worker: str) -> Try:
    """The attempt that a server's yes makes."""
    return Try(at, took_s, "accepted", answer.code, answer.text, worker)


def note_failure(failure: MailFailure, at: datetime, took_s: float, worker: str) -> Try:
    """The attempt that a failure makes."""
    reason = failure.reason if isinstance(failure, RecipientRefused) else None
    return Try(at, took_s, failure.outcome, failure.code, failure.answer, worker, reason)


def settle(session: Session, mail: Outgoing, tried: Try, *, actor: Actor) -> bool:
    """Write down one attempt and what follows from it; False where the lease was lost: then nothing is touched."""
    email = _lock(session, mail)
    if email is None:
        return False
    email.attempts += 1
    session.add(
        Attempt(
            email_id=email.id,
            number=email.attempts,
            started_at=db_now(-tried.took_s),
            ended_at=db_now(),
            outcome=tried.outcome,
            smtp_code=tried.code,
            answer=tried.answer,
            worker=tried.worker,
        )
    )
    email.lease_token = None
    if tried.outcome == "unknown" or (tried.outcome in ("not_taken", "relay") and _is_in_doubt(session, email)):
        email.state, email.leased_until = "unknown", db_now(_wait_s(email, tried))
    elif email.mail_class == "now":
        _settle_now(email, tried)
    else:
        _settle_planned(session, email, tried, actor)
    session.flush()
    return True


def give_back(session: Session, mail: Outgoing, at: datetime) -> bool:
    """A mail that certainly wasn't sent: its reminders are planned as before; False where the lease was lost.

    What was told at the recipient's other address isn't: that mail waits for the next process.
    """
    email = _lock(session, mail)
    if email is None:
        return False
    email.lease_token = None
    if email.mail_class == "now":
        email.state, email.leased_until = _state_before(email), db_now()
    elif _is_in_doubt(session, email, with_this=False):
        email.state, email.leased_until = "unknown", db_now()
    else:
        take_back(session, email, at)
    session.flush()
    return True


def reopen_refused(session: Session, email_ids: list[int]) -> int:
    """The mail server, not the recipients, was at fault: what was refused is planned again, as if never tried.

    What another mail has told, or may yet, is tried again at this address alone.
    """
    wait = db_now(_seconds(wait_after(3)))
    carried = select(ReminderEmail.email_id).join(Reminder, Reminder.id == ReminderEmail.reminder_id)
    stands = Email.is_paired & Email.id.in_(carried.where(Reminder.state.in_(("in_mail", "sent"))))
    session.execute(
        update(Email)
        .where(Email.id.in_(email_ids), Email.state == "failed", stands)
        .values(state="ready", settled_at=None, leased_until=wait)
    )
    session.execute(update(Email).where(Email.id.in_(email_ids), Email.state == "failed").values(state="not_taken"))
    opened = session.execute(
        update(Reminder)
        .where(Reminder.email_id.in_(email_ids), Reminder.state == "failed")
        .values(state="planned", reason=None, settled_at=None, retry_at=wait)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(opened.all())


def _lock(session: Session, mail: Outgoing) -> Email | None:
    return session.scalar(lock_mail(select(Email).where(Email.id == mail.email_id, Email.lease_token == mail.token)))


def _settle_now(email: Email, tried: Try) -> None:
    if tried.outcome == "accepted":
        email.state, email.settled_at, email.data = "sent", tried.at, None
    elif tried.outcome == "recipient" and email.attempts >= _REFUSALS_OF_NOW:
        email.state, email.settled_at, email.data = "failed", tried.at, None
    else:
        email.state, email.leased_until = "ready", db_now(_wait_s(email, tried))


def _settle_planned(session: Session, email: Email, tried: Try, actor: Actor) -> None:
    if tried.outcome == "accepted":
        email.state, email.settled_at = "sent", tried.at
        _set_reminders(session, is_in(email), state="sent", settled_at=tried.at, email_id=email.id)
    elif tried.outcome == "recipient":
        email.state, email.settled_at = "failed", tried.at
        set_back(session, email, tried.reason, tried.at)
        _tell_office(session, email, tried, actor)
    elif closed := let_go(session, email, "not_taken" if tried.outcome == "not_taken" else "given_back", tried.at):
        if tried.outcome == "not_taken":
            _plan_again(session, closed)
        else:
            _set_reminders(session, Reminder.email_id.in_(closed), state="planned")
    else:
        email.leased_until = db_now(_wait_s(email, tried))


def _plan_again(session: Session, email_ids: list[int]) -> None:
    carried = select(Reminder).where(Reminder.email_id.in_(email_ids), Reminder.state == "in_mail")
    for reminder in session.scalars(carried):
        reminder.tries += 1
        reminder.state, reminder.retry_at = "planned", db_now(_seconds(wait_after(reminder.tries)))


def _set_reminders(session: Session, which: ColumnElement[bool], **values: str | int | datetime | None) -> None:
    session.execute(
        update(Reminder)
        .where(which, Reminder.state == "in_mail")
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )


def _tell_office(session: Session, email: Email, tried: Try, actor: Actor) -> None:
    query = (
        select(Certification.id, Certification.organization_id)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .join(Reminder, and_(Reminder.subject_kind == "cycle", Reminder.subject_id == Cycle.id))
        .join(ReminderEmail, ReminderEmail.reminder_id == Reminder.id)
        .where(ReminderEmail.email_id == email.id)
        .order_by(Certification.id)
        .limit(1)
    )
    of_cycle = [(certification_id, organization_id) for certification_id, organization_id in session.execute(query)]
    for certification_id, organization_id in of_cycle or list_owners(session, email.id):
        open_finding(
            session,
            "mail_refused",
            str(email.id),
            organization_id=organization_id,
            person_id=email.recipient_id,
            certification_id=certification_id,
            details={"reason": tried.reason, "code": tried.code},
            actor=actor,
            at=tried.at,
        )


def _is_in_doubt(session: Session, email: Email, *, with_this: bool = True) -> bool:
    """True for a planned mail of which an earlier attempt may have arrived; `with_this`: one more was just made."""
    if email.mail_class != "planned" or email.attempts <= int(with_this):
        return False
    if not email.is_paired:
        return True  # only such a one gets a second attempt with the same bytes
    query = select(Attempt.id).where(Attempt.email_id == email.id, Attempt.outcome == "unknown").limit(1)
    return session.scalar(query) is not None


def _state_before(email: Email) -> str:
    return "unknown" if email.attempts else "ready"


def _wait_s(email: Email, tried: Try) -> float:
    return 0 if tried.outcome == "relay" else _seconds(wait_after(email.attempts))


def _seconds(wait: timedelta) -> float:
    return wait.total_seconds()
