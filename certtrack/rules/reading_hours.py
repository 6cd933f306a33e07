"""How long it was by a certificate, in English and in Spanish: one amount with its unit, or nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from certtrack.rules.reading_lines import Line

Unit = Literal["hours", "minutes", "ceu"]

_NUMBER = (
    r"(?<![\d.,:/$#-])(?P<amount>(?:\d{1,3}[ -])?(?:1/[2-6]|2/3|3/4)|\d{1,3}(?:[.,]\d{1,2})?|[.,]\d{1,2})"
    r"(?![\d:/]|[ -]\d/\d)"
)
"""3; 1,5; .3; 1 1/2."""
_KIND = r"(?:(?:contact|credit|clock|ceu?|c\.e\.|continuing|education|educational|training|learning|live|total) )"
_HOURS = rf"(?:{_KIND}{{0,3}}(?:hours?|hrs?)|horas?)\b"
_CEU = r"(?:ceus?|c\.e\.u\.s?|continuing education units?|unidad(?:es)? de educacion continu(?:a|ada))\b"
_MINUTES = r"(?:minutes?|mins?|minutos?)\b"
_UNITS: tuple[tuple[Unit, str], ...] = (("hours", _HOURS), ("ceu", _CEU), ("minutes", _MINUTES))
"""In the order in which they are taken: a certificate that says both means the same by both."""
_JOIN = r"(?:\(s\))?[.,;]? ?(?:(?:and|&|y|con) )?"
_BREAK = r"(?! (?:break|de (?:pausa|descanso|receso)))"
_PART = rf"{_JOIN}(?:[a-z-]{{3,20}} ?\()?(?P<minutes>[0-5]?\d)\)? ?{_MINUTES}{_BREAK}"
_HALF = r"(?:\(s\))? (?P<half>and a half|y media)\b"
_MORE = rf"(?:{_PART}|{_HALF})"
"""What makes hours more than their number: 1 hour 30 minutes; 2 horas y media."""
_IN_WORDS = rf"{_JOIN}[a-z-]+(?: [a-z]+){{0,2}} {_MINUTES}"
_BEHIND = {unit: rf"{_NUMBER}\)? ?{words}(?! ?:)" for unit, words in _UNITS}
_GIVEN = r"(?: (?:de contacto|de credito|awarded|earned|completed|otorgad[ao]s))?"
_AHEAD = {unit: rf"\b{words}{_GIVEN} ?: ?{_NUMBER}(?! ?[a-z%]|[,;] ?{_MINUTES})" for unit, words in _UNITS}
_WITH_MORE = rf"{_NUMBER}\)? ?(?:{_HOURS}|hrs?|h){_MORE}"
_WAYS: dict[Unit, tuple[re.Pattern[str], ...]] = {
    "hours": tuple(map(re.compile, (_WITH_MORE, rf"{_BEHIND['hours']}(?!{_MORE}|{_IN_WORDS})", _AHEAD["hours"]))),
    "ceu": tuple(map(re.compile, (_BEHIND["ceu"], _AHEAD["ceu"]))),
    "minutes": tuple(map(re.compile, (_BEHIND["minutes"], _AHEAD["minutes"]))),
}
_AFTER_HOURS = re.compile(rf"(?:hours?|hrs?|horas?|(?<![a-z])h)(?: ?: ?\d{{1,3}})?{_JOIN}$")
"""Before minutes that come on top of hours which couldn't be read: una hora y 30 minutos."""
_OF_SOMETHING_ELSE = re.compile(r"(?:within|every|at least|minimum of|each|cada|al menos|minimo de|in|en) $")
_IN_ALL = re.compile(r"total|awarded|earned|otorgad|acredita")


@dataclass(frozen=True, slots=True)
class ReadAmount:
    """How much, as it stands there: `0.3` and `ceu`; hours and minutes as one: `1.5`, or `1:20`, and `hours`."""

    amount: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class _Found:
    """An amount and what it is worth; None where it stands for one that can't be told."""

    text: str
    worth: Fraction | None
    is_total: bool


def read_hours(lines: Sequence[Line]) -> ReadAmount | None:
    """How long it was. None where nothing says it, or more than one amount does and none is called the total."""
    for unit, _ in _UNITS:
        found = [one for line in lines for one in _find(line.folded, unit)]
        for amounts in (found, [one for one in found if one.is_total]):
            if len({one.worth for one in amounts}) == 1:
                return ReadAmount(amounts[0].text, unit) if amounts[0].worth else None
        if found:
            return None
    return None


def has_hours(line: Line) -> bool:
    """True where an amount stands there, also one that can't be told."""
    return any(True for unit, _ in _UNITS for _ in _find(line.folded, unit))


def _find(text: str, unit: Unit) -> Iterator[_Found]:
    """Each amount of a line, and whether it is called the total."""
    is_total = bool(_IN_ALL.search(text))
    for pattern in _WAYS[unit]:
        for found in pattern.finditer(text):
            before = text[: found.start()]
            amount, worth = _make(found, unit, before)
            if worth != 0 and not _OF_SOMETHING_ELSE.search(before):
                yield _Found(amount, worth, is_total)


def _make(found: re.Match[str], unit: Unit, before: str) -> tuple[str, Fraction | None]:
    amount, worth, more = found["amount"], _weigh(found["amount"]), _weigh_more(found)
    is_fraction = "/" in amount
    if (unit == "minutes" and worth < 60 and _AFTER_HOURS.search(before)) or (is_fraction and unit != "hours"):
        return "", None
    if more and worth.denominator != 1:  # 1.5 hours 30 minutes may be either
        return "", None
    if is_fraction or more:
        return _say(int((worth + more) * 60)), worth + more
    return re.sub(r"[.,]0+$", "", amount), worth


def _weigh(amount: str) -> Fraction:
    return sum((Fraction(each) for each in re.split("[ -]", amount.replace(",", "."))), Fraction())


def _weigh_more(found: re.Match[str]) -> Fraction:
    said = found.groupdict()
    return Fraction(1, 2) if said.get("half") else Fraction(int(said.get("minutes") or 0), 60)


def _say(minutes: int) -> str:
    """Hours as they are typed: 1.5; 1:20."""
    return f"{minutes / 60:g}" if minutes % 15 == 0 else f"{minutes // 60}:{minutes % 60:02}"
