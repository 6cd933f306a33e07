"""Reading what was typed of an application: all of it, or every field that is wrong at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, cast, get_args

from certtrack.errors import BadInput
from certtrack.rules.calendar import add_years
from certtrack.services.credits.amounts import read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable
from certtrack.services.credits.texts import clean

Way = Literal["post", "email", "online", "in_person"]
Problem = Literal[
    "missing",
    "not_a_day",
    "lies_ahead",
    "too_long_ago",
    "too_long",
    "not_a_choice",
    "not_later",
    "after_last",
    "past",
    "taken",
    "after_arrival",
    "before_cycle",
    "before_last",
    "not_an_amount",
    "too_much",
    "not_a_number",
    "before_first",
    "nothing_given",
    "not_paid",
    "on_record",
    "no_rule",
    "another_number",
    "same_day",
]

VerdictKind = Literal["received", "returned", "granted", "refused"]
RETURN_REASONS = ("form_incomplete", "hours_missing", "certificates_missing", "fee_missing", "other")
LONGEST_TEXT = 200
LONGEST_WORDS = 1_000
LONGEST_NUMBER = 60
_YEARS_BACK = 10
_YEARS_AHEAD = 10
_WHOLE = re.compile(r"[0-9]{1,6}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")


class BadApplication(BadInput):
    """What was typed can't be used: `problems` says of each field that is wrong what it is."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be read yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Sent:
    """An application that was sent: when, how, with what, and what was given for it. None where nothing was said.

    `files` are numbers of files on record: the receipt.
    """

    sent_on: date
    way: Way
    enclosed: str | None = None
    receipt: str | None = None
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCertificate:
    """A certificate that came: the last valid day that it states, its number where it is another one than before.

    `files` are numbers of files on record: its picture.
    """

    came_on: date
    due_on: date
    number: str | None = None
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a granter put on record of an application, on a day: `received`, `returned`, `granted` or `refused`.

    `due_on` is a grant's, `reason_code` what a returned one lacks; None for the others.
    """

    kind: VerdictKind
    on: date
    postmarked_on: date | None = None
    reason_code: str | None = None
    words: str | None = None
    due_on: date | None = None


class Reader:
    """Reads field by field and notes what is wrong, the first of each field."""

    def __init__(self, typed: Mapping[str, str], today: date) -> None:
        self._typed = typed
        self._today = today
        self._problems: dict[str, Problem] = {}

    def finish(self) -> None:
        """Raise BadApplication where anything was wrong."""
        if self._problems:
            raise BadApplication(self._problems)

    def refuse(self, field: str, problem: Problem) -> None:
        """Note what is wrong with a field, unless something is already."""
        self._problems.setdefault(field, problem)

    def past_day(self, field: str) -> date:
        """A day that isn't ahead of today, nor ten years ago; the first day there is where it can't be read."""
        day = self.day(field)
        if day > self._today:
            self.refuse(field, "lies_ahead")
        elif day < add_years(self._today, -_YEARS_BACK):
            self.refuse(field, "too_long_ago")
        return day

    def later_day(self, field: str, than: date) -> date:
        """A day after `than`, within ten years from today."""
        day = self.day(field)
        if day <= than:
            self.refuse(field, "not_later")
        elif day > add_years(self._today, _YEARS_AHEAD):
            self.refuse(field, "lies_ahead")
        return day

    def coming_day(self, field: str) -> date | None:
        """A day after today; None where nothing was typed."""
        if not self.has(field):
            return None
        day = self.day(field)
        if day <= self._today:
            self.refuse(field, "past")
        return day

    def day(self, field: str) -> date:
        """Any day; the first day there is where it can't be read, which is noted."""
        return self._read(field, date.min, _parse_day)

    def has(self, field: str) -> bool:
        """Whether anything was typed."""
        return bool(self._typed.get(field, "").strip())

    def choice(self, field: str, among: tuple[str, ...]) -> str:
        """One of these."""
        text = self._typed.get(field, "")
        if text not in among:
            self.refuse(field, "not_a_choice" if text else "missing")
        return text

    def minutes(self, field: str) -> int:
        """An amount of time in whole minutes, a bare number in hours; 0 where it can't be read."""
        try:
            return to_minutes(read_amount(self._typed.get(field, "")), "hours", None)
        except Unreadable as error:
            kinds: dict[str, Problem] = {"missing": "missing", "too_much": "too_much"}
            self.refuse(field, kinds.get(error.problem, "not_an_amount"))
            return 0

    def whole(self, field: str, most: int) -> int:
        """A whole number from 1 to `most`; 0 where it can't be read."""
        text = self._typed.get(field, "").strip()
        number = int(text) if _WHOLE.fullmatch(text) else 0
        if not 0 < number <= most:
            self.refuse(field, "not_a_number")
        return number

    def text(self, field: str, longest: int = LONGEST_TEXT) -> str | None:
        """What was typed on one line, None for nothing."""
        text = clean(self._typed.get(field, ""))
        if len(text) > longest:
            self.refuse(field, "too_long")
        return text or None

    def words(self, field: str) -> str:
        """Words that have to be there."""
        text = self.text(field, LONGEST_WORDS)
        if text is None:
            self.refuse(field, "missing")
        return text or ""

    def _read(self, field: str, otherwise: T, how: Callable[[str], T]) -> T:
        text = self._typed.get(field, "").strip()
        if not text:
            self.refuse(field, "missing")
            return otherwise
        try:
            return how(text)
        except ValueError:
            self.refuse(field, "not_a_day")
            return otherwise


def _parse_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def read_sent(typed: Mapping[str, str], today: date, files: tuple[int, ...] = ()) -> Sent:
    """Fields `sent_on`, `way`, `enclosed`, `receipt`. Raises BadApplication with all that is wrong."""
    reader = Reader(typed, today)
    sent = Sent(
        sent_on=reader.past_day("sent_on"),
        way=cast("Way", reader.choice("way", get_args(Way))),
        enclosed=reader.text("enclosed"),
        receipt=reader.text("receipt"),
        files=files,
    )
    reader.finish()
    return sent


def read_certificate(typed: Mapping[str, str], than: date, today: date, files: tuple[int, ...] = ()) -> NewCertificate:
    """Fields `came_on`, `due_on`, `number`; `due_on` is to be later than `than`. Raises BadApplication."""
    reader = Reader(typed, today)
    came = NewCertificate(
        came_on=reader.past_day("came_on"),
        due_on=reader.later_day("due_on", than),
        number=reader.text("number", LONGEST_NUMBER),
        files=files,
    )
    reader.finish()
    return came


def read_verdict(typed: Mapping[str, str], kind: VerdictKind, than: date, today: date) -> Verdict:
    """Field `on`, and by kind `postmarked_on`, `reason_code`, `words`, `due_on`, which is to be later than `than`.

    Raises BadApplication.
    """
    reader = Reader(typed, today)
    on = reader.past_day("on")
    postmarked_on = reader.past_day("postmarked_on") if kind == "received" and reader.has("postmarked_on") else None
    if postmarked_on is not None and postmarked_on > on:
        reader.refuse("postmarked_on", "after_arrival")
    code = reader.choice("reason_code", RETURN_REASONS) if kind == "returned" else None
    needs_words = kind == "refused" or code == "other"
    verdict = Verdict(
        kind=kind,
        on=on,
        postmarked_on=postmarked_on,
        reason_code=code,
        words=reader.words("words") if needs_words else reader.text("words", LONGEST_WORDS),
        due_on=reader.later_day("due_on", than) if kind == "granted" else None,
    )
    reader.finish()
    return verdict


def read_more_time(typed: Mapping[str, str], today: date) -> tuple[date | None, str]:
    """Fields `until_on`, which may be blank, and `words`. Raises BadApplication."""
    reader = Reader(typed, today)
    until_on = reader.coming_day("until_on")
    words = reader.words("words")
    reader.finish()
    return until_on, words


def read_until(typed: Mapping[str, str], today: date) -> date | None:
    """Field `until_on`, which may be blank. Raises BadApplication."""
    reader = Reader(typed, today)
    until_on = reader.coming_day("until_on")
    reader.finish()
    return until_on


def read_plan(typed: Mapping[str, str], last_on: date, today: date) -> date:
    """Field `until_on`, a day after today and not after `last_on`. Raises BadApplication."""
    reader = Reader(typed, today)
    until_on = reader.day("until_on")
    if until_on <= today:
        reader.refuse("until_on", "past")
    if until_on > last_on:
        reader.refuse("until_on", "after_last")
    reader.finish()
    return until_on


def read_words(typed: Mapping[str, str], today: date, field: str = "words") -> str:
    """Words that have to be there. Raises BadApplication."""
    reader = Reader(typed, today)
    words = reader.words(field)
    reader.finish()
    return words
