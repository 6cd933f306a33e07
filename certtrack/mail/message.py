"""The bytes of one mail: headers that nobody's name can bend, a text, its HTML twin, a file for the calendar."""

from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from certtrack.mail.content import Envelope
from certtrack.mail.names import clean_name

CALENDAR_NAME = "date.ics"
"""The name of the file, as neutral as the subject."""


class _Unbroken(UnstructuredHeader, BaseHeader):
    """A header that stays on one line: a long address in it would be coded, and no mail program decodes that."""

    def fold(self, *, policy: Policy) -> str:
        """The header as one line."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unbroken)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def build_message(envelope: Envelope, subject: str, text: str, html: str, calendar: bytes | None = None) -> bytes:
    """One whole mail with SMTP's line ends; equal input gives equal bytes. `calendar` is an iCalendar file.

    Raises ValueError for an address or a Message-ID that no header can carry.
    """
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = envelope.message_id
    message["Date"] = format_datetime(envelope.sent_at)
    message["From"] = _address(envelope.office_name, parseaddr(envelope.mail_from)[1])
    message["To"] = _address(envelope.to_name, envelope.to_address)
    if envelope.reply_to is not None:
        message["Reply-To"] = _address(envelope.office_name, envelope.reply_to)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if calendar is not None:
        _attach(message, calendar)
    message["Content-Language"] = envelope.locale  # last: setting the content takes such headers away
    _set_boundaries(message, envelope.message_id)
    return message.as_bytes()


def _attach(message: EmailMessage, calendar: bytes) -> None:
    """As a file, its bytes untouched. In between the alternatives it would be shown as an invitation."""
    params = {"charset": "utf-8", "method": "PUBLISH"}
    message.add_attachment(calendar, maintype="text", subtype="calendar", filename=CALENDAR_NAME, params=params)


def _set_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries that are the same each time; "=_" can't occur in quoted-printable text, nor in base64."""
    for number, whole in enumerate(part for part in message.walk() if part.is_multipart()):
        digest = sha256(f"{message_id}#{number}".encode()).hexdigest()
        whole.set_boundary(f"=_{digest[:32]}")


def _address(name: str, address: str) -> Address:
    return Address(display_name=clean_name(name), addr_spec=address)
