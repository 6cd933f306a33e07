"""A table as XLSX: each cell a text, row by row into a file, so that however long it is it takes no more memory."""

from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from xlsxwriter import Workbook

from certtrack.services.tables.cells import is_like_formula

_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_PIECE = 64 * 1024
_WIDTH = 24


def write_xlsx(title: str, heads: Sequence[str], chunks: Iterable[Iterable[Sequence[str]]]) -> Iterator[bytes]:
    """The file in pieces, made whole before the first of them leaves; `title` names its one sheet, in 31 letters."""
    with TemporaryFile() as file:
        _fill(file, title, heads, chunks)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _fill(file: IO[bytes], title: str, heads: Sequence[str], chunks: Iterable[Iterable[Sequence[str]]]) -> None:
    book = Workbook(file, _OPTIONS)
    sheet = book.add_worksheet(title[:31])
    bold, text = (book.add_format({"num_format": "@", "bold": is_bold}) for is_bold in (True, False))
    # what would be run if somebody edited the cell stays a text then, too
    quoted = book.add_format({"num_format": "@", "quote_prefix": True})
    sheet.set_column(0, len(heads) - 1, _WIDTH)
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    number = 0
    for rows in chunks:
        for row in rows:
            number += 1
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell, quoted if is_like_formula(cell) else text)
    book.close()
