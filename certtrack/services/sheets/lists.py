"""A file of which each row goes in as it is or comes back: read line by line, before anything is written."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.files import Line, open_sheets
from certtrack.services.sheets.heads import Heads, find_sheet
from certtrack.services.sheets.layout import Column, Layout
from certtrack.services.sheets.mapping import Mapping
from certtrack.services.sheets.rows import Refused, RowReader, WasRead, list_lines, refuse

R = TypeVar("R", bound=WasRead)


@dataclass(frozen=True)
class ListFile(Generic[R]):
    """What a file says: rows that can go in if they are somebody's, and rows that can't."""

    file_name: str
    sha256: str
    heads: Heads
    rows: tuple[R, ...]
    refused: tuple[Refused, ...]

    @property
    def returned(self) -> tuple[Refused, ...]:
        """What comes back to be mended."""
        return self.refused

    def refuse(self, row: R, column: Column, problem: Problem) -> Refused:
        """The row as one that doesn't go in after all."""
        return refuse(row, self.heads, column, problem)


def read_list_file(
    file_name: str,
    data: bytes,
    layout: Layout,
    mapping: Mapping,
    start: Callable[[Heads], Callable[[int, Line, RowReader], R | Refused]],
) -> ListFile[R]:
    """Read a file whole; `start` answers, once the heads are known, what makes a row of a numbered line.

    Raises BadInput where the file can't be read, or isn't what the layout asks for.
    """
    sheet, heads = find_sheet(file_name, open_sheets(file_name, data), layout, mapping)
    how = start(heads)
    accepted: list[R] = []
    refused: list[Refused] = []
    for number, line in list_lines(sheet, heads):
        row = how(number, line, RowReader(line, heads))
        if isinstance(row, Refused):
            refused.append(row)
        else:
            accepted.append(row)
    return ListFile(file_name, sha256(data).hexdigest(), heads, tuple(accepted), tuple(refused))
