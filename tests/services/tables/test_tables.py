"""Files for spreadsheets: texts, real days and numbers, nothing that runs, and piece by piece."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from certtrack.services.tables.as_csv import write_csv
from certtrack.services.tables.as_xlsx import write_xlsx
from certtrack.services.tables.cells import Cell

ODD = [
    "=1+1",
    "+1",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "a,b",
    'say "so"',
    "line\nline",
    "007",
    "José",
    "https://example.org",
]
HEADS = ["Name", "More"]


def read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "a spreadsheet wouldn't know the accents"
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_in_csv_what_begins_as_a_formula_has_an_apostrophe_and_everything_else_stays_as_it_is() -> None:
    _, *rows = read_csv(b"".join(write_csv(HEADS, [[[cell, "x"] for cell in ODD]])))
    assert [row[0] for row in rows] == [f"'{cell}" if cell[0] in "=+-@\t\r" else cell for cell in ODD]


def test_in_xlsx_every_text_is_one_and_what_begins_as_a_formula_stays_one_when_it_is_edited() -> None:
    sheet = load_workbook(io.BytesIO(b"".join(write_xlsx("People", HEADS, [[[cell, "x"] for cell in ODD]])))).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if "\r" not in str(cell.value)][:4] == ODD[:4]
    assert [int(cell.quotePrefix) for cell in cells] == [int(cell[0] in "=+-@\t\r") for cell in ODD]
    assert all(cell.hyperlink is None for cell in cells)


def test_a_day_is_a_day_and_hours_are_a_number_in_either_file() -> None:
    row: list[Cell] = [date(2027, 10, 31), 17.0, 1.25, "17", "2027-10-31"]
    heads = [*HEADS, "C", "D", "E"]
    _, written = read_csv(b"".join(write_csv(heads, [[row]])))
    assert written == ["2027-10-31", "17", "1.25", "17", "2027-10-31"]
    sheet = load_workbook(io.BytesIO(b"".join(write_xlsx("People", heads, [[row]])))).active
    assert sheet is not None
    found = [(cell.data_type, cell.value, cell.number_format) for cell in sheet[2]]
    assert found == [
        ("d", datetime(2027, 10, 31), "yyyy-mm-dd"),  # noqa: DTZ001  # a day of a spreadsheet has no zone
        ("n", 17, "0.00"),
        ("n", 1.25, "0.00"),
        ("s", "17", "@"),
        ("s", "2027-10-31", "@"),
    ]


@pytest.mark.parametrize("rows", [0, 1200])
def test_rows_are_asked_for_as_they_are_written(rows: int) -> None:
    asked = []

    def make() -> Iterator[Sequence[Sequence[str]]]:
        for start in range(0, rows, 500):
            asked.append(start)
            yield [[str(number), "x"] for number in range(start, min(start + 500, rows))]

    pieces = write_csv(HEADS, make())
    assert next(pieces)
    assert asked == []
    assert len(read_csv(b"\xef\xbb\xbf" + b"".join(pieces))) == rows
