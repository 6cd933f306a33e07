"""What a preview is asked for is read as it was typed or sent, and what is wrong with it is said of each field."""

import re
from datetime import date, timedelta

import pytest
from kit.world import load_shipped

from certtrack.services.forecast.asking import (
    LONGEST,
    BadPreview,
    Problem,
    TypedPreview,
    begin_preview,
    read_file,
    read_preview,
)

TODAY = date(2026, 5, 15)
TEXT = load_shipped().policies.list()[-1].raw


def find_problems(**typed: str) -> dict[str, Problem]:
    fields = {"text": TEXT, "from_on": "2026-05-15", "to_on": "2026-08-13"} | typed
    with pytest.raises(BadPreview) as refused:
        read_preview(TypedPreview(**fields), TODAY)
    return refused.value.problems


def test_the_form_begins_with_a_text_for_the_coming_three_months() -> None:
    begun = begin_preview(TEXT, TODAY)
    asked = read_preview(begun, TODAY)
    assert (asked.from_on, asked.to_on) == (TODAY, date(2026, 8, 13))
    assert asked.policy.raw == TEXT


def test_a_key_that_cant_be_used_is_named_with_what_was_expected() -> None:
    wrong = re.sub("send_at = .*", "send_at = 9", TEXT)
    problem = find_problems(text=wrong, name="ours.toml")["text"]
    assert problem == Problem("key", "send_at", "must be a time such as 09:00:00, without quotes")
    assert "isn't TOML" in find_problems(text="key =", name="ours.toml")["text"].expected


def test_every_field_at_fault_is_named_at_once() -> None:
    problems = find_problems(text=" ", from_on="soon", to_on="")
    assert {name: one.code for name, one in problems.items()} == {
        "text": "empty",
        "from_on": "no_day",
        "to_on": "no_day",
    }


@pytest.mark.parametrize(
    ("from_on", "to_on", "field", "code"),
    [
        (TODAY - timedelta(days=1), TODAY, "from_on", "over"),
        (TODAY + timedelta(days=9), TODAY, "to_on", "before_first"),
        (TODAY, TODAY + timedelta(days=367), "to_on", "too_far"),
    ],
)
def test_days_that_cant_be_foreseen_are_refused(from_on: date, to_on: date, field: str, code: str) -> None:
    assert find_problems(from_on=from_on.isoformat(), to_on=to_on.isoformat())[field].code == code


def test_a_file_is_text_of_some_length_whatever_wrote_it() -> None:
    assert read_file(b"\xef\xbb\xbfkey = 1\r\n") == "key = 1\n"
    for data, code in ((b"\xff\xfe", "not_text"), (b"x" * (LONGEST + 1), "too_long")):
        with pytest.raises(BadPreview) as refused:
            read_file(data)
        assert refused.value.problems["upload"].code == code
    assert find_problems(text="#" * (LONGEST + 1))["text"].code == "too_long"
