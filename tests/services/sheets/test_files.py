"""Files as they come: each encoding, each separator, and what can't be opened."""

import io
from datetime import date

import pytest
import xlsxwriter
from kit.roster import CAROL, HEADS, SHARED, make_csv, make_xlsx

from certtrack.errors import BadInput
from certtrack.services.roster.layout import ROSTER
from certtrack.services.sheets.cells import read_day
from certtrack.services.sheets.files import open_sheets
from certtrack.services.sheets.heads import find_sheet
from certtrack.services.sheets.mapping import Mapping

ROW = ("Nuñez, José", *CAROL[1:])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_is_read_in_each_encoding_and_with_each_separator(encoding: str, separator: str) -> None:
    (sheet,) = open_sheets("r.csv", make_csv(ROW, separator=separator, encoding=encoding))
    assert [line.cells for line in sheet.lines] == [HEADS, ROW]


def test_a_line_is_numbered_as_in_the_file_even_after_a_cell_of_two_lines() -> None:
    (sheet,) = open_sheets("r.csv", b'a,b\n"1\n2",x\nc,d\n')
    assert [line.number for line in sheet.lines] == [1, 2, 4]


def test_cells_merged_downwards_speak_for_each_row_and_titles_for_none() -> None:
    rows = [["Roster"], list(HEADS), list(CAROL), list(CAROL)]
    (sheet,) = open_sheets("r.xlsx", make_xlsx(rows, merge=("A1:H1", "G3:G4")))
    assert sheet.lines[0].is_title
    assert sheet.lines[2].cells[6] == sheet.lines[3].cells[6] == "North"


def test_a_formula_of_a_workbook_is_read_as_what_it_was_last_seen_to_be() -> None:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet("Roster")
    sheet.write_row(0, 0, HEADS)
    sheet.write_row(1, 0, CAROL)
    sheet.write_formula("B2", '=LOWER("Carol@Example.org")', value="carol@example.org")
    sheet.write_formula("F2", "=DATE(2026,10,31)", value=46326)
    book.close()
    (read,) = open_sheets("r.xlsx", data.getvalue())
    assert read.lines[1].cells[1] == "carol@example.org"
    assert read_day(read.lines[1].cells[5], date(2026, 5, 15)) == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("r.csv", b"", "r.csv is empty"),
        ("r.csv", b" \n\n", "r.csv is empty"),
        ("r.xlsx", b"", "r.xlsx is empty"),
        ("r.csv", b"Name,Type\nA\0,b\n", "r.csv, line 2: there is a NUL byte"),
        ("r.csv", b'Name,Type\n"A,b\n', "line 2: a quotation mark"),
        ("r.csv", b"Name\n\x81\n", "r.csv, line 2: this is no letter"),
        ("r.csv", b"\xff\xfeN", "breaks off in the middle of a letter"),
        ("r.xlsx", b"PK\x03\x04 and no more", "r.xlsx: the workbook is damaged"),
        ("r.xlsx", SHARED.read_bytes()[:6000], "r.xlsx: the workbook is damaged"),
        ("r.xlsx", b"Name,Type,Expires\n", "r.xlsx isn't a workbook"),
        ("r.csv", SHARED.read_bytes(), "give it the ending .xlsx"),
        ("r.pdf", b"%PDF", "save it as one of these"),
        ("r.xls", b"\xd0\xcf\x11\xe0", "save it as one of these"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_name_and_what_to_do(name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=r".*") as refused:
        open_sheets(name, data)
    assert says in str(refused.value)


def test_a_file_without_heads_says_what_a_roster_needs() -> None:
    with pytest.raises(BadInput, match="none of the first 50 lines"):
        find_sheet("r.csv", open_sheets("r.csv", b"a,b\nc,d\n"), ROSTER, Mapping())


def test_a_head_that_is_lacking_is_named_with_its_line_and_what_to_do() -> None:
    with pytest.raises(BadInput, match=r"r.csv, line 2: no column is known as expires.*\[columns\] expires"):
        find_sheet("r.csv", open_sheets("r.csv", b"Roster\nName,Type,Good through\n"), ROSTER, Mapping())


def test_two_columns_that_could_be_meant_are_not_guessed_between() -> None:
    with pytest.raises(BadInput, match=r"C \(Email\) and D \(E-mail\) could both be the address"):
        find_sheet("r.csv", open_sheets("r.csv", b"Name,Type,Email,E-mail,Expires\n"), ROSTER, Mapping())


def test_a_mapping_says_which_of_two_columns_is_meant() -> None:
    sheets = open_sheets("r.csv", b"Name,Type,Email,Work mail,Expires\n")
    _, heads = find_sheet("r.csv", sheets, ROSTER, Mapping(heads={"address": "Work mail"}))
    assert heads.places["address"] == 3


def test_first_and_last_names_may_stand_in_columns_of_their_own() -> None:
    sheets = open_sheets("r.csv", b"First name,Last name,Credential,Expiration\n")
    assert set(find_sheet("r.csv", sheets, ROSTER, Mapping())[1].places) == {
        "first_name",
        "last_name",
        "credential",
        "expires",
    }
