"""The entries of ledgers: what was decided about one stage each, with the mails that carried it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Attempt, Cause, Email, Reminder, ReminderEmail
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.reminders import Audience, StageDay

About = Callable[[Reminder], tuple[int | None, str | None]]
"""Of which certification and credential a reminder is; None for none."""

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


_FELL_AWAY = ("suppressed", "superseded", "expired")
"""States in which a reminder is done with by the very decision that it isn't told."""


@dataclass(frozen=True, slots=True)
class LedgerAttempt:
    """One try to hand the reminder over, counted from 1. `outcome` is `accepted not_taken unknown relay recipient`.

    `mail` is the number of the mail that carried it then; `answer` is what the mail server said, None for nothing.
    `is_paired`: it went to another address of the recipient's, too, in a mail of its own; `came_back`: a report said
    so of this mail.
    """

    number: int
    at: datetime
    outcome: str
    smtp_code: int | None
    mail: int
    answer: str | None
    is_paired: bool = False
    came_back: bool = False

    @property
    def has_arrived(self) -> bool:
        """True where the mail server took the mail, and nothing came back."""
        return self.outcome == "accepted" and not self.came_back


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One stage of one day, and what was decided about it. `key` tells it from the person's others.

    `day` is the stage's. `reason` is a code, None where the state says all. `sent_at` is when the mail server took it,
    None before that; `attempts` are those of every mail that carried it. `decided_at` is when it was last decided on,
    `settled_at` when it was done with, None while it waits, `true_until` the last moment at which it is true. What is
    about a decision is None for a stage that is still to come. `occurrence` is 0 for the first time of a stage, and of
    a day that has moved the version of the record; `audience` is as whom the recipient gets it. `subject_kind` is what
    falls due, `cycle` or a kind of other day, which may be for no certification and no credential. `mail` is the number
    of the mail that it is in, or was in last.
    """

    day: date
    stage: str
    state: LedgerState
    reason: str | None
    certification_id: int | None
    credential: str | None
    anchor_on: date
    send_after: datetime | None
    sent_at: datetime | None
    attempts: tuple[LedgerAttempt, ...]
    cause_key: str | None
    reminder_id: int | None
    subject_id: int
    subject_kind: str = "cycle"
    decided_at: datetime | None = None
    settled_at: datetime | None = None
    true_until: datetime | None = None
    occurrence: int = 0
    recipient_id: int | None = None
    audience: Audience = "holder"
    mail: int | None = None

    @property
    def last_try(self) -> LedgerAttempt | None:
        """The last one with the mail that it is in, else the last of all; None before the first."""
        ordered = sorted(self.attempts, key=lambda attempt: (attempt.mail == self.mail, attempt.number))
        return ordered[-1] if ordered else None

    @property
    def may_have_gone(self) -> LedgerAttempt | None:
        """The last try by which it went out, or may have; None where certainly nothing did."""
        return next((one for one in reversed(self.attempts) if one.outcome in ("accepted", "unknown")), None)

    @property
    def is_at_both(self) -> bool:
        """True where two mails, to both addresses of the recipient, were taken."""
        return len({attempt.mail for attempt in self.attempts if attempt.is_paired and attempt.has_arrived}) > 1

    @property
    def key(self) -> str:
        """The reminder's number, or for what is still to come, but a copy, what it will be: `17`, `4-before_30-0`.

        Of a day beside those of cycles with its kind before that.
        """
        kind = "" if self.subject_kind == "cycle" else f"{self.subject_kind}-"
        return str(self.reminder_id or f"{kind}{self.subject_id}-{self.stage}-{self.occurrence}")

    @property
    def subject(self) -> tuple[str, int]:
        """What falls due, by its kind and number."""
        return self.subject_kind, self.subject_id

    @property
    def thread(self) -> tuple[str, int | None]:
        """What follows one another: the stages of all cycles of a certification, or of one other day."""
        return ("certification", self.certification_id) if self.subject_kind == "cycle" else self.subject


def make_coming(
    stage: StageDay,
    obstacle: str | None,
    *,
    subject: tuple[str, int],
    certification_id: int | None,
    credential: str | None,
    zone: str,
    recipient_id: int,
) -> LedgerEntry:
    """A stage that is still to come, and what would keep it back as things are. `zone` is the day's."""
    kind, number = subject
    return LedgerEntry(
        day=stage.stage_on,
        stage=stage.stage,
        state="coming",
        reason=obstacle,
        certification_id=certification_id,
        credential=credential,
        anchor_on=stage.anchor_on,
        send_after=None,
        sent_at=None,
        attempts=(),
        cause_key=None,
        reminder_id=None,
        subject_id=number,
        subject_kind=kind,
        true_until=end_of(stage.valid_until, zone),
        occurrence=stage.occurrence,
        recipient_id=recipient_id,
    )


def load_decided(
    session: Session,
    which: ColumnElement[bool],
    about: About,
    until: datetime | None = None,
) -> list[LedgerEntry]:
    """The decisions that `which` is true of, in the order of writing; one query.

    `about` says of which certification and credential a reminder is. With `until` those carried out by that moment.
    """
    decided, tried = ask_together(session, *select_decided(which, until))
    return make_decided(decided, tried, about, until)


def select_decided(which: ColumnElement[bool], until: datetime | None = None) -> tuple[AnySelect, AnySelect]:
    """The reminders that `which` is true of, with the keys of their causes, and the attempts of their mails."""
    mine = which if until is None else and_(which, Reminder.settled_at <= until)
    attempts = select_attempts(ReminderEmail.reminder_id.in_(select(Reminder.id).where(mine)))
    decided = select(Reminder, Cause.key).outerjoin(Cause, Cause.id == Reminder.cause_id).where(mine)
    return decided, attempts if until is None else attempts.where(Attempt.ended_at <= until)


def make_decided(
    decided: Iterable[tuple[Reminder, str | None]],
    tried: Iterable[tuple[int, Attempt, bool, datetime | None]],
    about: About,
    until: datetime | None = None,
) -> list[LedgerEntry]:
    """What `load_decided` gives, of the rows of `select_decided`."""
    attempts = make_attempts(tried, until)
    rows = sorted(decided, key=lambda row: row[0].id)
    return [_entry(one, about(one), key, tuple(attempts.get(one.id, ()))) for one, key in rows]


def _entry(
    reminder: Reminder,
    about: tuple[int | None, str | None],
    cause_key: str | None,
    tries: tuple[LedgerAttempt, ...],
) -> LedgerEntry:
    certification_id, credential = about
    return LedgerEntry(
        day=reminder.stage_on,
        stage=reminder.stage,
        state=cast("LedgerState", reminder.state),
        reason=reminder.reason,
        certification_id=certification_id,
        credential=credential,
        anchor_on=reminder.anchor_on,
        send_after=reminder.send_after,
        sent_at=next((attempt.at for attempt in tries if attempt.has_arrived), None),
        attempts=tries,
        cause_key=cause_key,
        reminder_id=reminder.id,
        subject_id=reminder.subject_id,
        subject_kind=reminder.subject_kind,
        decided_at=reminder.settled_at if reminder.state in _FELL_AWAY else reminder.planned_at,
        settled_at=reminder.settled_at,
        true_until=reminder.valid_until,
        occurrence=reminder.occurrence,
        recipient_id=reminder.recipient_id,
        audience=cast("Audience", reminder.audience),
        mail=reminder.email_id,
    )


def select_attempts(which: ColumnElement[bool]) -> Select[int, Attempt, bool, datetime | None]:
    """The attempts of the mails of reminders, as `which` says of `reminder_email`."""
    return (
        select(ReminderEmail.reminder_id, Attempt, Email.is_paired, Email.bounced_at)
        .join(Attempt, Attempt.email_id == ReminderEmail.email_id)
        .join(Email, Email.id == ReminderEmail.email_id)
        .where(which)
    )


def make_attempts(
    rows: Iterable[tuple[int, Attempt, bool, datetime | None]], until: datetime | None = None
) -> dict[int, list[LedgerAttempt]]:
    """Each reminder's attempts, those of its earlier mails included, in the order of the mails."""
    found: dict[int, list[LedgerAttempt]] = defaultdict(list)
    returned: dict[int, set[int]] = defaultdict(set)
    for reminder_id, attempt, is_paired, bounced_at in sorted(rows, key=lambda row: (row[1].email_id, row[1].number)):
        values = (attempt.ended_at, attempt.outcome, attempt.smtp_code, attempt.email_id, attempt.answer)
        found[reminder_id].append(LedgerAttempt(len(found[reminder_id]) + 1, *values, is_paired))
        if bounced_at is not None and (until is None or bounced_at <= until):
            returned[reminder_id].add(attempt.email_id)
    for reminder_id, mails in returned.items():
        for mail in mails:
            _note_return(found[reminder_id], mail)
    return found


def _note_return(attempts: list[LedgerAttempt], mail: int) -> None:
    """Of a mail that came back the try is meant by which it was taken; where none is on record, the last in doubt."""
    for outcome in ("accepted", "unknown"):
        for place in reversed(range(len(attempts))):
            if (attempts[place].mail, attempts[place].outcome) == (mail, outcome):
                attempts[place] = replace(attempts[place], came_back=True)
                return


def by_day(entry: LedgerEntry) -> tuple[date, bool, int]:
    """The order of a ledger: by day, and of one day what is decided first, in the order of writing."""
    return entry.day, entry.reminder_id is None, entry.reminder_id or 0
