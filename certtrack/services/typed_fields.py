"""Reading what was typed into the fields of a form: all of it, or every field that is wrong at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from certtrack.errors import BadInput
from certtrack.rules.calendar import add_years
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold

LONGEST_TEXT = 200
LONGEST_LINK = 500

Problem = Literal[
    "missing",
    "too_long",
    "not_a_choice",
    "not_a_day",
    "too_far",
    "first_after_last",
    "not_an_amount",
    "too_much",
    "no_part",
    "not_a_link",
    "not_a_phone",
    "not_a_number",
    "no_way",
]

_YEARS = 5
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)

T = TypeVar("T")


class Unfit(Exception):
    """This text can't be taken; `problem` says why. Never shown as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class BadFields(BadInput):
    """What was typed can't be used: `problems` says of each field that is wrong what it is, in the order of reading."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be read yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems


class FieldReader:
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

    def finish(self) -> None:
        """Raise BadFields where something is wrong."""
        if self.problems:
            raise BadFields(self.problems)


def read_words(typed: str, *, is_needed: bool = False, longest: int = LONGEST_TEXT) -> str | None:
    """A text on one line, None for a blank one. Raises Unfit for a long one, and a blank one that is needed."""
    text = clean(typed)
    if len(text) > longest:
        raise Unfit("too_long")
    found = text if fold(text) else None  # nothing but signs that nobody sees is no text
    if is_needed and found is None:
        raise Unfit("missing")
    return found


def choose(typed: str, among: Sequence[str]) -> str:
    """One of what is offered. Raises Unfit."""
    if not typed:
        raise Unfit("missing")
    if typed not in among:
        raise Unfit("not_a_choice")
    return typed


def read_day(typed: str, today: date) -> date | None:
    """A day within five years of today, None for a blank one. Raises Unfit."""
    text = typed.strip()
    if not text:
        return None
    if not _DAY.fullmatch(text):
        raise Unfit("not_a_day")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Unfit("not_a_day") from error
    if not add_years(today, -_YEARS) <= day <= add_years(today, _YEARS):
        raise Unfit("too_far")
    return day


def read_link(typed: str) -> str | None:
    """The whole address of a page on the web, None for a blank one. Raises Unfit for anything that a reader can't open.

    Nobody is named in it, and no port: an address for people has neither.
    """
    text = typed.strip()
    if not text:
        return None
    if len(text) > LONGEST_LINK:
        raise Unfit("too_long")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise Unfit("not_a_link") from error
    is_plain = text.isascii() and text.isprintable() and not re.search(r"[\s\"'<>\\^`{|}]", text)
    if not is_plain or parts.scheme not in ("https", "http") or not _HOST.fullmatch(parts.netloc):
        raise Unfit("not_a_link")
    return text
