"""How long it was by a certificate, in English and in Spanish: one amount with its unit, or nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from certtrack.rules.reading_lines import Line

Unit = Literal["hours", "minutes", "ceu"]

_NUMBER = r"(?<![\d.,:/$#-])(\d{1,3}(?:[.,]\d{1,2})?|[.,]\d{1,2})(?![\d:/])"
_KIND = r"(?:(?:contact|credit|clock|ceu?|c\.e\.|continuing|education|educational|training|learning|live|total) )"
_HOURS = rf"(?:{_KIND}{{0,3}}(?:hours?|hrs?)|horas?)\b"
_CEU = r"(?:ceus?|c\.e\.u\.s?|continuing education units?|unidad(?:es)? de educacion continu(?:a|ada))\b"
_MINUTES = r"(?:minutes?|mins?|minutos?)\b"
_UNITS: tuple[tuple[Unit, str], ...] = (("hours", _HOURS), ("ceu", _CEU), ("minutes", _MINUTES))
"""In the order in which they are taken: a certificate that says both means the same by both."""
_BEHIND = {unit: re.compile(rf"{_NUMBER}\)? ?{words}(?! ?:)") for unit, words in _UNITS}
_GIVEN = r"(?: (?:de contacto|de credito|awarded|earned|completed|otorgad[ao]s))?"
_AHEAD = {unit: re.compile(rf"\b{words}{_GIVEN} ?: ?{_NUMBER}(?! ?[a-z%])") for unit, words in _UNITS}
_OF_SOMETHING_ELSE = re.compile(r"(?:within|every|at least|minimum of|each|cada|al menos|minimo de|in|en) $")
_IN_ALL = re.compile(r"total|awarded|earned|otorgad|acredita")


@dataclass(frozen=True, slots=True)
class ReadAmount:
    """How much, as it stands there: `0.3` and `ceu`."""

    amount: str
    unit: Unit


def read_hours(lines: Sequence[Line]) -> ReadAmount | None:
    """How long it was. None where nothing says it, or more than one amount does and none is called the total."""
    for unit, _ in _UNITS:
        found = [pair for line in lines for pair in _find(line.folded, unit)]
        for amounts in ({one for one, _ in found}, {one for one, is_total in found if is_total}):
            if len(amounts) == 1:
                return ReadAmount(amounts.pop(), unit)
        if found:
            return None
    return None


def _find(text: str, unit: Unit) -> Iterator[tuple[str, bool]]:
    """Each amount of a line, and whether it is called the total."""
    is_total = bool(_IN_ALL.search(text))
    for pattern in (_BEHIND[unit], _AHEAD[unit]):
        for found in pattern.finditer(text):
            amount = found[1].rstrip(".,")
            if float(amount.replace(",", ".")) > 0 and not _OF_SOMETHING_ELSE.search(text[: found.start()]):
                yield _settle(amount), is_total


def _settle(amount: str) -> str:
    """3.0 and 3 are one amount; a comma stays, as it stands on the paper."""
    return re.sub(r"[.,]0+$", "", amount)
