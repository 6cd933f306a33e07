"""Links by which the reader of a reminder answers it: which there are, where they lead, and whether one is genuine.

A link's token signs the reminder, the verb and the address that the mail goes to: nothing is stored, a link answers for
that one reminder alone, and it is over once the address isn't the person's any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from certtrack.signing import Signer

Verb = Literal["seen", "plan", "sent", "more-time", "not-going-on"]
VERBS: tuple[Verb, ...] = get_args(Verb)
STOP = "stop"
"""The verb of the one-click address (RFC 8058): mails that may be switched off stop."""

_ANSWERS_TO_MOVED: tuple[Verb, ...] = ("plan", "sent", "more-time", "not-going-on")
_ANSWERS_TO_SENT: tuple[Verb, ...] = ("seen", "not-going-on")


@dataclass(frozen=True, slots=True)
class MailLink:
    """One answer that a mail offers, and where it leads."""

    verb: Verb
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader can answer, and the link that does."""

    said: str
    url: str


def list_verbs(stage: str, *, is_moved: bool, is_sent: bool) -> tuple[Verb, ...]:
    """What can be answered to a reminder of that stage, in the order in which it is offered.

    `is_moved`: it says only that the day is another one; `is_sent`: an application is on its way. Nothing is answered
    to the mail that says that all is settled.
    """
    if stage == "all_set":
        return ()
    if is_moved:
        return tuple(verb for verb in _ANSWERS_TO_MOVED if not is_sent or verb in _ANSWERS_TO_SENT)
    return _ANSWERS_TO_SENT if is_sent else VERBS


def make_link_url(base_url: str, signer: Signer, reminder_id: int, verb: str, address: str) -> str:
    """Where the link leads that stands in the mail to that address."""
    return f"{base_url}/mail/{reminder_id}/{verb}/{signer.sign(*_parts(reminder_id, verb, address))}"


def is_genuine(signer: Signer, token: str, reminder_id: int, verb: str, addresses: Iterable[str]) -> bool:
    """True where the token was made for one of these addresses. Takes as long whatever is wrong with it."""
    found = [signer.is_signed(token, *_parts(reminder_id, verb, address)) for address in addresses]
    return any(found)


def _parts(reminder_id: int, verb: str, address: str) -> tuple[str, str, str]:
    return str(reminder_id), verb, address.casefold()
