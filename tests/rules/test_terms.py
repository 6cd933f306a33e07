"""First days and due days by each rule that an authority may have; the days are worked out by hand."""

from datetime import date

import pytest
from kit.invented import invent

from certtrack.rules.pack import Pack
from certtrack.rules.terms import Term, first_cycle, next_term

D = date.fromisoformat


def fixed(month: int, day: int, **more: object) -> Pack:
    return invent(deadline={"rule": "fixed_day", "month": month, "day": day}, **more)


ODD_SEPTEMBER = fixed(9, 1, parity={"rule": "odd"})
EVEN_SEPTEMBER = fixed(9, 1, parity={"rule": "even"})
YEAR_END = fixed(12, 31, term={"years": 1}, first_cycle={"starts": "next_january"})
BIRTHDAY = invent(deadline={"rule": "birthday"}, first_cycle={"starts": "issued", "ends": "next"})
MONTH_END = invent(deadline={"rule": "month_end"})
MONTH_START = invent(deadline={"rule": "month_start"}, first_cycle={"starts": "month_start"})
ANNIVERSARY = invent()
TWO_STEPS = invent(provisional={"months": 6, "extensions": 1, "extension_months": 6})


@pytest.mark.parametrize(
    ("pack", "issued_on", "start_on", "due_on"),
    [
        (ANNIVERSARY, "2024-03-15", "2024-03-15", "2026-03-15"),
        (ANNIVERSARY, "2024-02-29", "2024-02-29", "2026-02-28"),
        (MONTH_END, "2024-05-10", "2024-05-10", "2026-05-31"),
        (MONTH_END, "2026-02-10", "2026-02-10", "2028-02-29"),
        (MONTH_START, "2024-11-14", "2024-11-01", "2026-11-01"),
        (ODD_SEPTEMBER, "2025-10-01", "2025-10-01", "2027-09-01"),
        (ODD_SEPTEMBER, "2026-05-04", "2026-05-04", "2027-09-01"),
        (ODD_SEPTEMBER, "2027-08-31", "2027-08-31", "2027-09-01"),
        (ODD_SEPTEMBER, "2027-09-01", "2027-09-01", "2029-09-01"),
        (EVEN_SEPTEMBER, "2027-09-01", "2027-09-01", "2028-09-01"),
        (YEAR_END, "2025-11-20", "2026-01-01", "2026-12-31"),
        (YEAR_END, "2026-01-01", "2027-01-01", "2027-12-31"),
        (fixed(12, 31, first_cycle={"ends": "next"}), "2026-03-01", "2026-03-01", "2026-12-31"),
        (TWO_STEPS, "2026-08-31", "2026-08-31", "2027-02-28"),
        (fixed(4, 30), "2024-06-01", "2024-06-01", "2026-04-30"),
    ],
)
def test_a_first_cycle_by_rule(pack: Pack, issued_on: str, start_on: str, due_on: str) -> None:
    found = first_cycle(pack, issued_on=D(issued_on))
    assert found
    assert (found.start_on, found.due_on) == (D(start_on), D(due_on))


@pytest.mark.parametrize(
    ("born_on", "issued_on", "due_on"),
    [
        ("1980-07-04", "2026-03-01", "2026-07-04"),
        ("1980-07-04", "2026-07-04", "2027-07-04"),
        ("1984-02-29", "2026-01-10", "2026-02-28"),
        ("1984-02-29", "2027-03-01", "2028-02-29"),
    ],
)
def test_a_short_first_term_runs_to_the_next_birthday(born_on: str, issued_on: str, due_on: str) -> None:
    found = first_cycle(BIRTHDAY, issued_on=D(issued_on), born_on=D(born_on))
    assert found == Term(D(issued_on), D(due_on))


@pytest.mark.parametrize(
    ("pack", "due_on", "start_on", "following"),
    [
        (ANNIVERSARY, "2026-03-15", "2026-03-16", "2028-03-15"),
        (MONTH_END, "2026-02-28", "2026-03-01", "2028-02-29"),
        (MONTH_START, "2026-11-01", "2026-11-02", "2028-11-01"),
        (ODD_SEPTEMBER, "2027-09-01", "2027-09-02", "2029-09-01"),
        (YEAR_END, "2026-12-31", "2027-01-01", "2027-12-31"),
        (fixed(10, 31), "2027-10-31", "2027-11-01", "2029-10-31"),
        (fixed(10, 31), "2027-08-30", "2027-08-31", "2029-10-31"),
    ],
)
def test_the_cycle_after_it(pack: Pack, due_on: str, start_on: str, following: str) -> None:
    assert next_term(pack, D(due_on)) == Term(D(start_on), D(following))


@pytest.mark.parametrize("completed_on", [None, "2027-01-05", "2027-10-31", "2028-04-30"])
def test_a_fixed_day_is_the_same_for_early_timely_and_late_completion(completed_on: str | None) -> None:
    found = next_term(fixed(10, 31), D("2027-10-31"), completed_on=D(completed_on) if completed_on else None)
    assert found == Term(D("2027-11-01"), D("2029-10-31"))


def test_a_completion_too_close_to_the_fixed_day_jumps_a_whole_term() -> None:
    pack = fixed(10, 31, term={"years": 1, "least_months": 6})
    assert next_term(pack, D("2026-10-31"), completed_on=D("2027-04-30")) == Term(D("2026-11-01"), D("2027-10-31"))
    assert next_term(pack, D("2026-10-31"), completed_on=D("2027-05-01")) == Term(D("2026-11-01"), D("2028-10-31"))


def test_a_first_term_too_close_to_the_next_deadline_runs_to_the_one_after() -> None:
    pack = fixed(10, 31, term={"years": 1, "least_months": 6}, first_cycle={"ends": "next"})
    assert first_cycle(pack, issued_on=D("2026-04-30")) == Term(D("2026-04-30"), D("2026-10-31"))
    assert first_cycle(pack, issued_on=D("2026-05-01")) == Term(D("2026-05-01"), D("2027-10-31"))


def test_the_full_term_runs_from_the_day_on_which_it_was_granted() -> None:
    found = next_term(TWO_STEPS, D("2027-02-28"), completed_on=D("2027-01-15"), step="provisional")
    assert found == Term(D("2027-01-15"), D("2029-01-15"))


@pytest.mark.parametrize(
    "pack",
    [
        invent(deadline={"rule": "stated"}),
        invent(deadline={"rule": "unknown", "sure": "unknown"}),
        invent(term={"years": "unknown", "sure": "unknown"}),
        BIRTHDAY,
        fixed(1, 31, parity={"rule": "unknown"}),
        fixed(10, 31, parity={"rule": "exam_year"}),
    ],
)
def test_a_day_that_no_rule_gives_is_never_guessed(pack: Pack) -> None:
    assert first_cycle(pack, issued_on=D("2026-03-01")) is None


def test_without_any_day_to_count_from_there_is_no_cycle() -> None:
    assert first_cycle(ANNIVERSARY) is None


def test_a_first_term_of_its_own_length() -> None:
    pack = invent(first_cycle={"years": 1})
    found = first_cycle(pack, issued_on=D("2026-03-01"))
    assert found == Term(D("2026-03-01"), D("2027-03-01"))
    assert next_term(pack, D("2027-03-01")) == Term(D("2027-03-02"), D("2029-03-01"))
