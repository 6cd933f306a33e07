"""An alarm as it is told outside: to a machine as JSON, to a person as a mail in each language. No data of people."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal, Protocol

from certtrack.language import LOCALES, say_by
from certtrack.mail.failures import MailFailure, RelayFault
from certtrack.mail.transport import Transport

_WORDS = "jobs/words.jinja"

Event = Literal["raised", "open", "over", "test"]


class NotTold(Exception):
    """The alarm didn't get through; `trouble` says why, as a code."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class AlarmMessage:
    """What is to be told. `kind` is the alarm's, empty for a test; `detail` a short fact, None for nothing.

    `installation` is the address of the pages. Moments are aware, UTC; `until` is None while the alarm is open.
    """

    event: Event
    kind: str
    since: datetime
    until: datetime | None
    detail: str | None
    installation: str
    sent_at: datetime

    def say(self, locale: str) -> str:
        """It in a few sentences, on one line."""
        said = say_by(_WORDS, locale, "told", self.event, self.kind, self.since, self.until, self.detail)
        return " ".join(said.split())

    def say_head(self, locale: str) -> str:
        """What it is about, in a few words."""
        return " ".join(say_by(_WORDS, locale, "told_head", self.event, self.kind).split())


class AlarmWay(Protocol):
    """A way on which alarms are told."""

    @property
    def name(self) -> str:
        """`webhook` or `mail`."""
        ...

    def tell(self, message: AlarmMessage) -> None:
        """Tell it, within some seconds. Raises NotTold."""
        ...


def make_json(message: AlarmMessage) -> bytes:
    """The alarm as JSON; `text` says it in English, as chat programs show it."""
    values = {
        "product": "CertTrack",
        "installation": message.installation,
        "event": message.event,
        "kind": message.kind or None,
        "detail": message.detail,
        "since": message.since.isoformat(timespec="seconds"),
        "until": message.until.isoformat(timespec="seconds") if message.until else None,
        "sent_at": message.sent_at.isoformat(timespec="seconds"),
        "text": message.say("en"),
    }
    return json.dumps(values, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class AlarmMail:
    """Alarms by a mail server of their own, to one address."""

    transport: Transport
    mail_from: str
    to_address: str

    @property
    def name(self) -> str:
        """`mail`."""
        return "mail"

    def tell(self, message: AlarmMessage) -> None:
        """Mail it. Raises NotTold with the step at which it went wrong."""
        try:
            with self.transport.open() as conversation:
                conversation.send(self.mail_from, self.to_address, self._compose(message))
        except RelayFault as error:
            raise NotTold(error.reason) from error
        except MailFailure as error:
            raise NotTold(error.outcome) from error

    def _compose(self, message: AlarmMessage) -> bytes:
        sender = parseaddr(self.mail_from)[1]
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = f"<{uuid.uuid4()}@{sender.rpartition('@')[2] or 'localhost'}>"
        mail["Date"] = format_datetime(message.sent_at)
        mail["From"] = Address("CertTrack", addr_spec=sender)
        mail["To"] = Address(addr_spec=self.to_address)
        mail["Subject"] = f"CertTrack: {message.say_head(LOCALES[0])}"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content("\n\n".join(_tell(message)) + "\n", cte="quoted-printable")
        return mail.as_bytes()


def _tell(message: AlarmMessage) -> Iterator[str]:
    yield from (message.say(locale) for locale in LOCALES)
    yield f"{message.installation}/jobs"
