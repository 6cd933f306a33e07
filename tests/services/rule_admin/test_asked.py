"""What somebody types of a rule is read as the command takes it, and refused where it can't be."""

from datetime import date

import pytest
from kit.rules import CPS, shipped_packs

from certtrack.packs.confirming import Confirmed
from certtrack.services.rule_admin.asked import BadValue, check_fits, find_asked, read_typed, write_typed

AREA, FEE, LENGTH = "hours.areas.area_4.minimum.minutes", "fees.exam_route.cents", "training.length.minutes"


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("weekend.rule", "next_day", "next_day"),
        ("holds.grace.holds", "no", "no"),
        (AREA, " 180 ", "180"),
        (FEE, "50", "5000"),
        (FEE, "$24.50", "2450"),
        (FEE, "0", "0"),
        (LENGTH, "2880, 3120", "[2880, 3120]"),
        ("window.days_before", "60", "60"),
    ],
)
def test_what_is_typed_is_read(key: str, typed: str, value: str) -> None:
    assert read_typed(find_asked(key), typed) == value


@pytest.mark.parametrize(
    ("key", "typed", "code"),
    [
        ("weekend.rule", "", "choice"),
        ("weekend.rule", "unknown", "choice"),
        ("deadline.rule", "fixed_day", "choice"),
        (AREA, "", "missing"),
        (AREA, "three", "number"),
        (AREA, "1.5", "number"),
        (AREA, "-60", "number"),
        (AREA, "٣", "number"),
        (FEE, "fifty", "money"),
        (FEE, "24.505", "money"),
        (FEE, "-1", "money"),
        (FEE, "NaN", "money"),
        (LENGTH, "2880,", "number"),
    ],
)
def test_what_can_not_be_one_is_refused(key: str, typed: str, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        read_typed(find_asked(key), typed)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("key", "value", "typed"),
    [(FEE, "2450", "24.50"), (FEE, "5000", "50"), (AREA, "180", "180"), (LENGTH, "[2880, 3120]", "2880, 3120")],
)
def test_what_is_on_record_comes_back_as_it_was_typed(key: str, value: str, typed: str) -> None:
    asked = find_asked(key)
    assert write_typed(asked, value) == typed
    assert read_typed(asked, typed) == value


def test_what_does_not_fit_the_other_rules_is_refused() -> None:
    pack = shipped_packs().get(CPS)
    said = Confirmed(CPS, AREA, "60001", "Letter", date(2026, 5, 4))
    with pytest.raises(BadValue) as caught:
        check_fits([pack], said)
    assert caught.value.code == "not_fit"
    with pytest.raises(BadValue):
        check_fits([pack], Confirmed(CPS, "grace.months", "2", "Letter", date(2026, 5, 4)))
