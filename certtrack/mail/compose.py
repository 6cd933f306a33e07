"""Composing: from plain values to the bytes of one whole mail."""

from collections.abc import Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from certtrack.language import format_day, format_moment
from certtrack.mail.content import Envelope, LinkKind, ReminderItem


def compose_reminders(envelope: Envelope, *, called: str, today: date, items: Sequence[ReminderItem]) -> bytes:
    """One mail about all `items`, to somebody greeted as `called`, true on `today` (in the packs' zone).

    Raises ValueError without an item.
    """
    if not items:
        raise ValueError("a reminder speaks of something")
    days = [
        f"{item.pack.name_at_first_use.of(envelope.locale)}: {format_day(item.days.due_on, envelope.locale)}"
        for item in items
    ]
    return _assemble(envelope, "A date to keep in mind", "\n".join([called, *days]))


def compose_link(
    envelope: Envelope, kind: LinkKind, *, called: str, link: str, valid_until: datetime, zone: str
) -> bytes:
    """One mail with a one-time link that works until `valid_until`, said in `zone`."""
    words = f"{called}\n{kind}\n{link}\n{format_moment(valid_until, envelope.locale, zone)}"
    return _assemble(envelope, "A link", words)


def _assemble(envelope: Envelope, subject: str, text: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = envelope.message_id
    message["Date"] = format_datetime(envelope.sent_at)
    message["From"] = envelope.mail_from
    message["To"] = envelope.to_address
    message["Subject"] = subject
    message.set_content(text)
    return message.as_bytes()
