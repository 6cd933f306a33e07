"""The days of a cycle, held against a table worked out by hand."""

import csv
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from kit.rules import CPPS, cycle_facts, days, make_cycle, shipped_packs

from certtrack.rules.cycles import days_of, phases_of
from certtrack.rules.facts import CycleFact
from certtrack.rules.pack import Deadline, MonthDay, Pack, Value, Weekend, Window
from certtrack.rules.terms import (
    compute_due_on,
    computed_due_on_near,
    first_start_on,
    is_parity_odd_one_out,
    is_plausible_due_on,
    next_start_on,
)

ENDS = ("grace_until", "late_until", "late_until_latest", "exam_route_until", "exam_route_until_latest")


def read_vectors() -> list[dict[str, str]]:
    with (Path(__file__).parent / "vectors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def with_weekend(pack: Pack, rule: Weekend | None) -> Pack:
    return replace(pack, weekend=Value(rule, pack.weekend.source, "verified" if rule else "unknown"))


def with_term(pack: Pack, years: int) -> Pack:
    return replace(pack, term_years=replace(pack.term_years, value=years))


@pytest.mark.parametrize("row", read_vectors(), ids=lambda row: f"{row['pack']} {row['due_on']}")
def test_the_days_are_those_of_the_table(row: dict[str, str]) -> None:
    found = days_of(shipped_packs().get(row["pack"]), make_cycle(date.fromisoformat(row["due_on"])))
    assert {name: str(getattr(found, name)) for name in ENDS} == {name: row[name] for name in ENDS}


def test_a_stated_and_a_computed_day_are_two_readings(cpps: Pack) -> None:
    found = days_of(cpps, make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    assert (found.due_on, found.due_on_latest) == (date(2027, 1, 30), date(2027, 1, 31))
    assert (found.late_until, found.late_until_latest) == (date(2027, 7, 30), date(2027, 8, 31))
    assert (found.exam_route_until, found.exam_route_until_latest) == (date(2029, 1, 29), date(2029, 8, 30))


def test_a_later_stated_day_is_the_latest_reading(cps: Pack) -> None:
    found = days_of(cps, make_cycle(date(2027, 11, 5), computed=date(2027, 10, 31)))
    assert (found.due_on, found.due_on_latest) == (date(2027, 10, 31), date(2027, 11, 5))
    assert (found.grace_until, found.grace_until_latest) == (date(2027, 11, 30), date(2027, 12, 5))


def test_an_extension_stands_alone_and_moves_all_that_follows(cps: Pack) -> None:
    cycle = make_cycle(date(2028, 3, 31), source="extended", computed=date(2027, 10, 31))
    found = days_of(cps, cycle)
    assert found.due_on == found.due_on_latest == date(2028, 3, 31)
    assert found.grace_until == date(2028, 4, 30)


def test_without_a_published_window_none_opens(cps: Pack) -> None:
    assert days_of(cps, make_cycle(date(2027, 10, 31))).window_opens_on is None


def test_a_window_opens_before_the_due_day_and_never_before_the_cycle(cps: Pack) -> None:
    pack = replace(cps, window=Value(Window(90), cps.deadline.source, "verified"))
    assert days_of(pack, make_cycle(date(2027, 10, 31))).window_opens_on == date(2027, 8, 2)
    short = make_cycle(date(2027, 10, 31), start_on=date(2027, 9, 1))
    assert days_of(pack, short).window_opens_on == date(2027, 9, 1)


def test_a_pack_without_grace_late_window_and_exam_route_goes_straight_to_the_full_route(cps: Pack) -> None:
    bare = replace(cps, grace=None, late=None, exam_route=None)
    found = days_of(bare, make_cycle(date(2027, 10, 31)))
    assert (found.grace_until, found.late_until, found.exam_route_until) == (None, None, None)
    assert [phase.phase for phase in phases_of(found)] == ["on_time", "full_route"]


@pytest.mark.parametrize(
    ("rule", "last_day"),
    [("none", date(2026, 10, 31)), (None, date(2026, 10, 31)), ("next_day", date(2026, 11, 2))],
)
def test_a_due_day_on_a_saturday_is_put_off_only_where_the_pack_says_so(
    cps: Pack, rule: Weekend | None, last_day: date
) -> None:
    found = days_of(with_weekend(cps, rule), make_cycle(date(2026, 10, 31)))
    assert (found.due_on, found.due_on_latest) == (date(2026, 10, 31), last_day)


def test_putting_off_a_sunday_never_shortens_the_phases_after_it(cps: Pack) -> None:
    found = days_of(with_weekend(cps, "next_day"), make_cycle(date(2027, 10, 31)))
    assert found.due_on_latest == date(2027, 11, 1)
    assert (found.grace_until, found.grace_until_latest) == (date(2027, 11, 30), date(2027, 11, 30))
    assert (found.late_until, found.late_until_latest) == (date(2028, 4, 30), date(2028, 5, 31))


@pytest.mark.parametrize(
    "passed_on", [date(2025, 1, 1), date(2025, 10, 30), date(2025, 10, 31), date(2025, 11, 1), date(2025, 12, 31)]
)
def test_an_exam_on_any_day_of_a_year_gives_the_same_due_day(cps: Pack, passed_on: date) -> None:
    assert compute_due_on(cps, passed_on) == date(2027, 10, 31)


def test_even_years_stay_even(cps: Pack) -> None:
    assert compute_due_on(cps, date(2024, 2, 29)) == date(2026, 10, 31)


def test_no_day_is_computed_where_the_due_years_are_not_published(cpps: Pack) -> None:
    assert compute_due_on(cpps, date(2025, 5, 5)) is None


def test_an_exam_in_a_year_that_cannot_be_is_refused(cps: Pack) -> None:
    with pytest.raises(ValueError, match="before 1900"):
        compute_due_on(cps, date(1025, 5, 5))


@pytest.mark.parametrize(("years", "due_on"), [(1, date(2026, 10, 31)), (3, date(2028, 10, 31))])
def test_terms_of_one_and_of_three_years(cps: Pack, years: int, due_on: date) -> None:
    pack = with_term(cps, years)
    assert compute_due_on(pack, date(2025, 5, 5)) == due_on
    assert not is_parity_odd_one_out(pack, date(2025, 5, 5), due_on)
    assert first_start_on(pack, due_on) == date(2025, 11, 1)


def test_a_deadline_on_february_29_is_the_month_s_end(cps: Pack) -> None:
    pack = replace(cps, deadline=replace(cps.deadline, value=Deadline("fixed_day", MonthDay(2, 29))))
    assert compute_due_on(pack, date(2025, 5, 5)) == date(2027, 2, 28)
    assert compute_due_on(pack, date(2026, 5, 5)) == date(2028, 2, 29)
    assert is_plausible_due_on(pack, date(2027, 2, 28))


def test_a_first_cycle_starts_with_the_passed_exam(cps: Pack) -> None:
    assert first_start_on(cps, date(2027, 10, 31), date(2025, 12, 30)) == date(2025, 12, 30)


def test_a_first_cycle_without_an_exam_is_one_term_long(cps: Pack, cpps: Pack) -> None:
    assert first_start_on(cps, date(2027, 10, 31)) == date(2025, 11, 1)
    assert first_start_on(cpps, date(2027, 1, 30)) == date(2025, 1, 31)
    assert first_start_on(cps, date(2028, 2, 29)) == date(2026, 3, 1)


@pytest.mark.parametrize("passed_on", [date(2027, 10, 31), date(2027, 11, 1)])
def test_an_exam_on_or_after_the_due_day_starts_nothing(cps: Pack, passed_on: date) -> None:
    with pytest.raises(ValueError, match=f"{passed_on}.*2027-10-31"):
        first_start_on(cps, date(2027, 10, 31), passed_on)


def test_the_next_cycle_starts_the_day_after_whenever_the_recertification_came() -> None:
    assert next_start_on(date(2027, 10, 31)) == date(2027, 11, 1)


@given(due_on=days)
def test_a_cycle_ends_after_it_starts(cps: Pack, due_on: date) -> None:
    assert first_start_on(cps, due_on) < due_on < next_start_on(due_on)


@given(passed_on=days)
def test_a_computed_first_cycle_ends_after_it_starts_and_agrees_with_its_exam(cps: Pack, passed_on: date) -> None:
    due_on = compute_due_on(cps, passed_on)
    assert due_on is not None
    assert first_start_on(cps, due_on, passed_on) < due_on
    assert is_plausible_due_on(cps, due_on)
    assert not is_parity_odd_one_out(cps, passed_on, due_on)


@pytest.mark.parametrize(
    ("exam_on", "due_on", "is_odd_one_out"),
    [
        (date(2025, 5, 5), date(2027, 10, 31), False),
        (date(2025, 5, 5), date(2026, 10, 31), True),
        (date(2019, 12, 31), date(2025, 10, 31), False),
        (date(2020, 1, 1), date(2025, 10, 31), True),
        (date(2028, 5, 5), date(2027, 10, 31), True),
    ],
)
def test_a_due_year_is_held_against_the_exam_s_year(
    cps: Pack, exam_on: date, due_on: date, is_odd_one_out: bool
) -> None:
    assert is_parity_odd_one_out(cps, exam_on, due_on) is is_odd_one_out


def test_no_due_year_is_questioned_where_nothing_is_published(cpps: Pack) -> None:
    assert not is_parity_odd_one_out(cpps, date(2025, 5, 5), date(2028, 1, 31))


def test_only_the_deadline_itself_is_plausible(cps: Pack, cpps: Pack) -> None:
    assert is_plausible_due_on(cps, date(2026, 10, 31))
    assert not is_plausible_due_on(cps, date(2026, 10, 30))
    assert not is_plausible_due_on(cpps, date(2027, 1, 30))


@pytest.mark.parametrize(
    ("stated", "near"),
    [
        (date(2027, 1, 30), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 1, 31)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 3, 3), date(2027, 1, 31)),
        (date(2027, 3, 4), None),
        (date(2027, 8, 30), None),
    ],
)
def test_the_deadline_nearest_to_a_stated_day_is_named_while_it_is_plain_which(
    cpps: Pack, stated: date, near: date | None
) -> None:
    assert computed_due_on_near(cpps, stated) == near


@given(cycle=cycle_facts(1))
def test_phases_follow_each_other_without_gap_to_the_end_of_days(cps: Pack, cycle: CycleFact) -> None:
    found = days_of(cps, cycle)
    phases = phases_of(found)
    assert phases[0].from_on == cycle.start_on
    assert phases[-1].until_on == date.max
    for earlier, later in pairwise(phases):
        assert (later.from_on - earlier.until_on).days == 1
        assert earlier.from_on <= earlier.until_on


@given(cycle=cycle_facts(1))
def test_days_to_act_by_never_lie_after_the_latest_reading(cps: Pack, cycle: CycleFact) -> None:
    assert all(phase.act_by <= phase.until_on for phase in phases_of(days_of(cps, cycle)))


@pytest.mark.parametrize("due_on", [date(9999, 10, 31), date.max, date(9997, 10, 31)])
def test_a_day_that_stands_for_never_breaks_nothing(cps: Pack, due_on: date) -> None:
    assert phases_of(days_of(cps, make_cycle(due_on)))[-1].until_on == date.max


def test_two_credentials_never_share_their_days(cps: Pack) -> None:
    other = shipped_packs().get(CPPS)
    assert compute_due_on(cps, date(2025, 5, 5)) != compute_due_on(other, date(2025, 5, 5))
