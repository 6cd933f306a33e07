"""A table as XLSX: texts, real days and numbers, row by row into a file, so that its length takes no memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from certtrack.services.tables.cells import Cell, is_like_formula

_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_PIECE = 64 * 1024
_WIDTH = 24


def write_xlsx(title: str, heads: Sequence[str], chunks: Iterable[Iterable[Sequence[Cell]]]) -> Iterator[bytes]:
    """The file in pieces, made whole before the first of them leaves; `title` names its one sheet, in 31 letters."""
    with TemporaryFile() as file:
        _fill(file, title, heads, chunks)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


class _Writer:
    """Writes cells into one sheet, each in the format of what it is."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._text, self.head = (book.add_format({"num_format": "@", "bold": is_bold}) for is_bold in (False, True))
        # what would be run if somebody edited the cell stays a text then, too
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self._day, self._hours = (book.add_format({"num_format": shape}) for shape in ("yyyy-mm-dd", "0.00"))

    def write(self, row: int, place: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(row, place, cell, self._quoted if is_like_formula(cell) else self._text)
        elif isinstance(cell, date):
            self._sheet.write_datetime(row, place, cell, self._day)
        else:
            self._sheet.write_number(row, place, cell, self._hours)


def _fill(file: IO[bytes], title: str, heads: Sequence[str], chunks: Iterable[Iterable[Sequence[Cell]]]) -> None:
    book = Workbook(file, _OPTIONS)
    sheet = book.add_worksheet(title[:31])
    writer = _Writer(book, sheet)
    sheet.set_column(0, len(heads) - 1, _WIDTH)
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, writer.head)
    number = 0
    for rows in chunks:
        for row in rows:
            number += 1
            for place, cell in enumerate(row):
                writer.write(number, place, cell)
    book.close()
