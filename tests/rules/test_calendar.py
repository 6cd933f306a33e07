"""Days that the rules count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certtrack.rules.calendar import (
    FIRST_DAY,
    add_days,
    add_months,
    add_years,
    check_day,
    make_day,
    move_earlier,
    skip_weekend,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 10, 31), 6, date(2027, 4, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_a_month_ends_where_the_shorter_month_ends(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        (1, date(2029, 2, 28)),
        (2, date(2030, 2, 28)),
        (4, date(2032, 2, 29)),
        (0, date(2028, 2, 29)),
        (72, date(2100, 2, 28)),
    ],
)
def test_a_leap_day_becomes_the_28th_where_there_is_none(years: int, expected: date) -> None:
    assert add_years(date(2028, 2, 29), years) == expected


@given(st.dates(FIRST_DAY, date(2500, 1, 1)), st.integers(1, 600))
def test_more_months_never_end_earlier(day: date, months: int) -> None:
    assert day < add_months(day, months) < add_months(day, months + 2)


def test_what_would_end_after_the_last_day_never_ends() -> None:
    assert add_months(date(9999, 10, 31), 6) == date.max
    assert add_years(date(9999, 10, 31), 2) == date.max
    assert add_days(date.max, 1) == date.max
    assert add_days(date(9999, 12, 30), 1) == date.max


def test_a_day_before_the_year_1_is_refused() -> None:
    with pytest.raises(ValueError, match="before the year 1"):
        add_years(date(1900, 1, 1), -1900)


def test_days_outside_1900_to_9999_are_refused() -> None:
    with pytest.raises(ValueError, match="1899-12-31"):
        check_day(date(1899, 12, 31))
    assert check_day(FIRST_DAY) == FIRST_DAY
    assert check_day(date.max) == date.max


def test_a_fixed_day_of_the_year_is_the_month_s_end_where_the_year_has_no_such_day() -> None:
    assert make_day(2027, 2, 29) == date(2027, 2, 28)
    assert make_day(2028, 2, 29) == date(2028, 2, 29)
    assert make_day(1999, 10, 31) == date(1999, 10, 31)


def test_a_day_moves_earlier_to_the_last_working_day() -> None:
    closed = {date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29)}
    assert move_earlier(date(2026, 11, 29), closed.__contains__) == date(2026, 11, 25)
    assert move_earlier(date(2026, 11, 30), closed.__contains__) == date(2026, 11, 30)


@given(st.dates(FIRST_DAY, date(9990, 1, 1)))
def test_a_weekend_is_skipped_to_its_monday_and_no_other_day_moves(day: date) -> None:
    moved = skip_weekend(day)
    assert moved.weekday() < 5
    assert moved - day == timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
