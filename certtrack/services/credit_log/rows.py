"""The rows of a log as values: what each says, whoever it is about."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import cast

from certtrack.rules.calendar import add_years
from certtrack.rules.facts import Activity, Form
from certtrack.services.credit_log.layout import CREDIT_LOG
from certtrack.services.credit_log.words import Said, find_kind
from certtrack.services.credits.amounts import Amount, Unit
from certtrack.services.credits.texts import clean
from certtrack.services.credits.typed import LONGEST_TEXT
from certtrack.services.people import fold
from certtrack.services.sheets.amounts import find_unit, find_yes_or_no, read_amount, to_minutes
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.files import Cell, Line, open_sheets
from certtrack.services.sheets.heads import Heads, find_sheet
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.mapping import Mapping
from certtrack.services.sheets.rows import Fault, Refused, RowReader, list_lines, refuse
from certtrack.services.sheets.whose import Mark, read_mark

_YEARS_BACK = 30
_NO_TEXTS: Table[Column, str] = {}
_CACHED = 10_000  # a log names the same courses again and again


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A row that can go in, if it is somebody's. None: the file doesn't say, or it is among `faults`.

    `category` and `unknown` are the file's words: for the subject, and a format that no word list knows.
    """

    number: int
    line: int
    cells: tuple[Cell, ...] = field(repr=False)
    mark: Mark
    title: str
    provider: str | None
    first_on: date
    last_on: date
    amount: Amount
    unit: Unit
    category: str
    unknown: str
    activity: Activity | None
    form: Form | None
    has_paper: bool | None
    faults: tuple[Fault, ...]
    texts: Table[Column, str]


@dataclass(frozen=True)
class CreditLog:
    """What a file says: rows that can go in if they are somebody's, and rows that can't."""

    file_name: str
    sha256: str
    heads: Heads
    rows: tuple[CreditRow, ...]
    refused: tuple[Refused, ...]

    @property
    def returned(self) -> tuple[Refused | CreditRow, ...]:
        """What comes back to be mended."""
        return (*self.refused, *(row for row in self.rows if row.faults))

    def refuse(self, row: CreditRow, column: Column, problem: Problem) -> Refused:
        """The row as one that doesn't go in after all."""
        return refuse(row, self.heads, column, problem)


def read_log(
    file_name: str, data: bytes, mapping: Mapping, today: date, formats: Table[str, Form] | None = None
) -> CreditLog:
    """Read a log whole, before anything is written. Raises BadInput; `today` is the organization's day.

    `formats`: what confirmed words of the format mean.
    """
    sheet, heads = find_sheet(file_name, open_sheets(file_name, data), CREDIT_LOG, mapping)
    unit = find_unit(heads.texts["amount"])
    accepted: list[CreditRow] = []
    refused: list[Refused] = []
    for number, line in list_lines(sheet, heads):
        row = _read_row(number, line, RowReader(line, heads), unit, formats or {}, today)
        if isinstance(row, Refused):
            refused.append(row)
        else:
            accepted.append(row)
    return CreditLog(file_name, sha256(data).hexdigest(), heads, tuple(accepted), tuple(refused))


def _read_row(
    number: int, line: Line, reader: RowReader, unit: Unit | None, formats: Table[str, Form], today: date
) -> CreditRow | Refused:
    mark = _keep_once(read_mark(reader))
    title = reader.read("title", lambda _: _read_text(reader.texts["title"]) or _refuse("missing"))
    provider = reader.read("provider", lambda _: _read_text(reader.texts.get("provider", "")))
    last_on = _read_day(reader, "last_on", today)
    first_on = _read_first(reader, last_on, today)
    amount = reader.read("amount", lambda _: read_amount(reader.texts["amount"]))
    meant = amount.unit or unit if amount else None
    if amount and meant is None:
        reader.note("amount", "unit_not_said")
    if amount and meant in ("hours", "minutes"):  # what a CEU is depends on whose it is
        amount = amount if reader.read("amount", lambda _: to_minutes(amount, meant, None)) else None
    if mark == Mark() or None in (title, provider, first_on, last_on, amount, meant):
        return Refused(number, line.number, tuple(reader.faults), reader.texts)
    category, word = reader.texts.get("category", ""), reader.texts.get("format", "")
    subject, kind = find_kind(category), _find_format(word, formats)
    has_paper = _read_paper(reader)
    return CreditRow(
        number=number,
        line=line.number,
        cells=line.cells,
        mark=mark,
        title=cast("str", title),
        provider=provider or None,
        first_on=cast("date", first_on),
        last_on=cast("date", last_on),
        amount=cast("Amount", amount),
        unit=cast("Unit", meant),
        category="" if subject else category,
        unknown=word if word and kind is None else "",
        # what the category says goes before: a video stays one, however it is shown
        activity=(subject and subject.activity) or (kind and kind.activity) or None,
        form=(kind and kind.form) or (subject and subject.form) or None,
        has_paper=has_paper,
        faults=tuple(reader.faults),
        texts=reader.texts if reader.faults else _NO_TEXTS,
    )


@lru_cache(maxsize=_CACHED)
def _keep_once(mark: Mark) -> Mark:
    # many rows are one person's
    return mark


def _refuse(problem: Problem) -> str:
    raise Unreadable(problem)


@lru_cache(maxsize=_CACHED)
def _read_text(typed: str) -> str:
    text = clean(typed)
    if len(text) > LONGEST_TEXT:
        raise Unreadable("too_long")
    return text if fold(text) else ""  # nothing but signs that nobody sees is no text


def _read_day(reader: RowReader, column: Column, today: date) -> date | None:
    if not reader.texts.get(column):
        reader.note(column, "missing")
        return None
    day = reader.day(column, today)
    if day is None:
        return None
    if day > today:
        reader.note(column, "not_come_yet")
        return None
    if day < add_years(today, -_YEARS_BACK):
        reader.note(column, "far_from_now")
        return None
    return day


def _read_first(reader: RowReader, last_on: date | None, today: date) -> date | None:
    if not reader.texts.get("first_on"):
        return last_on
    first_on = _read_day(reader, "first_on", today)
    if first_on and last_on and first_on > last_on:
        reader.note("first_on", "after_last")
        return None
    return first_on


def _find_format(word: str, formats: Table[str, Form]) -> Said | None:
    """What the word says; what a person has confirmed of it goes before."""
    said = find_kind(word)
    confirmed = formats.get(fold(word))
    return Said(said.activity if said else None, confirmed) if confirmed else said


def _read_paper(reader: RowReader) -> bool | None:
    text = reader.texts.get("proof", "")
    has_paper = find_yes_or_no(text) if text else None
    if text and has_paper is None:
        reader.note("proof", "not_yes_or_no")
    return has_paper
