"""What a mail is made of: plain values, before any words."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from certtrack.mail.links import MailLink
from certtrack.rules.cycles import CycleDays
from certtrack.rules.other_days import OtherKind
from certtrack.rules.own_clocks import ClockDay
from certtrack.rules.pack import Pack, Text
from certtrack.rules.reminders import CopyTo
from certtrack.rules.requirements import Line
from certtrack.rules.so_far import SoFar

LinkKind = Literal["account_link", "password_reset"]
NoticeKind = Literal[
    "second_step_set", "second_step_dropped", "second_step_reset", "recovery_codes_made", "recovery_code_used",
    "password_changed", "addresses_changed", "record_downloaded", "calendar_made", "team_calendar_made",
]  # fmt: skip
"""What was done to an account, or by it, that its owner should hear of, whoever did it."""
DAY_MOVED = "day_moved"
"""The stage of a mail that says only that the day is another one now."""
CALLED_OFF = "called_off"
"""The stage of a mail that says only that what somebody was told of doesn't take place."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom. `message_id` with its angle brackets; `sent_at` aware; `base_url` where the button leads.

    `reply_to` is the office's own address, None where it has given none. `locale` is the reader's language.
    `unsubscribe` is the https address that one click of a mail program posts to (RFC 8058); None where nothing in the
    mail may be switched off. `is_to_both`: some of it goes to another address of the reader's, too.
    """

    message_id: str
    sent_at: datetime
    mail_from: str
    office_name: str
    reply_to: str | None
    to_address: str
    to_name: str
    locale: str
    base_url: str
    unsubscribe: str | None = None
    is_to_both: bool = False


@dataclass(frozen=True, slots=True)
class TeamCounts:
    """How many of somebody's team are where: people, but for `waiting`, which are credits.

    `due`: a day to act by within 60 days; `past`: a way back still has a day. `unreached`: no mail reaches them.
    `names` are of those who are due; empty where the office wants no names in mails.
    """

    people: int
    all_set: int
    to_do: int
    due: int
    past: int
    waiting: int
    unreached: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """Whose certification a copy speaks of, by the name that they are shown by, and as whom the reader gets it.

    `told_on` is when the holder was told; None where no mail can reach them.
    """

    name: str
    audience: CopyTo
    told_on: date | None


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """One certification that a mail speaks of. `links` are what can be answered, and where each leads.

    `stage` is a key of the policy, or "day_moved" or "all_set". `anchor_on` is the due day that the reminder hangs on.
    `number` is the certification's own, None where there is none. `is_granter`: the office itself grants this
    credential. `today` is the day on which the mail is true, in the pack's zone: late in the evening two packs may have
    two of them. `sent_on` is when an application was sent of which nothing is known since; None where there is none.
    `subject` names what falls due, `cycle:7`, the same in every mail about it: the entry in the reader's calendar goes
    by it. None: no entry is made. `is_letter`: it is told on paper, which is read some days after `today`. `copies` say
    who else is told, from `copy_on` on; None where nobody is. `about` is whose certification it is where the reader
    isn't its holder. `comes_again`: the stage is one that is repeated. `is_first`: an office brought the record in, and
    the reader has had no mail from here before. `so_far` are the hours as they are told to the holder, and to nobody
    else; None where nothing is said of them.
    """

    stage: str
    pack: Pack
    days: CycleDays
    anchor_on: date
    number: str | None
    is_granter: bool
    today: date
    sent_on: date | None = None
    subject: str | None = None
    links: tuple[MailLink, ...] = ()
    is_letter: bool = False
    copies: tuple[CopyTo, ...] = ()
    copy_on: date | None = None
    about: About | None = None
    comes_again: bool = False
    is_first: bool = False
    so_far: SoFar | None = None


@dataclass(frozen=True, slots=True)
class DayItem:
    """One day beside those of cycles that a mail speaks of.

    `stage` is a key of the policy, or "day_moved" or "called_off". `credential` is what the day is for, None where it
    is for no certification; `begins_at` is the hour; `place` (None: online) and `to_bring` are in the words of whoever
    put them on record; None where nobody said. `today`, `subject`, `is_letter`, `copies`, `copy_on` and `about` are as
    for a certification. `pack` are the rules that say the day of a requirement or a provisional term, None for another
    day; `clock` is the requirement as it is met, None where the rules don't know it
    any more; `asked` is what a provisional term asks for; `may_be_longer`: it was never extended, and may be.
    """

    kind: OtherKind
    stage: str
    due_on: date
    today: date
    subject: str | None
    credential: Text | None = None
    begins_at: time | None = None
    place: str | None = None
    to_bring: str | None = None
    is_letter: bool = False
    pack: Pack | None = None
    clock: ClockDay | None = None
    asked: tuple[Line, ...] = ()
    may_be_longer: bool = False
    copies: tuple[CopyTo, ...] = ()
    copy_on: date | None = None
    about: About | None = None
    comes_again: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """All that one mail of reminders is made of: who writes to whom, how they are called, and what it speaks of."""

    envelope: Envelope
    called: str
    items: tuple[ReminderItem | DayItem, ...]
