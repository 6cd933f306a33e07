"""The form of a credit: read as a whole, or all that is wrong at once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from certtrack.rules.facts import CreditPart
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit

TODAY = date(2028, 2, 29)
TYPED = TypedCredit(
    title="  Ethics \t for peers ", provider="Lakeside", first_on="", last_on="2026-05-02", amount="1,5", unit="hours",
    areas=("ethics_boundaries", "area_4"), activity="webinar", form="live_online", role="participant", proof="on_paper",
)  # fmt: skip


def find_problems(ceu_minutes: int | None = None, **typed: Any) -> dict[str, str]:
    with pytest.raises(BadCredit) as caught:
        read_credit(replace(TYPED, **typed), ceu_minutes, TODAY)
    return dict(caught.value.problems)


def test_a_form_is_read() -> None:
    day = date(2026, 5, 2)
    assert read_credit(TYPED, None, TODAY) == NewCredit(
        "Ethics for peers", "Lakeside", day, day, "hours", "1,5", (CreditPart(90, ("ethics_boundaries", "area_4")),),
        "webinar", "live_online", "participant", "on_paper", files=(),
    )  # fmt: skip


def test_with_files_the_proof_is_a_file_whatever_was_chosen() -> None:
    for said in ("", "none", "on_paper", "file"):
        read = read_credit(replace(TYPED, proof=said), None, TODAY, (7, 9))
        assert (read.proof, read.files) == ("file", (7, 9))


def test_what_need_not_be_said_may_be_blank() -> None:
    read = read_credit(replace(TYPED, provider="  ", form="", areas=()), None, TODAY)
    assert (read.provider, read.form, read.parts, read.minutes) == (None, None, (CreditPart(90),), 90)


def test_the_unit_in_the_amount_goes_before_the_chosen_one() -> None:
    read = read_credit(replace(TYPED, amount="0.3 CEU", unit=""), 600, TODAY)
    assert (read.unit, read.amount, read.minutes) == ("ceu", "0.3", 180)


def test_every_field_that_is_wrong_is_said_at_once() -> None:
    blank = TypedCredit("", "p" * 201, "", "", "", "", ("a", "a"), "", "fax", "", "")
    with pytest.raises(BadCredit, match="title, provider, last_on, amount, unit, areas") as caught:
        read_credit(blank, None, TODAY)
    assert caught.value.problems == {
        "title": "missing", "provider": "too_long", "last_on": "missing", "amount": "missing", "unit": "missing",
        "areas": "twice", "activity": "missing", "form": "not_a_choice", "role": "missing", "proof": "missing",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({"title": "t" * 201}, {"title": "too_long"}),
        ({"title": "\u200b \u200e"}, {"title": "missing"}),
        ({"last_on": "05/02/2026"}, {"last_on": "not_a_day"}),
        ({"last_on": "2026-02-30"}, {"last_on": "not_a_day"}),
        ({"last_on": "20260502"}, {"last_on": "not_a_day"}),
        ({"last_on": "2028-03-01"}, {"last_on": "lies_ahead"}),
        ({"last_on": "1998-02-27"}, {"last_on": "too_long_ago"}),
        ({"first_on": "2026-05-03"}, {"first_on": "after_last"}),
        ({"first_on": "1998-02-27"}, {"first_on": "too_long_ago"}),
        ({"first_on": "x", "last_on": "y"}, {"first_on": "not_a_day", "last_on": "not_a_day"}),
        ({"amount": "-3"}, {"amount": "below_zero"}),
        ({"amount": "1 CEU"}, {"amount": "ceu_not_published"}),
        ({"unit": "days"}, {"unit": "not_a_choice"}),
        ({"areas": ("Area 4",)}, {"areas": "not_a_choice"}),
        ({"activity": "party"}, {"activity": "not_a_choice"}),
        ({"proof": "file"}, {"proof": "no_file"}),
    ],
)
def test_what_is_wrong_is_named(typed: dict[str, Any], problems: dict[str, str]) -> None:
    assert find_problems(**typed) == problems


@pytest.mark.parametrize("day", ["2028-02-29", "1998-02-28"])
def test_the_first_and_the_last_possible_day_are_taken(day: str) -> None:
    assert read_credit(replace(TYPED, last_on=day), None, TODAY).first_on == date.fromisoformat(day)


def test_a_title_of_200_letters_is_taken_without_what_no_database_takes() -> None:
    assert read_credit(replace(TYPED, title="t\x00" * 200), None, TODAY).title == "t" * 200
