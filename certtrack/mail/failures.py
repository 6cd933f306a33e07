"""What can go wrong when a mail is handed over: four kinds, by what has to happen next."""

import re
from typing import ClassVar, Literal

Outcome = Literal["accepted", "not_taken", "unknown", "relay", "recipient"]
RelayReason = Literal["no_connection", "greeting", "tls", "sign_in", "sender", "refusals", "file"]
RefusalReason = Literal["address_refused", "mail_refused"]

_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
_LONGEST = 300


class MailFailure(Exception):
    """A mail wasn't accepted. `code` is SMTP's, None where there was none; `answer` what the server said."""

    outcome: ClassVar[Outcome]

    def __init__(self, answer: str, code: int | None = None) -> None:
        super().__init__(answer)
        self.answer = clean_answer(answer)
        self.code = code


class NotTaken(MailFailure):
    """The server has certainly not taken it: it may be composed anew and tried later."""

    outcome = "not_taken"


class Unknown(MailFailure):
    """The server may have taken it: only the same bytes may go again."""

    outcome = "unknown"


class RelayFault(MailFailure):
    """The server takes nothing from us now, whoever it is for: nobody is to blame for it, and all mail waits."""

    outcome = "relay"

    def __init__(self, reason: RelayReason, answer: str, code: int | None = None) -> None:
        super().__init__(answer, code)
        self.reason = reason


class RecipientRefused(MailFailure):
    """The server will never take this mail for this recipient."""

    outcome = "recipient"

    def __init__(self, reason: RefusalReason, answer: str, code: int | None = None) -> None:
        super().__init__(answer, code)
        self.reason = reason


def clean_answer(text: str) -> str:
    """A server's answer on one line, at most 300 letters, each address in it taken out."""
    return _ADDRESS.sub("<address>", " ".join(text.split()))[:_LONGEST]
