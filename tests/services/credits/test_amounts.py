"""What offices and people write as an amount, and the minutes that it is."""

from decimal import Decimal

import pytest

from certtrack.services.credits.amounts import Amount, Unit, read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("3", "3", None),
        ("1.5", "1.5", None),
        ("1,5", "1.5", None),
        (" .5 ", "0.5", None),
        ("3 hrs", "3", "hours"),
        ("3 Hrs.", "3", "hours"),
        ("2 h", "2", "hours"),
        ("2h", "2", "hours"),
        ("1 hora", "1", "hours"),
        ("90 min", "90", "minutes"),
        ("90\u00a0minutos", "90", "minutes"),
        ("0.3 CEU", "0.3", "ceu"),
        ("1:30", "1.5", "hours"),
        ("1:30 h", "1.5", "hours"),
        ("0", "0", None),
    ],
)
def test_amounts_are_read_as_they_are_written(typed: str, number: str, unit: Unit | None) -> None:
    assert read_amount(typed) == Amount(Decimal(number), unit)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "missing"),
        (" \t ", "missing"),
        ("-1", "below_zero"),
        ("\u22122 hrs", "below_zero"),
        ("three", "not_an_amount"),
        ("3 days", "not_an_amount"),
        ("1,500", "not_an_amount"),
        ("1:75", "not_an_amount"),
        ("1e3", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("٣", "not_an_amount"),
        ("3 4", "not_an_amount"),
        ("1.5.2", "not_an_amount"),
        ("3" * 21, "not_an_amount"),
    ],
)
def test_anything_else_is_no_amount(typed: str, problem: str) -> None:
    with pytest.raises(Unreadable, match=f"^{problem}$"):
        read_amount(typed)


@pytest.mark.parametrize(
    ("typed", "text"), [("1,5", "1,5"), ("3 hrs", "3"), ("0.30 CEU", "0.30"), ("01:30 h", "01:30")]
)
def test_the_number_is_kept_as_it_was_typed(typed: str, text: str) -> None:
    assert read_amount(typed).text == text


@pytest.mark.parametrize(
    ("typed", "unit", "minutes"),
    [
        ("1.5", "hours", 90),
        ("0.01", "hours", 1),  # 0.6
        ("0.33", "hours", 20),  # 19.8
        ("1.675", "hours", 101),  # 100.5
        ("1.674", "hours", 100),  # 100.44
        ("2.5", "minutes", 3),
        ("2.49", "minutes", 2),
        ("0.5", "minutes", 1),
        ("0.3", "ceu", 180),
        ("0.125", "ceu", 75),
        ("90 min", "hours", 90),  # what stands there goes before what is chosen
        ("100", "hours", 6000),
        ("100.008", "hours", 6000),  # 6000.48
    ],
)
def test_minutes_are_the_nearest_whole_ones(typed: str, unit: Unit, minutes: int) -> None:
    assert to_minutes(read_amount(typed), unit, 600) == minutes


def test_hours_with_minutes_are_exact() -> None:
    read = [to_minutes(read_amount(f"{m // 60}:{m % 60:02}"), "hours", None) for m in range(1, 6001)]
    assert read == list(range(1, 6001))


@pytest.mark.parametrize(
    ("typed", "unit", "ceu_minutes", "problem"),
    [
        ("0.3", "ceu", None, "ceu_not_published"),
        ("0", "hours", None, "too_little"),
        ("0.49", "minutes", None, "too_little"),
        ("100.01", "hours", None, "too_much"),
        ("99999999999999999999", "hours", None, "too_much"),
        ("999", "hours", None, "too_much"),
        ("10.1", "ceu", 600, "too_much"),
    ],
)
def test_what_is_no_fit_length_is_refused(typed: str, unit: Unit, ceu_minutes: int | None, problem: str) -> None:
    with pytest.raises(Unreadable, match=f"^{problem}$"):
        to_minutes(read_amount(typed), unit, ceu_minutes)
