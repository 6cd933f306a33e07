"""Reading what was typed of a credit: all of it, or every field that is wrong at once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast, get_args

from certtrack.rules.calendar import add_years
from certtrack.rules.facts import Activity, CreditPart, CreditRole, Form, Proof
from certtrack.services.credits.amounts import UNITS, Amount, Unit, read_amount, to_minutes
from certtrack.services.credits.problems import BadCredit, Problem, Unreadable
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold

LONGEST_TEXT = 200
YEARS_BACK = 30
"""So long ago the last day of a credit may be."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AREA = re.compile(r"[a-z0-9_]{1,40}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TypedCredit:
    """The texts of the form, as they came. A blank `first_on` is the last day; a blank `form` isn't said."""

    title: str
    provider: str
    first_on: str
    last_on: str
    amount: str
    unit: str
    areas: tuple[str, ...]
    activity: str
    form: str
    role: str
    proof: str


@dataclass(frozen=True, slots=True)
class NewCredit:
    """What a credit is to say. `amount` is the number as typed, in `unit`; both days are included.

    `files` are the numbers of those to be attached, None: those that are. While there are any they are its proof.
    """

    title: str
    provider: str | None
    first_on: date
    last_on: date
    unit: Unit
    amount: str
    parts: tuple[CreditPart, ...]
    activity: Activity
    form: Form | None
    role: CreditRole
    proof: Proof
    files: tuple[int, ...] | None = None

    @property
    def minutes(self) -> int:
        """All its minutes."""
        return sum(part.minutes for part in self.parts)


def read_credit(typed: TypedCredit, ceu_minutes: int | None, today: date, files: tuple[int, ...] = ()) -> NewCredit:
    """The credit that was typed; a unit that stands in the amount goes before the chosen one, and files before a word.

    `ceu_minutes` are what 1 CEU is, None where nothing is published. Raises BadCredit with all that is wrong.
    """
    reader = _Reader()
    title = reader.read("title", lambda: _read_text(typed.title) or _refuse("missing"))
    provider = reader.read("provider", lambda: _read_text(typed.provider))
    first_on, last_on = _read_days(reader, typed, today)
    amount = reader.read("amount", lambda: read_amount(typed.amount))
    unit = _read_unit(reader, amount, typed.unit)
    minutes = reader.read("amount", lambda: to_minutes(amount, unit, ceu_minutes)) if amount and unit else None
    areas = reader.read("areas", lambda: _read_areas(typed.areas))
    activity = reader.read("activity", lambda: _choose(typed.activity, get_args(Activity)))
    form = reader.read("form", lambda: _choose(typed.form, get_args(Form))) if typed.form else None
    role = reader.read("role", lambda: _choose(typed.role, get_args(CreditRole)))
    proof = reader.read("proof", lambda: "file" if files else _read_proof(typed.proof))
    if reader.problems:
        raise BadCredit(reader.problems)
    return NewCredit(
        title=cast("str", title),
        provider=provider or None,
        first_on=cast("date", first_on),
        last_on=cast("date", last_on),
        unit=cast("Unit", unit),
        amount=cast("Amount", amount).text,
        parts=(CreditPart(cast("int", minutes), areas or ()),),
        activity=cast("Activity", activity),
        form=cast("Form | None", form),
        role=cast("CreditRole", role),
        proof=cast("Proof", proof),
        files=files,
    )


class _Reader:
    """Reads field by field and notes what is wrong, the first of each field."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def read(self, field: str, how: Callable[[], T]) -> T | None:
        try:
            return how()
        except Unreadable as error:
            self.problems.setdefault(field, error.problem)
            return None


def _refuse(problem: Problem) -> str:
    raise Unreadable(problem)


def _read_text(typed: str) -> str:
    text = clean(typed)
    if len(text) > LONGEST_TEXT:
        raise Unreadable("too_long")
    return text if fold(text) else ""  # nothing but signs that nobody sees is no text


def _read_unit(reader: _Reader, amount: Amount | None, typed: str) -> Unit | None:
    if amount is not None and amount.unit is not None:
        return amount.unit
    return cast("Unit | None", reader.read("unit", lambda: _choose(typed, UNITS)))


def _read_areas(typed: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(typed)) < len(typed):
        raise Unreadable("twice")
    if not all(_AREA.fullmatch(area) for area in typed):
        raise Unreadable("not_a_choice")
    return typed


def _choose(typed: str, among: Sequence[str]) -> str:
    if not typed:
        raise Unreadable("missing")
    if typed not in among:
        raise Unreadable("not_a_choice")
    return typed


def _read_proof(typed: str) -> str:
    if _choose(typed, get_args(Proof)) == "file":  # it is proof once it is kept here, not once it is said
        raise Unreadable("no_file")
    return typed


def _read_days(reader: _Reader, typed: TypedCredit, today: date) -> tuple[date | None, date | None]:
    last_on = reader.read("last_on", lambda: _read_day(typed.last_on, today))
    if not typed.first_on.strip():
        return last_on, last_on
    first_on = reader.read("first_on", lambda: _read_day(typed.first_on, today))
    if first_on and last_on and first_on > last_on:
        reader.problems["first_on"] = "after_last"
    return first_on, last_on


def _read_day(typed: str, today: date) -> date:
    text = typed.strip()
    if not text:
        raise Unreadable("missing")
    if not _DAY.fullmatch(text):
        raise Unreadable("not_a_day")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Unreadable("not_a_day") from error
    if day > today:
        raise Unreadable("lies_ahead")
    if day < add_years(today, -YEARS_BACK):
        raise Unreadable("too_long_ago")
    return day
