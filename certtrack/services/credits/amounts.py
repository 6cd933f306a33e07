"""Reading how long something took, as offices and people write it, and turning it into whole minutes."""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from certtrack.services.credits.problems import Unreadable

Unit = Literal["hours", "minutes", "ceu"]
UNITS: tuple[Unit, ...] = ("hours", "minutes", "ceu")
MOST_MINUTES = 6_000
"""No one activity is longer than a hundred hours."""

_LONGEST = 20
_WORDS: dict[str, Unit] = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hora", "horas"), "hours"),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuto", "minutos"), "minutes"),
    **dict.fromkeys(("ceu", "ceus"), "ceu"),
}
_NUMBER = re.compile(r"([-\u2212]?)([0-9]+(?:[.,][0-9]+)?|[.,][0-9]+) ?([A-Za-z]*)\.?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5][0-9]) ?(?:h|hrs?|hours?|horas?)?\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was typed; `unit` is None where only a number was. `text` is the number as it was typed."""

    number: Decimal
    unit: Unit | None
    text: str = field(default="", compare=False)


def read_amount(typed: str) -> Amount:
    """The amount that was typed: 3, 1.5, 1,5, 3 hrs, 90 min, 0.3 CEU, 1:30 (an hour and a half).

    Raises Unreadable for anything else. Nothing is guessed: 1,500 may be a thousand and more, so it is no amount.
    """
    text = " ".join(typed.split())
    if not text:
        raise Unreadable("missing")
    if len(text) > _LONGEST:
        raise Unreadable("not_an_amount")
    if found := _CLOCK.fullmatch(text):
        return Amount(Decimal(found[1]) + Decimal(found[2]) / 60, "hours", f"{found[1]}:{found[2]}")
    return _read_number(text)


def to_minutes(amount: Amount, unit: Unit, ceu_minutes: int | None) -> int:
    """Whole minutes, rounded to the nearest, a half one up. `unit` is meant where the amount names none.

    `ceu_minutes` are what 1 CEU is by the pack, None where nothing is published. Raises Unreadable where CEU can't be
    turned into minutes, for what comes to no minute at all, and for more than a hundred hours.
    """
    exact = amount.number * _minutes_of(amount.unit or unit, ceu_minutes)
    minutes = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if minutes == 0:
        raise Unreadable("too_little")
    if minutes > MOST_MINUTES:
        raise Unreadable("too_much")
    return minutes


def _read_number(text: str) -> Amount:
    found = _NUMBER.fullmatch(text)
    if not found or (found[3] and found[3].casefold() not in _WORDS) or _THOUSANDS.fullmatch(found[2]):
        raise Unreadable("not_an_amount")
    if found[1]:
        raise Unreadable("below_zero")
    unit = _WORDS[found[3].casefold()] if found[3] else None
    return Amount(Decimal(found[2].replace(",", ".")), unit, found[2])


def _minutes_of(unit: Unit, ceu_minutes: int | None) -> int:
    if unit == "ceu":
        if ceu_minutes is None:
            raise Unreadable("ceu_not_published")
        return ceu_minutes
    return 60 if unit == "hours" else 1
