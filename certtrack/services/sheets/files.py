"""Opening an office's file: a workbook or a text with separators becomes numbered lines of cells."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from certtrack.services.sheets.bad_sheet import BadSheet
from certtrack.services.sheets.extent import is_too_wide

Cell = Any
"""What a cell holds: text, a number, a day, a moment, or nothing (an empty text)."""

_LARGEST = 30_000_000
_LARGEST_UNPACKED = 200_000_000
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_TEXTS = frozenset({".csv", ".tsv", ".txt"})
_ZIP = b"PK\x03\x04"
_SEPARATORS = (",", ";", "\t")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet. `number` counts from 1 as the office sees it; `is_title`: one cell merged across columns."""

    number: int
    cells: tuple[Cell, ...]
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one sheet; a text file has one sheet without a name."""

    name: str | None
    lines: tuple[Line, ...]


def open_sheets(file_name: str, data: bytes) -> list[Sheet]:
    """The visible sheets of a workbook, or the one of a text file, empty cells included.

    Raises BadInput, which names the file, the place and what to do, for what can't be read to its end.
    """
    ending = PurePath(file_name).suffix.lower()
    if ending not in _WORKBOOKS | _TEXTS:
        raise BadSheet(
            "ending", f"{file_name}: only an .xlsx workbook or a .csv text can be read; save it as one of these."
        )
    check_size(file_name, data)
    _check_ending(file_name, ending, data)
    return _open_workbook(file_name, data) if ending in _WORKBOOKS else [Sheet(None, _read_text(file_name, data))]


def check_size(file_name: str, data: bytes) -> None:
    """Raise BadSheet for a file that is empty, or larger than one may be."""
    if not data:
        raise BadSheet("empty", f"{file_name} is empty; save the file again, and see that it has lines.")
    if len(data) > _LARGEST:
        most = _LARGEST // 1_000_000
        raise BadSheet("too_large", f"{file_name} is larger than {most} MB; split it into several files.", most=most)


def _check_ending(file_name: str, ending: str, data: bytes) -> None:
    is_workbook = data.startswith(_ZIP)
    if is_workbook and ending in _TEXTS:
        raise BadSheet("is_workbook", f"{file_name} is a workbook by what it holds; give it the ending .xlsx.")
    if not is_workbook and ending in _WORKBOOKS:
        raise BadSheet(
            "no_workbook", f"{file_name} isn't a workbook, or is damaged at its start; save it as .xlsx again."
        )


def _open_workbook(file_name: str, data: bytes) -> list[Sheet]:
    try:
        with ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            is_wide = unpacked <= _LARGEST_UNPACKED and is_too_wide(packed)
        if unpacked > _LARGEST_UNPACKED:  # some kilobytes can swell to more than a machine has
            most = _LARGEST_UNPACKED // 1_000_000
            raise BadSheet(
                "swells",
                f"{file_name} swells to more than {most} MB when it is opened; split it into several files.",
                most=most,
            )
        if is_wide:
            raise BadSheet(
                "too_wide",
                f"{file_name}: a sheet reaches much further than its rows do; delete what is empty to the right and"
                " below, and save it again.",
            )
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = [item.name for item in book.sheets_metadata if item.visible == SheetVisibleEnum.Visible]
        return [_read_sheet(book.get_sheet_by_name(name)) for name in shown]
    except (BadZipFile, CalamineError, OSError, ValueError) as error:
        raise BadSheet(
            "damaged", f"{file_name}: the workbook is damaged and can't be opened ({error}); save it as .xlsx again."
        ) from error


def _read_sheet(sheet: CalamineSheet) -> Sheet:
    if sheet.start is None:
        return Sheet(sheet.name, ())
    top, left = sheet.start
    rows = [["" for _ in range(left)] + row for row in sheet.to_python(skip_empty_area=True)]
    titles: set[int] = set()
    for (from_row, from_column), (until_row, until_column) in sheet.merged_cell_ranges or ():
        if until_column > from_column:
            titles |= set(range(from_row, until_row + 1))
        else:
            _fill(rows, from_row - top, until_row - top, from_column)
    lines = (Line(top + place + 1, tuple(row), top + place in titles) for place, row in enumerate(rows))
    return Sheet(sheet.name, tuple(lines))


def _fill(rows: list[list[Cell]], first: int, last: int, column: int) -> None:
    # cells merged downwards say one thing of all the rows beside them
    if first < 0 or first >= len(rows) or column >= len(rows[first]):
        return
    for row in rows[first + 1 : last + 1]:
        if column < len(row):
            row[column] = rows[first][column]


def _read_text(file_name: str, data: bytes) -> tuple[Line, ...]:
    text = _decode(file_name, data)
    if (place := text.find("\0")) >= 0:
        number = text.count("\n", 0, place) + 1
        raise BadSheet(
            "nul",
            f"{file_name}, line {number}: there is a NUL byte, which no text has; save the file again.",
            line=number,
        )
    if not text.strip():
        raise BadSheet("empty", f"{file_name} is empty; save the file again, and see that it has lines.")
    return tuple(_split(file_name, text, _find_separator(text)))


def _decode(file_name: str, data: bytes) -> str:
    if data.startswith(_UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise BadSheet(
                "breaks_off",
                f"{file_name} breaks off in the middle of a letter, at byte {error.start}; save the file again.",
            ) from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
    number = data.count(b"\n", 0, place) + 1
    raise BadSheet(
        "no_letter",
        f"{file_name}, line {number}: this is no letter in UTF-8, UTF-16 or Windows-1252; save it as UTF-8.",
        line=number,
    )


def _find_separator(text: str) -> str:
    """The separator that gives most lines the most cells."""
    start = text[:20_000]

    def count_cells(separator: str) -> int:
        counts = Counter(len(row) for row in csv.reader(io.StringIO(start, newline=""), delimiter=separator) if row)
        usual, _ = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return usual

    return max(_SEPARATORS, key=count_cells)


def _split(file_name: str, text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    known: dict[str, str] = {}  # a long file says the same in many cells: each text is kept once
    while True:
        try:
            cells: Sequence[str] = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadSheet(
                "quotes",
                f"{file_name}, line {number}: a quotation mark is open or out of place ({error}); mend that line.",
                line=number,
            ) from error
        yield Line(number, tuple([known.setdefault(cell, cell) for cell in cells]))
        number = reader.line_num + 1
