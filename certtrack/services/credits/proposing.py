"""What was read from a file, put where nothing is typed yet: proposed to a person, and never more than that."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from certtrack.rules.calendar import add_years
from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.credits.amounts import read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable
from certtrack.services.credits.texts import clean
from certtrack.services.credits.typed import LONGEST_TEXT, YEARS_BACK, TypedCredit

FIELDS = ("title", "provider", "first_on", "last_on", "amount", "unit")
"""What can be proposed."""


def propose(
    typed: TypedCredit, read: Iterable[ReadCertificate], ceu_minutes: int | None, today: date
) -> tuple[TypedCredit, Mapping[str, str]]:
    """What was typed with its gaps filled from what was read, the first file that says something going first.

    Also which fields were filled, each with its text. What a form wouldn't take isn't proposed: a day that is still to
    come, an amount that can't be turned into hours. A unit comes with its amount and never alone.
    """
    filled: dict[str, str] = {}
    for one in read:
        for said in (_say("title", one), _say("provider", one), _say_days(one, today), _say_amount(one, ceu_minutes)):
            if not any(_is_typed(typed, name) or name in filled for name in said):
                filled |= said
    texts: dict[str, Any] = dict(filled)  # the areas, which aren't one text, can't be proposed
    return replace(typed, **texts), filled


def keep_untouched(typed: TypedCredit, proposed: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What is still as it was proposed, of the fields that nobody has touched by these names."""
    untouched = set(names)
    return {name: text for name, text in proposed.items() if name in untouched and getattr(typed, name, None) == text}


def _is_typed(typed: TypedCredit, name: str) -> bool:
    return name != "unit" and bool(getattr(typed, name).strip())  # a form always names a unit


def _say(name: Literal["title", "provider"], read: ReadCertificate) -> dict[str, str]:
    text = clean(getattr(read, name) or "")
    return {name: text} if text and len(text) <= LONGEST_TEXT else {}


def _say_days(read: ReadCertificate, today: date) -> dict[str, str]:
    first_on, last_on = read.first_on, read.last_on
    if first_on is None or last_on is None or not add_years(today, -YEARS_BACK) <= first_on <= last_on <= today:
        return {}
    texts = {"last_on": last_on.isoformat()}
    return texts if first_on == last_on else {"first_on": first_on.isoformat(), **texts}


def _say_amount(read: ReadCertificate, ceu_minutes: int | None) -> dict[str, str]:
    if read.amount is None or read.unit is None:
        return {}
    try:
        to_minutes(read_amount(read.amount), read.unit, ceu_minutes)
    except Unreadable:
        return {}
    return {"amount": read.amount, "unit": read.unit}
