"""Who works on which mail: a lease on the database's clock, told apart by a token that only its holder knows."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Attempt, Email, Reminder, ReminderEmail
from certtrack.db.types import db_now
from certtrack.mail.content import Content
from certtrack.mail.return_path import make_return_path
from certtrack.services.delivery.pairs import take_back
from certtrack.services.locking import lock_mail
from certtrack.settings import Settings, load_secret_key
from certtrack.signing import Signer, make_signer

MailClass = Literal["planned", "now"]

MAIL_CLASSES: tuple[MailClass, ...] = ("now", "planned")

_AT_ONCE = 20

_EMAILS: Any = Email.__table__
_REMINDERS: Any = Reminder.__table__
_CARRIED: Any = ReminderEmail.__table__
_CARRY = (
    update(_REMINDERS)
    .where(_REMINDERS.c.id == bindparam("of"))
    .values(state="in_mail", reason=None, email_id=bindparam("in"))
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a deliverer goes by: how long it may keep a mail, how long a conversation may last, and who writes.

    `links` and `bounces` sign what mails and their return paths name. `bounce_address` is where reports of mails that
    come back go, "" where there is no mailbox for them.
    """

    lease_s: float
    deadline_s: float
    mail_from: str
    base_url: str
    links: Signer = field(repr=False)
    bounces: Signer = field(repr=False)
    bounce_address: str = ""

    def name_sender(self, email_id: int, to_address: str) -> str:
        """The envelope's sender for that mail: a path of its own where there is a mailbox for reports."""
        if not self.bounce_address:
            return self.mail_from
        return make_return_path(self.bounce_address, self.bounces, email_id, to_address)


@dataclass(frozen=True, slots=True)
class Made:
    """A mail to one recipient, in facts: what it is to say of each of its reminders, in the order of their numbers.

    `is_paired`: some of them are told at another address, too, by another mail that was made with it.
    """

    recipient_id: int
    content: Content = field(repr=False)
    valid_until: datetime
    reminder_ids: tuple[int, ...]
    is_paired: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail that this process holds the lease of, since `leased_at` at the earliest, on this process's own watch.

    `made_at` is when its facts were asked. `made` is what it is to say, None once that is written, as `data`.
    `is_paired`: what it tells goes to another address of the recipient's, too.
    """

    email_id: int
    token: str
    mail_class: MailClass
    address: str
    data: bytes = field(repr=False)
    leased_at: float
    made_at: datetime
    is_paired: bool = False
    made: Made | None = None


def make_terms(settings: Settings) -> Terms:
    """The terms of this installation."""
    key = load_secret_key(settings)
    return Terms(
        lease_s=settings.mail_lease_s,
        deadline_s=settings.mail_deadline_s,
        mail_from=settings.mail_from,
        base_url=settings.base_url,
        links=make_signer(key, "links"),
        bounces=make_signer(key, "bounces"),
        bounce_address=settings.bounce_address,
    )


def make_token() -> str:
    """A token that no other lease has."""
    return uuid.uuid4().hex


def list_due(session: Session) -> frozenset[MailClass]:
    """The classes in which a mail that is on record already is due: one to be tried, or one whose lease ran out."""
    open_ = Email.state.in_(("ready", "leased", "unknown"))
    due = select(Email.id).where(open_, Email.settled_at.is_(None), Email.leased_until <= db_now())
    found = session.execute(select(*(due.where(Email.mail_class == one).exists() for one in MAIL_CLASSES))).one()
    return frozenset(one for one, is_due in zip(MAIL_CLASSES, found, strict=True) if is_due)


def recover(session: Session, mail_class: MailClass, at: datetime) -> int:
    """Put in doubt every mail whose lease ran out: its holder may have sent it; how many they were.

    One that was never written was never sent.
    """
    query = select(Email).where(Email.mail_class == mail_class, Email.state == "leased", Email.leased_until <= db_now())
    lost = list(session.scalars(lock_mail(query.limit(_AT_ONCE), skips_locked=True)))
    for email in lost:
        if email.data is None:
            email.lease_token = None
            take_back(session, email, at)
            continue
        email.attempts += 1
        email.state, email.lease_token, email.leased_until = "unknown", None, db_now()
        session.add(
            Attempt(
                email_id=email.id,
                number=email.attempts,
                started_at=db_now(),
                ended_at=db_now(),
                outcome="unknown",
                answer="its worker never came back",
                worker="",
            )
        )
    session.flush()
    return len(lost)


def lock_in_doubt(session: Session, limit: int) -> list[Email]:
    """Mails whose next try is due, locked: those that may have been taken, of which only the same bytes may go again.

    And those that certainly weren't, and whose reminders were told at another address: they are `ready`.
    """
    return _lock(session, "planned", Email.state.in_(("unknown", "ready")), limit)


def lease_now(session: Session, terms: Terms, at: datetime, limit: int) -> list[Outgoing]:
    """Mails that somebody waits for; one whose link has run out is given up, and its text forgotten."""
    emails = _lock(session, "now", Email.state.in_(("ready", "unknown")), limit)
    for email in emails:
        if email.valid_until <= at:
            email.state, email.settled_at, email.data = "failed", at, None
    session.flush()
    return lease(session, [email for email in emails if email.settled_at is None], terms)


def lease(session: Session, emails: Sequence[Email], terms: Terms) -> list[Outgoing]:
    """Take the lease of these mails, which the transaction has locked or just made."""
    outgoing, leased_at = [], time.monotonic()
    for email in emails:
        email.state, email.lease_token, email.leased_until = "leased", make_token(), db_now(terms.lease_s)
        email.broken_since = None
        mail_class: MailClass = "now" if email.mail_class == "now" else "planned"
        outgoing.append(
            Outgoing(
                email_id=email.id,
                token=email.lease_token,
                mail_class=mail_class,
                address=email.address,
                data=email.data or b"",
                leased_at=leased_at,
                made_at=email.created_at,
                is_paired=email.is_paired,
            )
        )
    session.flush()
    return outgoing


def lease_made(session: Session, mails: Sequence[Made], terms: Terms, at: datetime) -> list[Outgoing]:
    """Put mails that are to be composed on record, leased from the first, with the reminders that they carry.

    As few statements as there are tables, whatever the number of mails. Of two mails that carry a reminder the first
    is the one that it is in.
    """
    if not mails:
        return []
    session.flush()
    leased_at = time.monotonic()
    tokens = [make_token() for _ in mails]
    made = insert(_EMAILS).values(
        mail_class="planned", state="leased", leased_until=db_now(terms.lease_s), attempts=0, created_at=at
    )
    rows = [
        {
            "recipient_id": mail.recipient_id,
            "address": mail.content.envelope.to_address,
            "message_id": mail.content.envelope.message_id,
            "lease_token": token,
            "valid_until": mail.valid_until,
            "is_paired": mail.is_paired,
        }
        for mail, token in zip(mails, tokens, strict=True)
    ]
    returned = session.execute(made.returning(_EMAILS.c.id, sort_by_parameter_order=True), rows)
    numbers: list[int] = list(returned.scalars())
    carried = [(one, number) for mail, number in zip(mails, numbers, strict=True) for one in mail.reminder_ids]
    first = dict(reversed(carried))
    session.execute(_CARRY, [{"of": reminder_id, "in": number} for reminder_id, number in first.items()])
    links = [{"reminder_id": reminder_id, "email_id": number} for reminder_id, number in carried]
    session.execute(insert(_CARRIED), links)
    return [
        Outgoing(number, token, "planned", mail.content.envelope.to_address, b"", leased_at, at, mail.is_paired, mail)
        for mail, number, token in zip(mails, numbers, tokens, strict=True)
    ]


def _lock(session: Session, mail_class: MailClass, states: ColumnElement[bool], limit: int) -> list[Email]:
    query = (
        select(Email)
        .where(Email.mail_class == mail_class, states, Email.settled_at.is_(None), Email.leased_until <= db_now())
        .order_by(Email.id)
        .limit(limit)
    )
    return list(session.scalars(lock_mail(query, skips_locked=True)))
