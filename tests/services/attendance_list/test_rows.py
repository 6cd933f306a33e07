"""What a row of an attendance list says: which session, how long; the rest is refused in words."""

from datetime import date
from typing import Any

import pytest
from kit.attendance_list import HEADS, row
from kit.roster import make_csv

from certtrack.errors import BadInput
from certtrack.services.attendance_list.rows import AttendanceList, read_list
from certtrack.services.sheets.mapping import Mapping

TODAY = date(2026, 5, 15)


def read(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> AttendanceList:
    return read_list("attendance.csv", make_csv(*rows, heads=heads), Mapping(), TODAY)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        *(("4", 240), ("3.5", 210), ("3,5", 210), ("3:30", 210), ("90 min", 90), ("4 hrs", 240)),
        *(("0", 0), ("0.0", 0), ("0:00", 0), ("0 h", 0), ("absent", 0), ("A", 0), ("no", 0)),
        *(("P", None), ("present", None), ("x", None), ("Sí", None)),
    ],
)
def test_time_is_read_in_each_notation_and_a_word_may_say_all_or_nothing(typed: str, minutes: int | None) -> None:
    (found,) = read(row(hours=typed)).rows
    assert found.minutes == minutes


@pytest.mark.parametrize(("head", "minutes"), [("Minutes", 240), ("Hours attended", 14_400)])
def test_the_head_says_of_what_a_bare_number_is(head: str, minutes: int) -> None:
    read_as = read(row(hours="240"), heads=(*HEADS[:6], head))
    assert [found.minutes for found in read_as.rows] == ([minutes] if minutes == 240 else [])


def test_a_bare_number_under_a_head_without_a_unit_is_not_guessed() -> None:
    found = read(row(hours="4"), row(hours="1"), row(hours="4 h"), heads=(*HEADS[:6], "Attended"))
    assert [fault.problem for item in found.refused for fault in item.faults] == ["unit_not_said"] * 2
    assert [item.minutes for item in found.rows] == [240]


@pytest.mark.parametrize(
    ("values", "session", "held_on"),
    [
        ({"session": "3"}, 3, None),
        ({"session": "Session 3"}, 3, None),
        ({"session": "#3"}, 3, None),
        ({"session": "4/8/2026"}, None, date(2026, 4, 8)),
        ({"session": "", "day": "April 8, 2026"}, None, date(2026, 4, 8)),
        ({"session": "3", "day": "2026-04-08"}, 3, date(2026, 4, 8)),
        ({"session": "2026-04-08", "day": "4/8/26"}, None, date(2026, 4, 8)),
    ],
)
def test_a_session_is_said_by_its_number_its_day_or_both(values: Any, session: int | None, held_on: date) -> None:
    (found,) = read(row(**values)).rows
    assert (found.session, found.held_on) == (session, held_on)


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"hours": "-2"}, ["below_zero"]),
        ({"hours": "999"}, ["too_much"]),
        ({"hours": "most of it"}, ["not_an_amount"]),
        ({"hours": "0.4 CEU"}, ["not_an_amount"]),
        ({"hours": ""}, ["missing"]),
        ({"day": "3/30/2031", "hours": "999"}, ["not_come_yet", "too_much"]),
        ({"day": "1962-03-02"}, ["far_from_now"]),
        ({"day": "02/30/2026"}, ["not_a_day"]),
        ({"session": ""}, ["missing"]),
        ({"session": "the last"}, ["not_a_session"]),
        ({"session": "0"}, ["session_unknown"]),
        ({"session": "4/8/2026", "day": "4/9/2026"}, ["sessions_differ"]),
        ({"training": ""}, ["missing"]),
        ({"training": "x" * 201}, ["too_long"]),
        ({"address": "carol@@example"}, ["not_an_address"]),
        ({"address": ""}, ["says_nobody"]),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_all_that_is_wrong(values: Any, problems: list[str]) -> None:
    found = read(row(**values))
    assert found.rows == ()
    assert [fault.problem for fault in found.refused[0].faults] == problems


@pytest.mark.parametrize("heads", [("Email", "Course", "Session #", "Minutes"), ("Cert #", "Class", "Date", "Present")])
def test_a_session_or_a_day_will_do_and_an_address_or_a_number(heads: tuple[str, ...]) -> None:
    assert len(read(heads=heads).heads.places) == len(heads)


def test_a_file_that_is_no_attendance_list_is_refused_with_what_one_needs() -> None:
    with pytest.raises(BadInput, match="It needs an email or a certification number, a training, a session or its day"):
        read(heads=("a", "b"))
    with pytest.raises(BadInput, match="no column is known as day"):
        read(heads=("Email", "Training", "Hours"))
