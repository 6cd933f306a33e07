"""A table as CSV, piece by piece: nothing of it waits until all of it is there."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from certtrack.services.tables.cells import Cell, escape_cell, write_cell

_MARK = "\N{BYTE ORDER MARK}"
"""By it spreadsheets know the letters for UTF-8."""


def write_csv(heads: Sequence[str], chunks: Iterable[Iterable[Sequence[Cell]]]) -> Iterator[bytes]:
    """The file in pieces: its head, then one for each chunk of rows as it comes. Cells are texts that nothing runs."""
    yield f"{_MARK}{_write([heads])}".encode()
    for rows in chunks:
        yield _write(rows).encode()


def _write(rows: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([escape_cell(write_cell(cell)) for cell in row] for row in rows)
    return text.getvalue()
