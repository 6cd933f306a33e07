"""A database that was put back from a backup: it doesn't know what was mailed since, and must not mail it unasked."""

from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Cause, Cycle, Email, OtherDay, Reminder
from certtrack.db.types import db_now
from certtrack.security import Actor
from certtrack.services.locking import lock_mail
from certtrack.services.reminders.arming import earliest_day
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.reminders.high_water import Mark


def find_last_mail(session: Session) -> Mark | None:
    """The newest mail with reminders on record; None where there is none."""
    query = select(Email.id, Email.created_at).where(Email.mail_class == "planned").order_by(Email.id.desc()).limit(1)
    row = session.execute(query).first()
    return Mark(row.id, row.created_at) if row is not None else None


def has_mail(session: Session, mark: Mark | None) -> bool:
    """True where the marked mail is on record; for None there is nothing to miss."""
    return mark is None or session.scalar(select(Email.created_at).where(Email.id == mark.email_id)) == mark.made_at


def is_put_back(session: Session, mark: Mark | None) -> bool:
    """True where the marked mail isn't in the database, which is an older one, or another, and nobody has said so.

    Once it was noticed, a mark from before then says nothing new: another machine's may be as old.
    """
    if mark is None or has_mail(session, mark):
        return False
    noticed = select(Cause.id).where(Cause.key.startswith("restored:"), Cause.opened_at >= mark.made_at).limit(1)
    return session.scalar(noticed) is None


def note_restored(session: Session, *, actor: Actor, at: datetime) -> str:
    """Let whatever may have been mailed already wait for the planner, which counts the people; the cause's key.

    That is all whose hour had come by `at`, mails in doubt included. What is due later goes out as ever.
    """
    cause = get_cause(session, f"restored:{at:%Y-%m-%dT%H:%M:%S}", at)
    in_doubt = list(session.scalars(_in_doubt()))
    stopped = session.execute(
        update(Reminder)
        .where(
            or_(
                (Reminder.state == "planned") & (Reminder.send_after <= at),
                (Reminder.state == "in_mail") & Reminder.email_id.in_(in_doubt),
            )
        )
        .values(state="held", reason="cause", cause_id=cause.id, planned_at=at, retry_at=None)
        .returning(Reminder.recipient_id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(
        update(Email)
        .where(Email.id.in_(in_doubt))
        .values(state="given_back", settled_at=at, lease_token=None, data=None)
        .execution_options(synchronize_session=False)
    )
    _look_again(session, cause, at)
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="reminders.restored",
        subject=("cause", cause.id),
        people={row.recipient_id for row in stopped},
        details={"reminders": len(stopped), "mails": in_doubt},
    )
    return cause.key


def _in_doubt() -> Select[int]:
    # a lease that runs is a living process's: it settles what it sends
    is_over = Email.state.in_(("unknown", "ready")) | ((Email.state == "leased") & (Email.leased_until <= db_now()))
    query = select(Email.id).where(Email.mail_class == "planned", Email.settled_at.is_(None), is_over)
    return lock_mail(query.order_by(Email.id))


def _look_again(session: Session, cause: Cause, at: datetime) -> None:
    today = earliest_day(at)
    waiting = select(Reminder.subject_id).where(Reminder.cause_id == cause.id)
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(waiting.where(Reminder.subject_kind == "cycle")))
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OtherDay)
        .where(OtherDay.id.in_(waiting.where(Reminder.subject_kind == OtherDay.kind).correlate(OtherDay)))
        .where(or_(OtherDay.next_look_at.is_(None), OtherDay.next_look_at > at))
        .values(next_look_at=at)
        .execution_options(synchronize_session=False)
    )
