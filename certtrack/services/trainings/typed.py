"""Reading what was typed of a training: all of it, or every field that is wrong at once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from certtrack.rules.calendar import add_years
from certtrack.services.credits.amounts import read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold
from certtrack.services.trainings.courses import NewSession, NewTraining
from certtrack.services.trainings.elsewhere import NewElsewhere
from certtrack.services.trainings.problems import BadTraining, Problem

LONGEST_TEXT = 200
MOST_SEATS = 1_000
MOST_SESSIONS = 60
_YEARS_BACK, _YEARS_AHEAD = 60, 5
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_NOT_THERE = re.compile(r"0+(?:[.,:]0+)?")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TypedSession:
    """One line of the form; `id` is empty for a new one. A line whose day is blank isn't one of the training's."""

    id: str = ""
    held_on: str = ""
    begins: str = ""
    ends: str = ""

    @property
    def is_blank(self) -> bool:
        """True where nothing was typed that makes a session."""
        return not self.held_on.strip()


@dataclass(frozen=True, slots=True)
class TypedTraining:
    """The texts of the form, as they came. `way` is `in_person` or `online`."""

    credential: str = ""
    title: str = ""
    way: str = ""
    place: str = ""
    trainers: str = ""
    seats: str = ""
    sessions: tuple[TypedSession, ...] = ()


def read_training(
    typed: TypedTraining, credentials: Sequence[str], today: date
) -> tuple[NewTraining, list[NewSession]]:
    """The training that was typed. Raises BadTraining; a session's field is called `held_on-0` by its line, from 0."""
    reader = Reader()
    credential = reader.read("credential", lambda: choose(typed.credential, credentials))
    title = reader.read("title", lambda: read_words(typed.title, is_needed=True))
    way = reader.read("way", lambda: choose(typed.way, ("in_person", "online")))
    place = reader.read("place", lambda: read_words(typed.place))
    trainers = reader.read("trainers", lambda: read_words(typed.trainers))
    seats = reader.read("seats", lambda: _read_seats(typed.seats))
    lines = [(line, one) for line, one in enumerate(typed.sessions) if not one.is_blank]
    sessions = [new for line, one in lines for new in _read_session(reader, line, one, today)]
    if not lines:
        reader.problems["held_on-0"] = "no_session"
    if reader.problems:
        raise BadTraining(reader.problems)
    training = NewTraining(
        credential=cast("str", credential),
        title=cast("str", title),
        is_online=way == "online",
        place=place or None,
        trainers=trainers or None,
        seats=seats,
    )
    return training, sessions


def read_elsewhere(
    *, credential: str, provider: str, completed_on: str, amount: str, credentials: Sequence[str], today: date
) -> NewElsewhere:
    """The training elsewhere that was typed; a blank amount isn't known. Raises BadTraining."""
    reader = Reader()
    chosen = reader.read("credential", lambda: choose(credential, credentials))
    by = reader.read("provider", lambda: read_words(provider, is_needed=True))
    on = reader.read("completed_on", lambda: read_past_day(completed_on, today))
    minutes = reader.read("amount", lambda: read_time(amount))
    if reader.problems:
        raise BadTraining(reader.problems)
    return NewElsewhere(cast("str", chosen), cast("str", by), cast("date", on), minutes or None)


def read_time(typed: str) -> int | None:
    """Minutes as offices write them, hours unless a unit is named: 3.5, 3:30, 90 min, 0; None for a blank one.

    Raises Unfit.
    """
    text = typed.strip()
    if not text:
        return None
    if _NOT_THERE.fullmatch(text):
        return 0
    try:
        return to_minutes(read_amount(text), "hours", None)
    except Unreadable as error:
        raise Unfit("not_an_amount") from error


def read_past_day(typed: str, today: date) -> date:
    """A day up to today. Raises Unfit."""
    day = _read_day(typed)
    if day > today:
        raise Unfit("lies_ahead")
    if day < add_years(today, -_YEARS_BACK):
        raise Unfit("too_long_ago")
    return day


def read_words(typed: str, *, is_needed: bool = False) -> str:
    """A text on one line, empty for a blank one. Raises Unfit for a long one, and a blank one that is needed."""
    text = clean(typed)
    if len(text) > LONGEST_TEXT:
        raise Unfit("too_long")
    found = text if fold(text) else ""
    if is_needed and not found:
        raise Unfit("missing")
    return found


def choose(typed: str, among: Sequence[str]) -> str:
    """One of what is offered. Raises Unfit."""
    if not typed:
        raise Unfit("missing")
    if typed not in among:
        raise Unfit("not_a_choice")
    return typed


class Unfit(Exception):
    """This text can't be taken; `problem` says why. Never shown as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class Reader:
    """Reads field by field and notes what is wrong, the first of each field."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def read(self, field: str, how: Callable[[], T]) -> T | None:
        """What `how` makes of it, None where it raises Unfit: then the problem is noted."""
        try:
            return how()
        except Unfit as error:
            self.problems.setdefault(field, error.problem)
            return None


def _read_session(reader: Reader, line: int, one: TypedSession, today: date) -> list[NewSession]:
    held_on = reader.read(f"held_on-{line}", lambda: _read_session_day(one.held_on, today))
    begins = reader.read(f"begins-{line}", lambda: _read_time_of_day(one.begins))
    ends = reader.read(f"ends-{line}", lambda: _read_time_of_day(one.ends))
    if held_on is None or begins is None or ends is None:
        return []
    if ends <= begins:
        reader.problems[f"ends-{line}"] = "ends_before"
        return []
    return [NewSession(held_on, begins, ends, int(one.id) if one.id.isdigit() else None)]


def _read_session_day(typed: str, today: date) -> date:
    day = _read_day(typed)
    if not add_years(today, -_YEARS_BACK) <= day <= add_years(today, _YEARS_AHEAD):
        raise Unfit("not_a_day")
    return day


def _read_day(typed: str) -> date:
    text = typed.strip()
    if not text:
        raise Unfit("missing")
    if not _DAY.fullmatch(text):
        raise Unfit("not_a_day")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unfit("not_a_day") from error


def _read_time_of_day(typed: str) -> int:
    text = typed.strip()
    if not text:
        raise Unfit("missing")
    found = _TIME.fullmatch(text)
    if not found or not (int(found[1]) <= 23 and int(found[2]) <= 59):
        raise Unfit("not_a_time")
    return 60 * int(found[1]) + int(found[2])


def _read_seats(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) <= MOST_SEATS:
        raise Unfit("not_a_number")
    return int(text)
