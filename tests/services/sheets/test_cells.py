"""Cells as offices write them."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from certtrack.services.sheets.cells import (
    Name,
    Unreadable,
    is_unlikely,
    read_address,
    read_day,
    read_name,
    read_number,
    text_of,
)
from certtrack.services.tables.cells import escape_cell

TODAY = date(2026, 5, 15)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("10/31/2026", date(2026, 10, 31)),
        ("1/4/2024", date(2024, 1, 4)),
        ("02/11/26", date(2026, 2, 11)),
        ("01/19/19", date(2019, 1, 19)),
        ("06/01/98", date(1998, 6, 1)),
        ("2021-09-17", date(2021, 9, 17)),
        ("2021-09-17 00:00:00", date(2021, 9, 17)),
        ("Feb 15, 2020", date(2020, 2, 15)),
        ("February 15, 2020", date(2020, 2, 15)),
        ("Sept. 9, 2025", date(2025, 9, 9)),
        ("15 Feb 2020", date(2020, 2, 15)),
        ("02/29/2024", date(2024, 2, 29)),
        (" 10/31/2026 ", date(2026, 10, 31)),
        (45292.0, date(2024, 1, 1)),
        (45292, date(2024, 1, 1)),
        ("45292", date(2024, 1, 1)),
        ("45292.0", date(2024, 1, 1)),
        (date(2024, 3, 22), date(2024, 3, 22)),
        (datetime(2024, 3, 22, 13, 30), date(2024, 3, 22)),  # noqa: DTZ001  # a workbook's moments know no zone
    ],
)
def test_a_day_is_read_in_every_way_that_offices_write_it(cell: Any, day: date) -> None:
    assert read_day(cell, TODAY) == day


@pytest.mark.parametrize(
    "cell", ["02/30/2025", "13/13/2024", "31/10/2026", "02/29/2025", "soon", "2026", 2026.0, 12.5, True, "10/2026", "-"]
)
def test_what_is_no_day_is_refused_and_never_guessed(cell: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(cell, TODAY)
    assert refused.value.problem == "not_a_day"


@pytest.mark.parametrize("cell", ["10/31/1826", date(1899, 12, 31), "0026-10-31"])
def test_a_year_before_1900_is_refused(cell: Any) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(cell, TODAY)
    assert refused.value.problem == "year_out_of_range"


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Rivera, Kia", Name("Kia", "Rivera")),
        ("Thao,   Ximena ", Name("Ximena", "Thao")),
        ("ENGEL, José", Name("José", "ENGEL")),
        ("de la Cruz, Ana María", Name("Ana María", "de la Cruz")),
        ("Kia Rivera", Name("Kia", "Rivera")),
        ("Cher", Name("", "Cher")),
        ('Lee, =HYPERLINK("http://example.org","Sam")', Name('=HYPERLINK("http://example.org","Sam")', "Lee")),
    ],
)
def test_a_name_is_kept_as_typed_with_its_white_space_folded(cell: str, name: Name) -> None:
    assert read_name(cell, is_family_first=False) == name


@pytest.mark.parametrize(("cell", "problem"), [("", "missing"), ("123", "no_letters"), ("x" * 201, "too_long")])
def test_what_is_no_name_is_refused(cell: str, problem: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_name(cell, is_family_first=False)
    assert refused.value.problem == problem


def test_a_name_without_a_comma_is_refused_where_the_family_name_should_come_first() -> None:
    with pytest.raises(Unreadable) as refused:
        read_name("Rivera Kia", is_family_first=True)
    assert refused.value.problem == "no_comma"


def test_a_name_with_odd_signs_is_noticed_and_usual_ones_are_not() -> None:
    assert is_unlikely(Name('=HYPERLINK("x")', "Lee"))
    assert not is_unlikely(Name("Anne-Marie", "O'Brien"))


@pytest.mark.parametrize("cell", ["no email", "carla@@example", "a@b.org; c@d.org", "@example.org"])
def test_what_is_no_address_is_refused(cell: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_address(cell)
    assert refused.value.problem == "not_an_address"


def test_an_address_is_kept_in_lower_case() -> None:
    assert read_address(" Carol@Example.ORG ") == "carol@example.org"


def test_a_number_that_is_a_number_is_read_without_a_point() -> None:
    assert read_number(1000.0) == "1000"
    assert read_number("") is None


def test_a_number_that_no_record_can_hold_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_number("9" * 61)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_what_a_spreadsheet_would_run_comes_back_as_it_was(text: str) -> None:
    assert escape_cell(text) == f"'{text}"
    assert text_of(escape_cell(text)) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [(time(3, 30), "3:30"), (timedelta(hours=3, minutes=30), "3:30"), (timedelta(hours=30), "30:00"), (time(), "0:00")],
)
def test_hours_that_a_spreadsheet_takes_for_a_time_are_read_as_they_look(cell: Any, text: str) -> None:
    assert text_of(cell) == text
