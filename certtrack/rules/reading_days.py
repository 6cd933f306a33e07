"""The days that a certificate names, in English and in Spanish: read where they can't be mistaken, else left."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.reading_lines import Line

_MONTHS = (
    *(("january", "jan", "enero", "ene"), ("february", "feb", "febrero"), ("march", "mar", "marzo")),
    *(("april", "apr", "abril", "abr"), ("may", "mayo"), ("june", "jun", "junio"), ("july", "jul", "julio")),
    *(("august", "aug", "agosto", "ago"), ("september", "sept", "sep", "septiembre", "setiembre")),
    *(("october", "oct", "octubre"), ("november", "nov", "noviembre"), ("december", "dec", "diciembre", "dic")),
)
_NUMBER_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = f"({'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})\\b\\.?"
_DAY = r"(?<!\d)(\d{1,2})(?:\.?[ºo°]|st|nd|rd|th)?(?!\d)"
_AND = r"(?: ?(?:-|&|,? and|to|through|thru|al|a|y|hasta el) ?)"
_YEAR = r"(\d{4})(?!\d)"
# November 18, 2026; November 18-19, 2026; November 30 to December 1, 2026
_MONTH_FIRST = re.compile(rf"\b{_MONTH} {_DAY}(?:{_AND}(?:{_MONTH} )?{_DAY})?,? (?:del? )?{_YEAR}")
# 18 de noviembre de 2026; 18 y 19 de noviembre de 2026; 30 de noviembre al 1 de diciembre de 2026; 18 November 2026
_DAY_FIRST = re.compile(rf"{_DAY}(?:(?: (?:de )?{_MONTH})?{_AND}{_DAY})? (?:de |of )?{_MONTH},? (?:del? )?{_YEAR}")
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_SLASHES = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_BETWEEN = re.compile(r" ?(?:-|to|through|al|a|hasta el) ?")

_OF_SOMETHING_ELSE = re.compile(
    r"issu|expir|valid|birth|\bborn\b|\bdob\b|print|generat|signed|signature|renew|approv|accredit|"
    r"emiti|emision|expedi|vence|vigen|valid|nacim|nacid|impres|firma|renova|aproba"
)
_OF_THE_EVENT = re.compile(
    r"\bheld\b|attend|complet|took place|presented|particip|training|course|session|event|workshop|webinar|"
    r"celebra|realiza|imparti|asist|curso|taller|evento|sesion|capacita"
)
_NEAR = 60  # letters before a day that speak of it
_SPANISH = re.compile(r"certificado|constancia|diploma|horas|fecha|curso|taller|capacitacion|por haber|participacion")


@dataclass(frozen=True, slots=True)
class Days:
    """A day, or the first and the last of several, both included."""

    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class _Found:
    days: Days
    start: int
    end: int


def read_days(lines: Sequence[Line]) -> Days | None:
    """The days of the event. None where none is named, or several are and nothing says which.

    A day in figures alone is month first, as offices here write it; in Spanish, where it may be either, it is read only
    where it can be but one. Days of birth, issue, expiry and signature are passed over.
    """
    is_spanish = any(_SPANISH.search(line.folded) for line in lines)
    usual: dict[Days, None] = {}
    sure: dict[Days, None] = {}
    for place, line in enumerate(lines):
        before = lines[place - 1].folded if place else ""
        for found in _join(line.folded, sorted(_find(line.folded, is_spanish), key=lambda one: one.start)):
            about = _about(line.folded, found, before)
            if not _OF_SOMETHING_ELSE.search(about):
                usual[found.days] = None
                if _OF_THE_EVENT.search(about):
                    sure[found.days] = None
    for days in (usual, sure):
        if len(days) == 1:
            return next(iter(days))
    return None


def _about(text: str, found: _Found, line_before: str) -> str:
    """The words that speak of a day: those before it on its line; where there are none, the line before."""
    before = text[max(0, found.start - _NEAR) : found.start].strip(" .:,-")
    return before or line_before[-_NEAR:]


def _find(text: str, is_spanish: bool) -> Iterator[_Found]:
    for found in _MONTH_FIRST.finditer(text):
        month, day, month_2, day_2, year = found.groups()
        yield from _make(found, year, (month, day), (month_2 or month, day_2 or day))
    for found in _DAY_FIRST.finditer(text):
        day, month, day_2, month_2, year = found.groups()
        yield from _make(found, year, (month or month_2, day), (month_2, day_2 or day))
    for found in _ISO.finditer(text):
        year, month, day = found.groups()
        yield from _make(found, year, (month, day), (month, day))
    for found in _SLASHES.finditer(text):
        yield from _make_from_figures(found, is_spanish)


def _make_from_figures(found: re.Match[str], is_spanish: bool) -> Iterator[_Found]:
    one, _, two, year = found.groups()
    is_day_first = int(one) > 12
    if is_spanish and int(one) <= 12 and int(two) <= 12 and one != two:
        return
    month, day = (two, one) if is_day_first else (one, two)
    yield from _make(found, year if len(year) == 4 else f"20{year}", (month, day), (month, day))


def _make(found: re.Match[str], year: str, first: tuple[str, str], last: tuple[str, str]) -> Iterator[_Found]:
    try:
        days = Days(*(date(int(year), _read_month(month), int(day)) for month, day in (first, last)))
    except ValueError:
        return
    if days.first_on <= days.last_on:
        yield _Found(days, found.start(), found.end())


def _read_month(text: str) -> int:
    return _NUMBER_OF.get(text) or int(text)


def _join(text: str, found: Iterable[_Found]) -> Iterator[_Found]:
    """Two whole days with no more than a dash or a word between them are one span."""
    kept: _Found | None = None
    for one in found:
        if kept and one.start < kept.end:  # the same day, read in another way
            continue
        is_end = kept and _BETWEEN.fullmatch(text[kept.end : one.start]) and kept.days.first_on <= one.days.last_on
        if kept and is_end:
            kept = _Found(Days(kept.days.first_on, one.days.last_on), kept.start, one.end)
            continue
        if kept:
            yield kept
        kept = one
    if kept:
        yield kept
