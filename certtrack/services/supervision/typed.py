"""Reading what was typed of a session, or of hours of service: all of it, or every field that is wrong at once."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, TypeVar, cast, get_args

from certtrack.errors import BadInput
from certtrack.rules.calendar import add_years
from certtrack.rules.service import SessionKind, Topic, Way
from certtrack.services.credits.amounts import Amount, read_amount
from certtrack.services.credits.problems import Unreadable
from certtrack.services.credits.texts import clean
from certtrack.services.supervision.records import NewSession
from certtrack.services.supervision.service import NewService

Problem = Literal[
    "missing", "not_an_amount", "in_which_unit", "too_much", "not_a_day", "lies_ahead", "too_long_ago", "after_last",
    "not_a_choice", "one_person", "own", "too_long",
]  # fmt: skip
LONGEST_WORDS = 500
MOST_MINUTES = 720
"""No meeting is longer than twelve hours."""

_YEARS_BACK = 30
_LONGEST_LIFE = 70  # a license may be as old as a working life
_DAY_MINUTES = 24 * 60
_LEAST_BARE = 5  # a lone 1 or 2 is meant as hours more often than as minutes, so it is asked
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,6}")

T = TypeVar("T")


class BadTyped(BadInput):
    """What was typed can't be used: `problems` says of each field that is wrong what it is."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be read yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class TypedSession:
    """The texts of the form, as they came; `people` and `topics` are what was chosen. A blank `way` isn't known."""

    supervisor: str = ""
    people: tuple[str, ...] = ()
    held_on: str = ""
    length: str = ""
    kind: str = ""
    way: str = ""
    topics: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class TypedService:
    """The texts of the form for hours of service, as they came."""

    from_on: str = ""
    until_on: str = ""
    amount: str = ""


class _Bad(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class _Reading:
    """Reads field by field, and keeps what is wrong in the order of the page."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def read(self, field: str, how: Callable[[], T]) -> T | None:
        """What `how` gives; None where it can't, with its problem kept."""
        try:
            return how()
        except _Bad as error:
            self.problems.setdefault(field, error.problem)
            return None

    def check(self) -> None:
        """Raise BadTyped where anything was wrong."""
        if self.problems:
            raise BadTyped(self.problems)


def read_session(typed: TypedSession, supervisors: Collection[int], people: Collection[int], today: date) -> NewSession:
    """The session that was typed; who may be chosen is told. Raises BadTyped with all that is wrong, in page order.

    A length without a unit is minutes; a small or broken one may be hours, so it is asked.
    """
    reading = _Reading()
    read = reading.read
    held_on = read("held_on", lambda: _read_day(typed.held_on, today))
    minutes = read("length", lambda: _read_length(typed.length))
    kind = read("kind", lambda: _choose(typed.kind, get_args(SessionKind)))
    way = read("way", lambda: _choose(typed.way, get_args(Way))) if typed.way else None
    supervisor = read("supervisor", lambda: _read_person(typed.supervisor, supervisors))
    there = read("people", lambda: _read_people(typed.people, people, supervisor, is_one=kind == "individual"))
    topics = read("topics", lambda: tuple(_choose(topic, get_args(Topic)) for topic in typed.topics))
    words = read("words", lambda: _read_words(typed.words))
    reading.check()
    return NewSession(
        supervisor_id=cast("int", supervisor),
        people=cast("frozenset[int]", there),
        held_on=cast("date", held_on),
        minutes=cast("int", minutes),
        kind=cast("SessionKind", kind),
        way=cast("Way | None", way),
        topics=cast("tuple[Topic, ...]", tuple(dict.fromkeys(topics or ()))),
        words=words or None,
    )


def read_service(typed: TypedService, today: date) -> NewService:
    """The hours of service that were typed, such as 28, 28.5 or 28:30; 0 is an answer too. Raises BadTyped."""
    reading = _Reading()
    from_on = reading.read("from_on", lambda: _read_day(typed.from_on, today))
    until_on = reading.read("until_on", lambda: _read_day(typed.until_on, today))
    minutes = reading.read("amount", lambda: _to_minutes(_read_amount(typed.amount), 60))
    if from_on and until_on and from_on > until_on:
        reading.problems["from_on"] = "after_last"
    elif from_on and until_on and minutes and minutes > ((until_on - from_on).days + 1) * _DAY_MINUTES:
        reading.problems["amount"] = "too_much"
    reading.check()
    return NewService(cast("date", from_on), cast("date", until_on), cast("int", minutes))


def read_span(from_on: str, until_on: str, today: date) -> tuple[date, date | None]:
    """Two days, of which the last may be left empty, and may lie ahead. Raises BadTyped."""
    reading = _Reading()
    first = reading.read("from_on", lambda: _read_day(from_on, today, _LONGEST_LIFE))
    last = reading.read("until_on", lambda: _read_day(until_on, date.max)) if until_on.strip() else None
    if first and last and first > last:
        reading.problems["from_on"] = "after_last"
    reading.check()
    return cast("date", first), last


def _choose(typed: str, among: tuple[str, ...]) -> str:
    if not typed:
        raise _Bad("missing")
    if typed not in among:
        raise _Bad("not_a_choice")
    return typed


def _read_person(typed: str, among: Collection[int]) -> int:
    if not typed:
        raise _Bad("missing")
    number = int(typed) if _NUMBER.fullmatch(typed) else 0
    if number not in among:
        raise _Bad("not_a_choice")
    return number


def _read_people(
    typed: tuple[str, ...], among: Collection[int], supervisor: int | None, *, is_one: bool
) -> frozenset[int]:
    if not typed:
        raise _Bad("missing")
    people = frozenset(_read_person(text, among) for text in typed)
    if supervisor in people:
        raise _Bad("own")
    if is_one and len(people) > 1:
        raise _Bad("one_person")
    return people


def _read_length(typed: str) -> int:
    amount = _read_amount(typed)
    is_bare = amount.unit is None
    if is_bare and (amount.number < _LEAST_BARE or amount.number != int(amount.number)):
        raise _Bad("in_which_unit")
    minutes = _to_minutes(amount, 1)
    if minutes == 0:
        raise _Bad("not_an_amount")
    if minutes > MOST_MINUTES:
        raise _Bad("too_much")
    return minutes


def _read_amount(typed: str) -> Amount:
    if not typed.strip():
        raise _Bad("missing")
    try:
        amount = read_amount(typed)
    except Unreadable as error:
        raise _Bad("not_an_amount") from error
    if amount.unit == "ceu" or amount.number < 0:
        raise _Bad("not_an_amount")
    return amount


def _to_minutes(amount: Amount, each: int) -> int:
    """Whole minutes; `each`: those of one where no unit was typed."""
    factor = {"hours": 60, "minutes": 1}.get(amount.unit or "", each)
    return int((amount.number * factor).quantize(Decimal(1), ROUND_HALF_UP))


def _read_words(typed: str) -> str:
    said = clean(typed)
    if len(said) > LONGEST_WORDS:
        raise _Bad("too_long")
    return said


def _read_day(typed: str, latest: date, years: int = _YEARS_BACK) -> date:
    text = typed.strip()
    if not text:
        raise _Bad("missing")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _Bad("not_a_day")
    if day > latest:
        raise _Bad("lies_ahead")
    if latest < date.max and day < add_years(latest, -years):
        raise _Bad("too_long_ago")
    return day
