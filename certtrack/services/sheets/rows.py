"""The lines below the heads as values: what each cell says, and what of it can't be read."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from certtrack.rules.calendar import add_years
from certtrack.services.sheets.cells import (
    Name,
    Problem,
    Unreadable,
    make_name,
    read_address,
    read_day,
    read_name,
    read_number,
    text_of,
)
from certtrack.services.sheets.files import Cell, Line, Sheet
from certtrack.services.sheets.heads import Heads, is_heads_again
from certtrack.services.sheets.layout import Column

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that can't be read: its column in our words, what it says, and why."""

    column: Column
    value: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that doesn't go in. `number` counts the rows that aren't blank, `line` the lines of the file."""

    number: int
    line: int
    faults: tuple[Fault, ...]
    texts: Table[Column, str]


class WasRead(Protocol):
    """A row that was read, with all its cells."""

    @property
    def number(self) -> int:
        """Counts the rows that aren't blank."""

    @property
    def line(self) -> int:
        """Counts the lines of the file."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What the line holds."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was wrong with it already."""


class RowReader:
    """Reads the cells of one line, and remembers in `faults` which of them can't be read.

    `texts` holds what the cells of the known columns say, as the office would read it. What reads a cell answers None
    where the cell is blank, and where it can't be read: then the fault is noted.
    """

    def __init__(self, line: Line, heads: Heads) -> None:
        cells = line.cells
        self._cells = {column: cells[place] for column, place in heads.places.items() if place < len(cells)}
        self._heads = heads
        self.texts = {column: text_of(self._cells.get(column, "")) for column in heads.places}
        self.faults: list[Fault] = []

    def note(self, column: Column, problem: Problem) -> None:
        """Note that this cell can't be taken."""
        self.faults.append(Fault(column, self.texts.get(column, ""), problem))

    def day(self, column: Column, today: date) -> date | None:
        """The day in that column; `today` decides the century of a year of two digits."""
        return self.read(column, lambda cell: read_day(cell, today)) if self.texts.get(column) else None

    def exam_day(self, column: Column, today: date, *, years_back: int) -> date | None:
        """The day of an exam already taken: one that lies ahead, or further back than so many years, is a fault."""
        day = self.day(column, today)
        if day is not None and day > today:
            self.note(column, "lies_ahead")
            return None
        if day is not None and day < add_years(today, -years_back):
            self.note(column, "far_from_now")
            return None
        return day

    def number(self) -> str | None:
        """The certification's number."""
        return self.read("number", read_number)

    def address(self) -> str | None:
        """The address, in lower case."""
        return self.read("address", read_address) if self.texts.get("address") else None

    def name(self) -> Name | None:
        """The name, of one column or of two; a blank one is a fault too."""
        if "name" in self._heads.places:
            return self.read("name", lambda cell: read_name(cell, is_family_first=self._heads.is_family_first))
        try:
            return make_name(self.texts["first_name"], self.texts["last_name"])
        except Unreadable as error:
            self.note("last_name", error.problem)
            return None

    def read(self, column: Column, how: Callable[[Cell], T]) -> T | None:
        """What `how` makes of the cell; it raises Unreadable where it can't."""
        try:
            return how(self._cells.get(column, ""))
        except Unreadable as error:
            self.note(column, error.problem)
            return None


def refuse(row: WasRead, heads: Heads, column: Column, problem: Problem) -> Refused:
    """A row that was read as one that doesn't go in after all, for what is wrong in that column too."""
    reader = RowReader(Line(row.line, row.cells), heads)
    reader.note(column, problem)
    return Refused(row.number, row.line, (*row.faults, *reader.faults), reader.texts)


def list_lines(sheet: Sheet, heads: Heads) -> Iterable[tuple[int, Line]]:
    """The lines that are rows, numbered from 1. Blank lines, titles across columns and repeated heads are passed over.

    A line is blank where our columns are.
    """
    places = tuple(heads.places.values())
    number = 0
    for line in sheet.lines:
        if line.number <= heads.line or line.is_title or is_heads_again(line, heads):
            continue
        if any(text_of(line.cells[place]) for place in places if place < len(line.cells)):
            number += 1
            yield number, line
