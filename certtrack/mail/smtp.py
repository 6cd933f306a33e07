"""The mail server, through Flask-Mail: with a deadline, checked certificates, and the very bytes that are stored."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal, TypeVar

from flask import Flask
from flask_mail import BadHeaderError, Connection, Mail, Message

from certtrack.mail.deadline import Deadline
from certtrack.mail.failures import MailFailure, NotTaken, RecipientRefused, RelayFault, RelayReason, Unknown
from certtrack.mail.transport import Answer
from certtrack.settings import Settings

Security = Literal["none", "starttls", "tls"]
_LEAST_CODE = 200
_GO_AHEAD = 354
_DONE = 250

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """Opens conversations with one mail server. `deadline_s`: seconds for each of them as a whole."""

    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    deadline_s: float
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    app: Flask = field(default_factory=lambda: Flask(__name__, static_folder=None), repr=False)

    @contextmanager
    def open(self) -> Iterator["SmtpConversation"]:
        """A conversation, signed in. Raises RelayFault where the server isn't there or doesn't let us in."""
        deadline = Deadline(self.deadline_s)
        try:
            with self.app.app_context(), _Connection(self, deadline) as connection:
                yield SmtpConversation(connection, deadline)
        finally:
            deadline.end()


def make_transport(settings: Settings) -> SmtpTransport:
    """The mail server that the settings name."""
    return SmtpTransport(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=settings.smtp_password,
        deadline_s=settings.mail_deadline_s,
    )


class _Host(smtplib.SMTP):
    """smtplib's client; remembers how far it came, which is what a failure means."""

    def __init__(self, transport: SmtpTransport, deadline: Deadline) -> None:
        self.deadline = deadline
        self.stage: Literal["sender", "recipient"] = "sender"
        self.is_in_doubt = False
        self.answer = (0, b"")
        # a name of one's own: smtplib would ask the name service for one, for as long as that takes
        super().__init__(transport.host, transport.port, local_hostname=socket.gethostname(), timeout=deadline.left_s())

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002  # smtplib's signature
        return self.deadline.connect(host, port)

    def mail(self, sender: str, options: object = ()) -> tuple[int, bytes]:
        """MAIL FROM."""
        self.stage = "sender"
        return super().mail(sender, options)  # type: ignore[arg-type]  # handed on as it came

    def rcpt(self, recip: str, options: object = ()) -> tuple[int, bytes]:
        """RCPT TO."""
        self.stage = "recipient"
        return super().rcpt(recip, options)  # type: ignore[arg-type]  # handed on as it came

    def getreply(self) -> tuple[int, bytes]:
        """The next answer. Between the go-ahead for a mail's bytes and the answer to them, nobody knows who has it.

        Raises SMTPServerDisconnected for one that was cut short: half a code is no answer.
        """
        self.answer = super().getreply()
        if self.answer[0] < _LEAST_CODE:
            self.close()
            raise smtplib.SMTPServerDisconnected("the answer was cut short")
        self.is_in_doubt = self.answer[0] == _GO_AHEAD
        return self.answer


class _TlsHost(_Host):
    """The same, encrypted from the first byte."""

    def __init__(self, transport: SmtpTransport, deadline: Deadline) -> None:
        self.tls = transport.tls
        super().__init__(transport, deadline)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.tls.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


class _Connection(Connection):
    """Flask-Mail's connection with our client; closing it never fails, since what was sent was sent."""

    host: _Host

    def __init__(self, transport: SmtpTransport, deadline: Deadline) -> None:
        mail = Mail()
        mail.state = mail.init_mail({})  # Flask-Mail's own settings know neither deadline nor certificates
        super().__init__(mail)
        self._transport = transport
        self._deadline = deadline

    def configure_host(self) -> _Host:
        """Connect, encrypt, sign in. Raises RelayFault that names the step."""
        host = _step("no_connection", self._connect)
        try:
            _step("greeting", host.ehlo_or_helo_if_needed)
            if self._transport.security == "starttls":
                _step("tls", lambda: host.starttls(context=self._transport.tls))
                _step("greeting", host.ehlo_or_helo_if_needed)
            if self._transport.username:
                _step("sign_in", lambda: host.login(self._transport.username, self._transport.password))
        except BaseException:
            host.close()
            raise
        return host

    def _connect(self) -> _Host:
        kind = _TlsHost if self._transport.security == "tls" else _Host
        return kind(self._transport, self._deadline)

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):  # smtplib's errors are of this kind too
            self.host.quit()
        self.host.close()


class _Stored(Message):
    """A message that is handed over as it is stored: rendered again, its boundaries would differ."""

    def __init__(self, envelope_from: str, to_address: str, data: bytes) -> None:
        super().__init__(sender=envelope_from, recipients=[to_address])
        self._data = data

    def as_bytes(self) -> bytes:
        """The stored bytes."""
        return self._data


@dataclass(frozen=True, slots=True)
class SmtpConversation:
    """One connection, signed in. A mail that wasn't accepted leaves it usable where the server goes on talking."""

    connection: _Connection
    deadline: Deadline

    def send(self, envelope_from: str, to_address: str, data: bytes) -> Answer:
        """Hand over these bytes. Raises a MailFailure."""
        host = self.connection.host
        host.stage, host.is_in_doubt = "sender", False
        try:
            self.connection.send(_Stored(envelope_from, to_address, data))
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise _judge_answer(error, host) from error
        except OSError as error:
            host.close()
            raise _judge_loss(error, host) from error
        except (
            ValueError,
            BadHeaderError,
        ) as error:  # an address that no command can hold; nothing was said to the server
            raise RecipientRefused("address_refused", "the address can't be written in a mail") from error
        code, text = host.answer
        return Answer(code, clean(text))

    def check(self, envelope_from: str) -> None:
        """Name the sender and take it back. Raises RelayFault where the server has none of it."""
        host = self.connection.host
        try:
            code, text = host.mail(parseaddr(envelope_from)[1])
            host.rset()
        except OSError as error:
            raise RelayFault("no_connection", str(error)) from error
        if code != _DONE:
            raise RelayFault("sender", clean(text), code)

    def is_spent(self) -> bool:
        """True where the connection is gone, or less than half of the deadline is left."""
        return self.connection.host.sock is None or self.deadline.is_half_gone()


def clean(text: bytes | str) -> str:
    """An answer as text, whatever bytes it came in."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _step(reason: RelayReason, act: Callable[[], _T]) -> _T:
    try:
        return act()
    except smtplib.SMTPConnectError as error:
        raise RelayFault("greeting", clean(error.smtp_error), error.smtp_code) from error
    except smtplib.SMTPResponseException as error:
        raise RelayFault(reason, clean(error.smtp_error), error.smtp_code) from error
    except ssl.SSLError as error:
        raise RelayFault("tls", str(error)) from error
    except (OSError, ValueError) as error:
        raise RelayFault(reason, str(error)) from error


def _judge_answer(error: smtplib.SMTPException, host: _Host) -> MailFailure:
    code, text = _read_answer(error)
    if host.stage == "sender":
        return RelayFault("sender", text, code)
    if 400 <= code <= 499:
        return NotTaken(text, code)
    if 500 <= code <= 599:
        is_address = isinstance(error, smtplib.SMTPRecipientsRefused)
        return RecipientRefused("address_refused" if is_address else "mail_refused", text, code)
    return Unknown(text, code)  # no answer that SMTP knows


def _read_answer(error: smtplib.SMTPException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code, clean(text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, clean(error.smtp_error)
    return 0, str(error)


def _judge_loss(error: OSError, host: _Host) -> MailFailure:
    if host.is_in_doubt:
        return Unknown(str(error))
    if host.stage == "sender":
        return RelayFault("no_connection", str(error))
    return NotTaken(str(error))
