"""What is typed of a session or of hours of service is read as people write it, and all that is wrong is said."""

from datetime import date
from typing import Any

import pytest

from certtrack.services.supervision.typed import (
    BadTyped,
    TypedService,
    TypedSession,
    read_service,
    read_session,
    read_span,
)

TODAY = date(2026, 5, 15)
BOB, CAROL, ERIN = 1, 2, 3


def read(**values: Any) -> Any:
    fields: dict[str, Any] = {
        "supervisor": "1", "people": ("2",), "held_on": "2026-05-12", "length": "60", "kind": "individual",
        "way": "remote", "topics": ("listening", "listening"), "words": "  a  word ",
    }  # fmt: skip
    return read_session(TypedSession(**(fields | values)), [BOB], [BOB, CAROL, ERIN], TODAY)


def list_problems(**values: Any) -> dict[str, str]:
    with pytest.raises(BadTyped) as caught:
        read(**values)
    return dict(caught.value.problems)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("60", 60), ("1:30", 90), ("1.5 h", 90), ("1,5 horas", 90), ("90 min", 90), ("0:45", 45), ("12 h", 720), ("5", 5)],
)
def test_a_length_is_read_as_it_is_written(typed: str, minutes: int) -> None:
    assert read(length=typed).minutes == minutes


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "missing"), ("1", "in_which_unit"), ("1.5", "in_which_unit"), ("an hour", "not_an_amount"),
        ("-60", "not_an_amount"), ("0 min", "not_an_amount"), ("0.1 CEU", "not_an_amount"), ("13 h", "too_much"),
    ],
)  # fmt: skip
def test_a_length_that_may_mean_two_things_is_asked_and_none_is_guessed(typed: str, problem: str) -> None:
    assert list_problems(length=typed) == {"length": problem}


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_page() -> None:
    found = list_problems(supervisor="", people=("9",), held_on="2026-05-16", length="", kind="tea", way="by owl")
    assert list(found.items()) == [
        ("held_on", "lies_ahead"), ("length", "missing"), ("kind", "not_a_choice"), ("way", "not_a_choice"),
        ("supervisor", "missing"), ("people", "not_a_choice"),
    ]  # fmt: skip
    assert list_problems(people=("2", "3")) == {"people": "one_person"}
    assert list_problems(people=("1",)) == {"people": "own"}
    assert list_problems(people=()) == {"people": "missing"}
    assert list_problems(held_on="2026-02-30") == {"held_on": "not_a_day"}
    assert list_problems(held_on="1990-05-12") == {"held_on": "too_long_ago"}
    assert list_problems(words="a" * 501) == {"words": "too_long"}


def test_what_is_left_empty_says_nothing() -> None:
    said = read(way="", topics=(), words=" ", kind="group", people=("2", "3"))
    assert (said.way, said.topics, said.words, said.people) == (None, (), None, {CAROL, ERIN})
    assert read().topics == ("listening",)
    assert read().words == "a word"


@pytest.mark.parametrize(
    ("typed", "minutes"), [("28", 1680), ("28.5", 1710), ("28:30", 1710), ("90 min", 90), ("0", 0)]
)
def test_hours_of_service_are_hours_unless_they_say_else(typed: str, minutes: int) -> None:
    assert read_service(TypedService("2026-05-04", "2026-05-10", typed), TODAY).minutes == minutes


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        (("", "", ""), {"from_on": "missing", "until_on": "missing", "amount": "missing"}),
        (("2026-05-10", "2026-05-04", "8"), {"from_on": "after_last"}),
        (("2026-05-04", "2026-05-04", "25"), {"amount": "too_much"}),
        (("2026-05-04", "2026-05-16", "-1"), {"until_on": "lies_ahead", "amount": "not_an_amount"}),
    ],
)
def test_hours_that_days_cannot_hold_are_asked_again(typed: tuple[str, str, str], problems: dict[str, str]) -> None:
    with pytest.raises(BadTyped) as caught:
        read_service(TypedService(*typed), TODAY)
    assert caught.value.problems == problems


def test_the_last_day_of_a_span_may_be_left_empty_and_may_lie_ahead() -> None:
    assert read_span("1980-01-01", "", TODAY) == (date(1980, 1, 1), None)
    assert read_span("2020-01-01", "2030-12-31", TODAY) == (date(2020, 1, 1), date(2030, 12, 31))
    with pytest.raises(BadTyped) as caught:
        read_span("2026-05-02", "2026-05-01", TODAY)
    assert caught.value.problems == {"from_on": "after_last"}
