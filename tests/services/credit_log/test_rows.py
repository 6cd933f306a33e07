"""What a row of a log says: hours in each notation, words for kinds, a paper or none; the rest is refused in words."""

from datetime import date
from typing import Any

import pytest
from kit.credit_log import HEADS, ROW, row
from kit.roster import make_csv

from certtrack.errors import BadInput
from certtrack.services.credit_log.rows import CreditLog, read_log
from certtrack.services.sheets.mapping import Mapping

TODAY = date(2026, 5, 15)


def read(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> CreditLog:
    return read_log("log.csv", make_csv(*rows, heads=heads), Mapping(), TODAY)


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("3", "3", "hours"),
        ("1,5", "1,5", "hours"),
        ("3 hrs", "3", "hours"),
        ("90 min", "90", "minutes"),
        ("0.3 CEU", "0.3", "ceu"),
    ],
)
def test_hours_are_read_in_each_notation(typed: str, number: str, unit: str) -> None:
    (found,) = read(row(hours=typed)).rows
    assert (found.amount.text, found.unit) == (number, unit)


@pytest.mark.parametrize(("head", "unit"), [("CEUs", "ceu"), ("Minutes", "minutes"), ("Contact hours", "hours")])
def test_the_head_says_of_what_a_bare_number_is(head: str, unit: str) -> None:
    (found,) = read(row(hours="30"), heads=(*HEADS[:4], head, *HEADS[5:])).rows
    assert found.unit == unit


def test_a_bare_number_under_a_head_without_a_unit_is_not_guessed() -> None:
    log = read(row(), row(hours="3 h"), heads=(*HEADS[:4], "Length", *HEADS[5:]))
    assert [fault.problem for fault in log.refused[0].faults] == ["unit_not_said"]
    assert [found.unit for found in log.rows] == ["hours"]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"hours": "-3"}, ["below_zero"]),
        ({"hours": "999"}, ["too_much"]),
        ({"hours": "0"}, ["too_little"]),
        ({"hours": "some"}, ["not_an_amount"]),
        ({"hours": ""}, ["missing"]),
        ({"day": "01/01/2031", "hours": "999"}, ["not_come_yet", "too_much"]),
        ({"day": "02/30/2026"}, ["not_a_day"]),
        ({"day": ""}, ["missing"]),
        ({"day": "1962-03-02"}, ["far_from_now"]),
        ({"title": ""}, ["missing"]),
        ({"title": "x" * 201}, ["too_long"]),
        ({"provider": "x" * 201}, ["too_long"]),
        ({"address": "carla@@example"}, ["not_an_address"]),
        ({"address": ""}, ["says_nobody"]),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_all_that_is_wrong(values: Any, problems: list[str]) -> None:
    log = read(row(**values))
    assert log.rows == ()
    assert [fault.problem for fault in log.refused[0].faults] == problems


@pytest.mark.parametrize(
    ("category", "format_", "activity", "form"),
    [
        ("video", "webinar", "video", None),
        ("college", "live", "college_course", None),
        ("skills", "webinar", "webinar", None),
        ("skills", "Recorded webinar", "webinar", "recorded"),
        ("skills", "recorded", None, "recorded"),
        ("skills", "In-person", None, "in_person"),
        ("skills", "live", None, None),
        ("", "", None, None),
    ],
)
def test_words_for_activities_and_forms_are_known_apart(
    category: str, format_: str, activity: str | None, form: str | None
) -> None:
    (found,) = read(row(category=category, format=format_)).rows
    assert (found.activity, found.form, found.unknown) == (activity, form, "")


def test_a_word_that_is_not_known_says_nothing_and_is_reported() -> None:
    (found,) = read(row(format="Telegraph")).rows
    assert (found.activity, found.form, found.unknown) == (None, None, "Telegraph")


@pytest.mark.parametrize(
    ("typed", "has_paper"), [("y", True), ("Yes", True), ("Sí", True), ("n", False), ("No", False), ("", None)]
)
def test_a_paper_is_there_or_not_or_not_said(typed: str, has_paper: bool | None) -> None:
    (found,) = read(row(proof=typed)).rows
    assert found.has_paper is has_paper


def test_an_unclear_word_for_the_paper_is_left_empty_and_comes_back() -> None:
    log = read(row(proof="perhaps"))
    assert [fault.problem for fault in log.rows[0].faults] == ["not_yes_or_no"]
    assert [item.line for item in log.returned] == [2]


def test_a_course_of_several_days_has_a_first_and_a_last_one() -> None:
    heads = ("Start date", *HEADS)
    log = read(("2026-03-01", *ROW), ("2026-03-09", *ROW), heads=heads)
    assert (log.rows[0].first_on, log.rows[0].last_on) == (date(2026, 3, 1), date(2026, 3, 2))
    assert [fault.problem for fault in log.refused[0].faults] == ["after_last"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_spanish_titles_are_the_same_in_each_encoding(encoding: str) -> None:
    data = make_csv(row(title="Crianza y niñez: señales"), heads=HEADS, encoding=encoding)
    assert read_log("log.csv", data, Mapping(), TODAY).rows[0].title == "Crianza y niñez: señales"


def test_a_file_that_is_no_log_is_refused_with_what_one_needs() -> None:
    with pytest.raises(BadInput, match="It needs an email or a certification number, a course, a day"):
        read(heads=("a", "b"))
