"""The ledger: every decision about one person's mails, those not to send included, and the stages still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.services.rulebook import Rulebook

LedgerState = Literal[
    "planned",
    "held",
    "suppressed",
    "in_mail",
    "sent",
    "failed",
    "superseded",
    "expired",
    "told",
    "coming",
]


@dataclass(frozen=True, slots=True)
class LedgerAttempt:
    """One try to hand the mail over. `outcome` is `accepted not_taken unknown relay recipient`."""

    number: int
    at: datetime
    outcome: str
    smtp_code: int | None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One stage of one day, and what was decided about it.

    `day` is the stage's. `reason` is a code, None where the state says all. `sent_at` is when the mail server took it,
    None before that; `attempts` are those of the mail that carries it, or carried it last. `send_after` and
    `reminder_id` are None for a stage that is still to come.
    """

    day: date
    stage: str
    state: LedgerState
    reason: str | None
    certification_id: int
    credential: str
    anchor_on: date
    send_after: datetime | None
    sent_at: datetime | None
    attempts: tuple[LedgerAttempt, ...]
    cause_key: str | None
    reminder_id: int | None


@dataclass(frozen=True, slots=True)
class NextMail:
    """What a list says of a certification's next mail.

    `state` is `planned`, `held` or `in_mail`; `suppressed` or `failed` with the `obstacle`'s code, where the last stage
    reached could not be told; else `coming`. `day` is the stage's; `stage` is None where it is still to come.
    """

    state: LedgerState
    day: date
    stage: str | None
    obstacle: str | None


def list_ledger(session: Session, rulebook: Rulebook, person_id: int, today: date) -> list[LedgerEntry]:
    """Every decision about the person's certifications by day, and the stages of open cycles that come after `today`.

    Raises NotFound for a person who isn't on record.
    """
    raise NotImplementedError


def find_next_mail(session: Session, certification_ids: Sequence[int]) -> dict[int, NextMail]:
    """The next mail by certification; one that has none to come, or no open cycle, is left out."""
    raise NotImplementedError
