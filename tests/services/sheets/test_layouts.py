"""Any kind of file: what is declared of it finds its columns, explains its words and reads its rows."""

from datetime import date
from typing import get_args

import pytest
from kit.roster import make_csv

from certtrack.errors import BadInput
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.files import open_sheets
from certtrack.services.sheets.heads import Heads, find_sheet
from certtrack.services.sheets.layout import WHOSE, WHOSE_NEEDED, Layout
from certtrack.services.sheets.mapping import Mapping, parse_mapping
from certtrack.services.sheets.returned import explain, make_returned
from certtrack.services.sheets.rows import Refused, RowReader, list_lines
from certtrack.services.sheets.whose import Mark, read_mark

VISITS = Layout(
    kind="visits",
    singular="a list of visits",
    plural="lists of visits",
    asks="an email or a certification number, and a day",
    usual={**WHOSE, "day": ("day", "date")},
    needed=(WHOSE_NEEDED, (("day",),)),
    tables={"places": '"Main St." = "main"'},
    is_confirmed=True,
)


def read(*rows: tuple[str, ...], heads: tuple[str, ...] = ("Day", "Email")) -> tuple[Heads, list[RowReader], list[int]]:
    sheet, found = find_sheet("v.csv", open_sheets("v.csv", make_csv(*rows, heads=heads)), VISITS, Mapping())
    lines = list(list_lines(sheet, found))
    return found, [RowReader(line, found) for _, line in lines], [line.number for _, line in lines]


@pytest.mark.parametrize("heads", [("Day", "E-mail"), ("Date", "Cert #"), ("DAY", "Name", "Email")])
def test_one_of_several_columns_may_say_whose_a_row_is(heads: tuple[str, ...]) -> None:
    assert len(read(heads=heads)[0].places) == len(heads)


def test_a_file_without_what_it_needs_is_refused_by_its_own_words() -> None:
    with pytest.raises(BadInput, match=r"columns of a list of visits\. It needs an email or a certification number"):
        read(heads=("a", "b"))
    with pytest.raises(BadInput, match=r"v\.csv, line 1: no column is known as address"):
        read(heads=("Day", "Name"))


def test_blank_lines_and_repeated_heads_are_no_rows() -> None:
    _, rows, lines = read(("2026-01-02", "a@example.org"), ("", ""), ("Day", "Email"), ("2026-01-03", "b@example.org"))
    assert lines == [2, 5]
    assert [row.day("day", date(2026, 5, 1)) for row in rows] == [date(2026, 1, 2), date(2026, 1, 3)]


def test_a_row_says_whose_it_is_or_what_is_wrong_with_it() -> None:
    _, rows, _ = read(("1", "A@Example.org"), ("1", "a@@example"), ("1", ""))
    assert [read_mark(row) for row in rows] == [Mark(address="a@example.org"), Mark(), Mark()]
    assert [[fault.problem for fault in row.faults] for row in rows] == [[], ["not_an_address"], ["says_nobody"]]


def test_what_comes_back_stands_in_the_order_of_the_file() -> None:
    heads, (first, second), _ = read(("soon", "a@example.org"), ("2026-02-30", "b@example.org"))
    for row in (first, second):
        row.day("day", date(2026, 5, 1))
    refused = [Refused(n, n + 1, tuple(row.faults), row.texts) for n, row in ((2, second), (1, first))]
    lines = make_returned(heads, refused, "en").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Day", "soon", "2026-02-30"]


def test_words_count_where_somebody_has_confirmed_them_by_name() -> None:
    text = '[places]\n"Main St." = "main"\n'
    with pytest.raises(BadInput, match=r"m.toml doesn't say who has confirmed.*confirmed_by"):
        parse_mapping("m.toml", text.encode(), VISITS)
    read = parse_mapping("m.toml", f'confirmed_by = "Alice Example"\n{text}'.encode(), VISITS)
    assert (read.confirmed_by, read.translate("places", str.upper)) == ("Alice Example", {"main st.": "MAIN"})


@pytest.mark.parametrize("code", get_args(Problem))
@pytest.mark.parametrize("locale", ["en", "es"])
def test_each_reason_is_a_sentence_in_both_languages(code: Problem, locale: str) -> None:
    assert explain(code, locale).endswith(".")
