"""The bytes of one mail: headers that nobody's name can bend, a text, its HTML twin."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256

from certtrack.mail.content import Envelope
from certtrack.mail.names import clean_name


def build_message(envelope: Envelope, subject: str, text: str, html: str) -> bytes:
    """One whole mail with SMTP's line ends; equal input gives equal bytes.

    Raises ValueError for an address or a Message-ID that no header can carry.
    """
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = envelope.message_id
    message["Date"] = format_datetime(envelope.sent_at)
    message["From"] = _address(envelope.office_name, parseaddr(envelope.mail_from)[1])
    message["To"] = _address(envelope.to_name, envelope.to_address)
    if envelope.reply_to is not None:
        message["Reply-To"] = _address(envelope.office_name, envelope.reply_to)
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = envelope.locale  # last: setting the content takes such headers away
    # "=_" can't occur in quoted-printable text
    message.set_boundary(f"=_{sha256(envelope.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    return Address(display_name=clean_name(name), addr_spec=address)
