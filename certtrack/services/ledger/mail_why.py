"""Why somebody was told, or wasn't: the ledger's entries with all that a sentence about each of them rests on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import Person, Reminder, Telling
from certtrack.db.together import ask_together
from certtrack.errors import NotFound
from certtrack.services.ledger.reading import LedgerAttempt, LedgerEntry
from certtrack.services.mail_known import KnownWhy, read_why, select_why
from certtrack.services.names import load_names

_SET_ASIDE = ("superseded", "expired", "coming")
_WAITING = ("planned", "held", "in_mail", "coming")


@dataclass(frozen=True, slots=True)
class HeldBy:
    """What holds a mail. `others` counts everybody else who waits for the same; `key` is empty where nothing is named.

    `file_name` and `on` are the import's; for another cause `file_name` is None, and `on` the day on which it began.
    """

    key: str
    kind: str
    file_name: str | None
    on: date | None
    others: int


@dataclass(frozen=True, slots=True)
class Told:
    """How somebody was told otherwise, on which day and by whom; None for `by` where nobody's name is known.

    `telling_id` and `no` are the note's; `noted_on` is the day on which it was put on record.
    """

    how: str
    on: date
    by: str | None
    noted_on: date
    telling_id: int
    no: int


@dataclass(frozen=True, slots=True)
class MailWhy:
    """One stage, and what its sentence says beside it.

    `called` is the recipient's name, None for a copy to somebody whose name isn't the reader's to see; `zone` is where
    hours are told. `held_by` is None for what isn't held. `office_on`
    is the day since which the office has it among the findings, None where it hasn't. `instead` is the stage that was
    told in this one's place; `following` what comes after it for the same certification; None where there is none.
    `told` is the note by which it is told otherwise, None without one. `is_broken`: a mail with it that is to go, or to
    go again, can't be written or asked about as things are.
    """

    entry: LedgerEntry
    called: str | None
    zone: str
    held_by: HeldBy | None
    office_on: date | None
    instead: LedgerEntry | None
    following: LedgerEntry | None
    told: Told | None = None
    is_broken: bool = False

    @property
    def decided_on(self) -> date | None:
        """The day of the decision where the person is; None for what is still to come."""
        return self._day(self.entry.decided_at)

    @property
    def sent_on(self) -> date | None:
        """The day on which it was sent, where the person is; None for what wasn't done with."""
        return self._day(self.entry.settled_at)

    @property
    def sent_minute(self) -> int:
        """The minute of that day, 540 being nine in the morning; 0 for what wasn't done with."""
        at = self.entry.settled_at
        local = at.astimezone(ZoneInfo(self.zone)) if at is not None else None
        return local.hour * 60 + local.minute if local is not None else 0

    @property
    def sent_by(self) -> LedgerAttempt | None:
        """The attempt by which the mail server took it."""
        return next((attempt for attempt in self.entry.attempts if attempt.has_arrived), None)

    @property
    def at_the_other(self) -> LedgerAttempt | None:
        """The last try at the other one of two addresses; None where it went to one alone."""
        by = self.sent_by
        if by is None or not by.is_paired:
            return None
        others = [attempt for attempt in self.entry.attempts if attempt.is_paired and attempt.mail != by.mail]
        return others[-1] if others else None

    def _day(self, at: datetime | None) -> date | None:
        return at.astimezone(ZoneInfo(self.zone)).date() if at is not None else None


def explain_mail(
    session: Session,
    person: Person,
    mail: Sequence[LedgerEntry],
    names_of: Collection[int] | None = None,
    until: datetime | None = None,
) -> tuple[MailWhy, ...]:
    """Each entry of one person's ledger with what its sentence rests on, in the order of `mail`.

    `names_of` are those who may be named where they got a copy; None: everybody. With `until` what the office was told
    later is left out.
    """
    numbers = [entry.reminder_id for entry in mail if entry.reminder_id is not None]
    to = {entry.recipient_id for entry in mail if entry.audience != "holder" and entry.recipient_id is not None}
    known = read_why(ask_together(session, *select_why(person.id, Reminder.id.in_(numbers), to, until)))
    names = load_names(session, known.keys) if known.keys else {}
    return make_why(person, mail, known, names, names_of)


def make_why(
    person: Person,
    mail: Sequence[LedgerEntry],
    known: KnownWhy,
    names: Mapping[str, str],
    names_of: Collection[int] | None = None,
) -> tuple[MailWhy, ...]:
    """What `explain_mail` gives, of what is `known`; `names` are by the keys of those who wrote notes."""
    zone = person.zone
    called = {number: one.shown_name for number, one in known.readers.items() if names_of is None or one.id in names_of}
    told = {one.reminder_id: _tell(one, names, zone) for one in known.tellings}
    return tuple(
        MailWhy(
            entry=entry,
            called=person.shown_name if entry.audience == "holder" else called.get(entry.recipient_id or 0),
            zone=zone,
            held_by=_find_holder(entry, known),
            office_on=_find_office_day(entry, known.office),
            instead=_find_instead(entry, mail),
            following=_find_following(entry, mail),
            told=told.get(entry.reminder_id or 0) if entry.state == "told" else None,
            is_broken=entry.reminder_id in known.broken,
        )
        for entry in mail
    )


def _tell(one: Telling, names: Mapping[str, str], zone: str) -> Told:
    return Told(
        how=one.how,
        on=one.told_on,
        by=one.told_by or names.get(one.recorded_by),
        noted_on=one.recorded_at.astimezone(ZoneInfo(zone)).date(),
        telling_id=one.id,
        no=one.no,
    )


def pick_newest(mail: Iterable[MailWhy]) -> MailWhy | None:
    """What is asked for first: the last decision that speaks, else the next stage to come, else the last of all."""
    own = [why for why in mail if why.entry.audience == "holder"]
    by_day = sorted(own, key=lambda why: (why.entry.day, why.entry.reminder_id or 0))
    speaking = [why for why in by_day if why.entry.state not in _SET_ASIDE]
    coming = [why for why in by_day if why.entry.state == "coming"]
    return next(iter([*reversed(speaking), *coming, *reversed(by_day)]), None)


def pick_stage(mail: Sequence[MailWhy], stage: str) -> tuple[MailWhy, ...]:
    """The entries of one stage. Raises NotFound for a stage that this person has none of, with those that there are."""
    found = tuple(why for why in mail if why.entry.stage == stage)
    if not found:
        known = dict.fromkeys(why.entry.stage for why in mail)
        there = f"there are {', '.join(known)}" if known else "there is none, decided or to come"
        raise NotFound(f"No stage is called {stage!r} here; {there}.")
    return found


def _find_holder(entry: LedgerEntry, known: KnownWhy) -> HeldBy | None:
    if entry.state != "held":
        return None
    cause = known.causes.get(entry.cause_key or "")
    others = max(known.waiting.get((cause.id if cause else None, entry.reason), 0) - 1, 0)
    if cause is None:
        return HeldBy("", "by_name", None, None, others)
    kind, run = cause.key.partition(":")[0], known.runs.get(cause.key)
    if run is not None:
        return HeldBy(cause.key, kind, run.file_name, run.as_of, others)
    return HeldBy(cause.key, kind, None, cause.opened_at.date(), others)


def _find_office_day(entry: LedgerEntry, office: Mapping[tuple[str, str], datetime]) -> date | None:
    at = None
    if entry.audience != "holder":
        return None
    if entry.reason == "no_address":
        at = office.get(("no_address", ""))
    elif entry.state == "failed" and entry.attempts:
        kind = "mail_bounced" if entry.reason == "bounced" else "mail_refused"
        mails = [str(attempt.mail) for attempt in reversed(entry.attempts)]
        at = next((office[kind, mail] for mail in mails if (kind, mail) in office), None)
    return at.date() if at is not None else None


def _find_instead(entry: LedgerEntry, mail: Sequence[LedgerEntry]) -> LedgerEntry | None:
    if entry.reason != "overtaken":
        return None
    by_then = entry.decided_at or entry.settled_at
    later = [one for one in mail if _is_after(one, entry) and one.anchor_on == entry.anchor_on]
    reached = [one for one in later if by_then is None or one.decided_at is None or one.day <= by_then.date()]
    return next((one for one in reached if one.state not in ("superseded", "coming")), None)


def _find_following(entry: LedgerEntry, mail: Sequence[LedgerEntry]) -> LedgerEntry | None:
    return next((one for one in mail if _is_after(one, entry) and one.state in _WAITING), None)


def _is_after(one: LedgerEntry, entry: LedgerEntry) -> bool:
    """True for a later stage of the same certification, or the same other day, to the same reader."""
    is_alike = (one.thread, one.audience) == (entry.thread, entry.audience)
    is_theirs = one.audience == "holder" or one.recipient_id == entry.recipient_id
    return is_alike and is_theirs and one.day > entry.day
