"""The bytes of one mail: headers that nobody's name can bend, a text, its HTML twin, a file for the calendar.

The library makes each header. The parts around the bodies are few and always the same, so they are written out here:
the library takes three times as long for them as all else that a mail takes.
"""

from base64 import encodebytes
from binascii import b2a_qp
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from hashlib import sha256

from certtrack.mail.content import Envelope
from certtrack.mail.names import clean_name

CALENDAR_NAME = "date.ics"
"""The name of the file, as neutral as the subject."""

_HEADERS_KEPT = 256  # what an office's mails have in common


class _Unbroken(UnstructuredHeader, BaseHeader):
    """A header that stays on one line: a long address in it would be coded, and no mail program decodes that."""

    def fold(self, *, policy: Policy) -> str:
        """The header as one line."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unbroken)


def build_message(envelope: Envelope, subject: str, text: str, html: str, calendar: bytes | None = None) -> bytes:
    """One whole mail with SMTP's line ends; equal input gives equal bytes. `calendar` is an iCalendar file.

    Raises ValueError for an address or a Message-ID that no header can carry.
    """
    sender = Address(clean_name(envelope.office_name), addr_spec=parseaddr(envelope.mail_from)[1])
    to = Address(clean_name(envelope.to_name), addr_spec=envelope.to_address)
    headers = [
        _fold("Message-ID", envelope.message_id),
        _fold("Date", format_datetime(envelope.sent_at)),
        _fold_common("From", str(sender)),
        _fold("To", str(to)),
    ]
    if envelope.reply_to is not None:
        reply_to = Address(clean_name(envelope.office_name), addr_spec=envelope.reply_to)
        headers.append(_fold_common("Reply-To", str(reply_to)))
    headers += [_fold_common("Subject", subject), _fold_common("Auto-Submitted", "auto-generated")]
    if envelope.unsubscribe is not None:
        headers.append(_fold("List-Unsubscribe", f"<{envelope.unsubscribe}>"))
        headers.append(_fold_common("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    headers += [_fold_common("Content-Language", envelope.locale), b"MIME-Version: 1.0\r\n"]
    return b"".join(headers) + _join_parts(envelope.message_id, text, html, calendar)


def _fold(name: str, value: str) -> bytes:
    header = _HEADERS(name, value)
    if header.defects:
        raise ValueError(f"{name} can't hold this: {header.defects[0]}")
    return str(header.fold(policy=SMTP)).encode("ascii")


@lru_cache(maxsize=_HEADERS_KEPT)
def _fold_common(name: str, value: str) -> bytes:
    return _fold(name, value)


def _join_parts(message_id: str, text: str, html: str, calendar: bytes | None) -> bytes:
    twins = _join(message_id, "alternative", _code("plain", text), _code("html", html))
    if calendar is None:
        return twins
    # as a file, its bytes untouched: in between the alternatives it would be shown as an invitation
    return _join(f"{message_id}#", "mixed", twins, _attach(calendar))


def _join(name: str, kind: str, *parts: bytes) -> bytes:
    """The parts between boundaries that are the same each time; "=_" occurs in nothing that is coded."""
    boundary = f"=_{sha256(name.encode()).hexdigest()[:32]}".encode()
    head = b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind.encode(), boundary)
    return head + b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def _code(kind: str, text: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = "".join(f"{line}\r\n" for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"))
    return head.encode() + b2a_qp(lines.encode(), quotetabs=False, istext=True)


def _attach(calendar: bytes) -> bytes:
    method = b"CANCEL" if b"\r\nMETHOD:CANCEL\r\n" in calendar else b"PUBLISH"
    head = (
        b'Content-Type: text/calendar; charset="utf-8"; method="%s"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="%s"\r\n\r\n' % (method, CALENDAR_NAME.encode())
    )
    return head + encodebytes(calendar).replace(b"\n", b"\r\n")
