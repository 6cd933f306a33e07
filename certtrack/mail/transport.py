"""How mails leave: a transport opens conversations, and each conversation hands over one mail after the other."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said when a mail was taken: SMTP's code, None where no server was asked, and words without addresses."""

    code: int | None
    text: str


class Conversation(Protocol):
    """One connection to the mail server, under one deadline from its opening to its end."""

    def send(self, envelope_from: str, to_address: str, data: bytes) -> Answer:
        """Hand over these bytes. Raises a MailFailure that says whether they may have been taken."""
        ...

    def check(self, envelope_from: str) -> None:
        """Find out whether mail from that sender is taken at all, without sending any. Raises RelayFault."""
        ...

    def is_spent(self) -> bool:
        """True where the connection is gone, or too little of the deadline is left for one more mail."""
        ...


class Transport(Protocol):
    """A way out for mails."""

    def open(self) -> AbstractContextManager[Conversation]:
        """A conversation; entering it raises RelayFault where there can be none. Closing it never raises."""
        ...
