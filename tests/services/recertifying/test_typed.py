"""What was typed of the steps before the last: read whole, or every field that is wrong named at once."""

from datetime import date

import pytest

from certtrack.services.applications.typed import BadApplication
from certtrack.services.recertifying.typed import (
    LONGEST_WORDING,
    clean_text,
    keep_sending,
    read_fee,
    read_name,
    read_papers,
    read_wording,
)

TODAY = date(2026, 5, 15)


def test_a_fee_is_noted_with_its_day_where_it_is_paid() -> None:
    paid = {"fee_way": "paid", "paid_on": "2026-05-11", "fee_words": " receipt  7 "}
    assert read_fee(paid, TODAY) == paid | {"fee_words": "receipt 7"}
    other = {"fee_way": "by_office", "paid_on": ""}
    assert read_fee(other, TODAY) == other | {"fee_words": ""}
    assert read_fee(other | {"paid_on": "2026-05-11"}, TODAY)["paid_on"] == "2026-05-11"


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({}, {"fee_way": "missing"}),
        ({"fee_way": "gold"}, {"fee_way": "not_a_choice"}),
        ({"fee_way": "paid"}, {"paid_on": "missing"}),
        ({"fee_way": "paid", "paid_on": "2026-05-16"}, {"paid_on": "lies_ahead"}),
        ({"fee_way": "by_office", "paid_on": "nonsense"}, {"paid_on": "not_a_day"}),
        ({"fee_way": "later", "paid_on": "2026-05-11"}, {"paid_on": "not_paid"}),
        ({"fee_way": "enclosed", "paid_on": "nonsense"}, {"paid_on": "not_paid"}),
        ({"fee_way": "later", "fee_words": "x" * 201}, {"fee_words": "too_long"}),
    ],
)
def test_a_fee_that_cannot_be_read_says_what_is_wrong(typed: dict[str, str], problems: dict[str, str]) -> None:
    with pytest.raises(BadApplication) as error:
        read_fee(typed, TODAY)
    assert error.value.problems == problems


def test_agreeing_takes_a_tick_and_a_name() -> None:
    assert read_name({"agree": "y", "typed_name": " Carol  Example"}, TODAY) == "Carol Example"
    with pytest.raises(BadApplication) as error:
        read_name({"typed_name": "\u202e"}, TODAY)
    assert error.value.problems == {"agree": "missing", "typed_name": "missing"}


def test_papers_that_nobody_asks_for_say_nothing() -> None:
    assert read_papers(["certificates", "gold", "application"], ("application", "certificates", "ce_form")) == [
        "application", "certificates",
    ]  # fmt: skip


def test_what_is_typed_of_the_last_step_is_kept_as_it_came() -> None:
    kept = keep_sending({"sent_on": "soon", "enclosed": "x" * 2_000, "csrf_token": "no"})
    assert kept == {"sent_on": "soon", "way": "", "enclosed": "x" * 1_500, "receipt": ""}


def test_a_wording_keeps_its_lines_and_holds_from_today_or_later() -> None:
    typed = {"text_en": "One.\r\n\r\n\r\n- Two\x00 ", "text_es": " ", "from_on": "2026-05-15"}
    assert read_wording(typed, TODAY) == ("One.\n\n- Two", None, TODAY)
    bad = {"text_en": "\n", "text_es": "x" * (LONGEST_WORDING + 1), "from_on": "2026-05-14"}
    with pytest.raises(BadApplication) as error:
        read_wording(bad, TODAY)
    assert error.value.problems == {"text_en": "missing", "text_es": "too_long", "from_on": "past"}
    assert clean_text("") == ""
