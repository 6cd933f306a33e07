"""Reading one cell: texts, days in every way that offices write them, names, addresses. A cell is read or it isn't."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from certtrack.rules.calendar import check_day
from certtrack.services.sheets.files import Cell
from certtrack.services.tables.cells import is_like_formula

Problem = Literal[
    "missing",
    "not_a_day",
    "year_out_of_range",
    "far_from_now",
    "lies_ahead",
    "not_an_address",
    "too_long",
    "no_letters",
    "no_comma",
    "credential_unknown",
    "not_come_yet",
    "after_last",
    # how long something took, and what backs it
    "not_an_amount",
    "unit_not_said",
    "below_zero",
    "ceu_not_published",
    "too_much",
    "too_little",
    "not_yes_or_no",
    # which session of which training, and why somebody's time there can't be noted
    "not_a_session",
    "training_unknown",
    "several_trainings",
    "session_unknown",
    "several_sessions",
    "sessions_differ",
    "longer_than_session",
    "not_accepted",
    "training_complete",
    "training_full",
    "training_called_off",
    # a session of supervision
    "member_missing",
    "supervises_self",
    "one_person",
    "meeting_too_long",
    "kind_unknown",
    "service_too_long",
    "signed_unclear",
    "was_there",
    "service_of_several",
    "service_since_unknown",
    "service_overlaps",
    # what came of an exam
    "not_a_score",
    "score_unclear",
    "not_an_attempt",
    "outcome_unclear",
    "route_unclear",
    "credential_unclear",
    "attempt_twice",
    "attempt_on_record",
    "attempt_differs",
    "own_exam",
    # whose row it is
    "says_nobody",
    "only_a_name",
    "nobody_here",
    "several_here",
    "not_the_same",
    "own_record",
]
"""Why a cell, or a whole row, can't be taken: each code has its sentence in `templates/sheets/reasons.jinja`."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905  # a list of quoted words reads worse
)
_NUMBERS_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9})\.?,? (\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.0*)?")
_DAY_ZERO = date(1899, 12, 30)  # Excel's 1 is January 1, 1900; it counts a February 29 in that year
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 99_999  # 1927 to 2173: a bare year or a small number is no day
_LONGEST_NAME, _LONGEST_NUMBER = 200, 60
_ODD_SIGNS = frozenset('=()"/\\<>{}[]|:;@#$%&*+_0123456789')


class Unreadable(Exception):
    """This cell can't be read; `problem` says why. Never shown as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Name:
    """A name on a certificate; `given` is empty where there is one name only."""

    given: str
    family: str


def text_of(cell: Cell) -> str:
    """The cell as its office would read it, white space folded; whole numbers without a point, days as ISO texts.

    What a spreadsheet takes for a time of day, or for so many hours, is hours and minutes: 3:30. An apostrophe that
    keeps a spreadsheet from running a formula is no part of the text.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date() if cell.time() == datetime.min.time() else cell
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, timedelta):
        cell = "{}:{:02}".format(*divmod(round(cell / timedelta(minutes=1)), 60))
    text = " ".join(str(cell).split())
    return text[1:] if text.startswith("'") and is_like_formula(text[1:]) else text


def read_day(cell: Cell, today: date) -> date:
    """The day in the cell: a real day, a serial number of Excel, or a text. `today` decides the century of two digits.

    Raises Unreadable for what is no day, or lies outside 1900 to 9999. Nothing is guessed: 31/10/2026 is no day.
    """
    day = _find_day(cell, today)
    if day is None:
        raise Unreadable("not_a_day")
    try:
        return check_day(day)
    except ValueError as error:
        raise Unreadable("year_out_of_range") from error


def read_name(cell: Cell, *, is_family_first: bool) -> Name:
    """A whole name: `Last, First`, or without a comma the last word as family name.

    Raises Unreadable where it has no letters, or no comma though the head says that the family name comes first.
    """
    text = _check_text(text_of(cell))
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        return make_name(given, family)
    if is_family_first and " " in text:
        raise Unreadable("no_comma")
    given, _, family = text.rpartition(" ")
    return make_name(given, family)


def make_name(given: str, family: str) -> Name:
    """The name of two parts; one alone counts as the family name. Raises Unreadable where neither has a letter."""
    _check_text(f"{given}{family}")
    return Name(given, family) if family else Name("", given)


def is_unlikely(name: Name) -> bool:
    """True where the name has signs in it that names don't have: it is kept as plain text, and somebody should look."""
    return any(sign in _ODD_SIGNS for sign in name.given + name.family)


def read_address(cell: Cell) -> str:
    """The address, in lower case. Raises Unreadable; whether its domain takes mail is never asked."""
    text = text_of(cell)
    if not text:
        raise Unreadable("missing")
    return _read_address(text)


@lru_cache(maxsize=20_000)  # a log names the same people again and again, and checking an address is slow
def _read_address(text: str) -> str:
    try:
        # the domains that only tests use are none of our business here
        checked = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise Unreadable("not_an_address") from error
    return checked.normalized.lower()


def read_number(cell: Cell) -> str | None:
    """A certification's number as typed, None where the cell is blank. Raises Unreadable for one that is too long."""
    text = text_of(cell)
    if len(text) > _LONGEST_NUMBER:
        raise Unreadable("too_long")
    return text or None


def _check_text(text: str) -> str:
    if not text:
        raise Unreadable("missing")
    if len(text) > _LONGEST_NAME:
        raise Unreadable("too_long")
    if not any(letter.isalpha() for letter in text):
        raise Unreadable("no_letters")
    return text


def _find_day(cell: Cell, today: date) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_serial(float(cell))
    text = text_of(cell)
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text))
    return _from_text(text, today)


def _from_serial(number: float) -> date | None:
    return _DAY_ZERO + timedelta(days=int(number)) if _FIRST_SERIAL <= number <= _LAST_SERIAL else None


def _from_text(text: str, today: date) -> date | None:
    for pattern, order in _ORDERS:
        if found := pattern.fullmatch(text):
            return _make_day(*order(found), today)
    return None


_Order = Callable[[re.Match[str]], tuple[str, int | None, str]]
_ORDERS: tuple[tuple[re.Pattern[str], _Order], ...] = (
    (_NUMBERS_FIRST, lambda found: (found[4], int(found[1]), found[3])),
    (_YEAR_FIRST, lambda found: (found[1], int(found[3]), found[4])),
    (_MONTH_FIRST, lambda found: (found[3], _find_month(found[1]), found[2])),
    (_DAY_FIRST, lambda found: (found[3], _find_month(found[2]), found[1])),
)


def _make_day(year: str, month: int | None, day: str, today: date) -> date | None:
    whole_year = _complete(int(year), today) if len(year) == 2 else int(year)
    try:
        return date(whole_year, month or 0, int(day))
    except ValueError:
        return None


def _complete(two_digits: int, today: date) -> int:
    """The year that ends so and lies at most twenty years ahead, else in the century before."""
    year = today.year // 100 * 100 + two_digits
    return year - 100 if year > today.year + 20 else year


def _find_month(word: str) -> int | None:
    folded = word.casefold()
    short = "sep" if folded == "sept" else folded
    if short in _MONTHS:
        return _MONTHS.index(short) + 1
    return _FULL_MONTHS.index(folded) + 1 if folded in _FULL_MONTHS else None
