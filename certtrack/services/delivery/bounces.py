"""Mails that came back: what a delivery report says, put on record for the mail that its signed path names."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Affiliation, Certification, Cycle, Email, Finding, Reminder, ReminderEmail
from certtrack.db.queries.merges import same_person
from certtrack.mail.reports import Report, read_report
from certtrack.mail.return_path import is_return_path, list_codes
from certtrack.security import Actor
from certtrack.services.delivery.pairs import set_back
from certtrack.services.findings import open_finding
from certtrack.services.locking import lock_mail
from certtrack.signing import Signer

ReportOutcome = Literal["bounced", "known", "delayed", "passed_over", "unreadable"]

BOUNCED = "bounced"
"""The reason of a reminder whose mail came back."""


def take_report(session: Session, signer: Signer, data: bytes, *, actor: Actor, at: datetime) -> ReportOutcome:
    """Put on record what a message says of a mail of ours; what it came to.

    "bounced": the mail came back, which is new; its reminders weren't told, and the office has a finding. "known": that
    was on record. "delayed": it is still tried, so nothing changes. "passed_over": no report, or about no mail that we
    have signed. "unreadable": nobody can read it. Later stages go on, since an address may be mended meanwhile.
    """
    report = read_report(data)
    if report is None:
        return "unreadable"
    if report.verdict == "other":
        return "passed_over"
    email = _find_email(session, signer, report)
    if email is None:
        return "passed_over"
    if report.verdict == "delayed":
        return "delayed"
    if email.state == BOUNCED:
        return "known"
    _note(session, email, report, actor, at)
    return "bounced"


def _find_email(session: Session, signer: Signer, report: Report) -> Email | None:
    """The mail, locked; it came from another database where the address isn't the one that was signed."""
    for number, token in list_codes(report.paths):
        email = session.scalar(lock_mail(select(Email).where(Email.id == number)))
        if email is not None and is_return_path(signer, token, number, email.address):
            return email
    return None


def _note(session: Session, email: Email, report: Report, actor: Actor, at: datetime) -> None:
    # a report may be quicker than the worker that still holds the mail, or be of a mail that stayed in doubt
    email.state, email.lease_token, email.leased_until = BOUNCED, None, None
    email.settled_at = email.settled_at or at
    email.bounced_at, email.bounce_status, email.bounce_answer = at, report.status, report.answer
    if email.mail_class == "now":
        email.data = None
    set_back(session, email, BOUNCED, at)
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="mail.bounced",
        subject=("email", email.id),
        people=[email.recipient_id] if email.recipient_id is not None else [],
        details={"status": report.status},
    )
    _tell_office(session, email, report, actor, at)


def _tell_office(session: Session, email: Email, report: Report, actor: Actor, at: datetime) -> None:
    """One finding an address, as long as it waits: every later mail there comes back too."""
    concern = _find_concern(session, email)
    if concern is None or _is_told(session, email):
        return
    certification_id, organization_id = concern
    open_finding(
        session,
        "mail_bounced",
        str(email.id),
        organization_id=organization_id,
        person_id=email.recipient_id,
        certification_id=certification_id,
        details={"status": report.status},
        actor=actor,
        at=at,
    )


def _find_concern(session: Session, email: Email) -> tuple[int | None, int] | None:
    """The certification that the mail is about, where it is its reader's own, and the organization that is told."""
    query = (
        select(Certification)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .join(Reminder, (Reminder.subject_id == Cycle.id) & (Reminder.subject_kind == "cycle"))
        .join(ReminderEmail, ReminderEmail.reminder_id == Reminder.id)
        .where(ReminderEmail.email_id == email.id)
        .order_by(Certification.id)
        .limit(1)
    )
    certification = session.scalar(query)
    if certification is not None:
        own = certification.id if certification.person_id == email.recipient_id else None
        return own, certification.organization_id
    belonging = select(Affiliation.organization_id).where(Affiliation.person_id == email.recipient_id)
    organization_id = session.scalar(belonging.order_by(Affiliation.id.desc()).limit(1))
    return (None, organization_id) if organization_id is not None else None


def _is_told(session: Session, email: Email) -> bool:
    """True where a finding about that person and that address waits."""
    query = select(Finding.key).where(
        Finding.kind == "mail_bounced",
        Finding.person_id.in_(same_person(email.recipient_id or 0)),
        Finding.settled_at.is_(None),
    )
    numbers = [int(key.partition(":")[2]) for key in session.scalars(query)]
    same = select(Email.id).where(Email.id.in_(numbers), Email.address == email.address)
    return session.scalar(same.limit(1)) is not None
