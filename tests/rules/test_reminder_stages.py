"""On which day each stage falls, and until when its sentences are true."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from kit.rules import cycle_facts, make_cycle

from certtrack.packs import make_days_off
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Policy, Stage, StageDay, stage_days

DUE = date(2026, 10, 31)


def weekends(day: date) -> bool:
    return day.weekday() >= 5


def by_key(policy: Policy, pack: Pack, cycle: CycleFact) -> dict[str, StageDay]:
    stages = stage_days(policy, days_of(pack, cycle), make_days_off(policy))
    return {stage.stage: stage for stage in stages}


def test_the_stages_of_one_due_day(policy: Policy, cps: Pack) -> None:
    found = stage_days(policy, days_of(cps, make_cycle(DUE)), make_days_off(policy))
    rows = [(stage.stage, str(stage.nominal_on), str(stage.stage_on), str(stage.valid_until)) for stage in found]
    assert rows == [
        ("before_180", "2026-05-04", "2026-05-04", "2026-10-31"),
        ("before_90", "2026-08-02", "2026-07-31", "2026-10-31"),
        ("before_60", "2026-09-01", "2026-09-01", "2026-10-31"),
        ("before_30", "2026-10-01", "2026-10-01", "2026-10-31"),
        ("before_14", "2026-10-17", "2026-10-16", "2026-10-31"),
        ("before_7", "2026-10-24", "2026-10-23", "2026-10-31"),
        ("before_1", "2026-10-30", "2026-10-30", "2026-10-31"),
        ("grace", "2026-11-01", "2026-11-01", "2026-11-30"),
        ("late", "2026-12-01", "2026-12-01", "2027-05-31"),
        ("exam_route", "2027-06-01", "2027-06-01", "2029-05-30"),
        ("full_route", "2029-05-31", "2029-05-31", "2030-05-31"),
    ]
    assert {stage.anchor_on for stage in found} == {DUE}


def test_a_holiday_moves_a_stage_earlier_and_a_weekend_before_it_too(policy: Policy, cpps: Pack) -> None:
    found = by_key(policy, cpps, make_cycle(date(2028, 1, 31)))
    assert found["before_30"].nominal_on == date(2028, 1, 1)
    assert found["before_30"].stage_on == date(2027, 12, 30), "Friday the 31st is the holiday, observed"


def test_the_last_stage_before_the_day_does_not_move(policy: Policy, cps: Pack) -> None:
    found = by_key(policy, cps, make_cycle(date(2027, 10, 31)))
    assert found["before_1"].stage_on == date(2027, 10, 30)
    assert found["before_1"].stage_on.weekday() == 5


def test_stages_after_the_day_never_move(policy: Policy, cps: Pack) -> None:
    found = by_key(policy, cps, make_cycle(DUE))
    assert found["grace"].stage_on.weekday() == 6


def test_a_policy_may_leave_days_off_alone(policy: Policy, cps: Pack) -> None:
    found = by_key(replace(policy, weekend="none"), cps, make_cycle(DUE))
    assert found["before_90"].stage_on == date(2026, 8, 2)


def test_stages_before_the_day_use_the_earlier_reading_and_those_after_it_the_later(policy: Policy, cpps: Pack) -> None:
    found = by_key(policy, cpps, make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    assert (found["before_1"].anchor_on, found["before_1"].nominal_on) == (date(2027, 1, 30), date(2027, 1, 29))
    assert found["before_1"].valid_until == date(2027, 1, 31), "who hears of it between the two is told both"
    assert (found["grace"].anchor_on, found["grace"].stage_on) == (date(2027, 1, 31), date(2027, 2, 1))
    assert found["late"].valid_until == date(2027, 8, 31)
    assert found["exam_route"].stage_on == date(2027, 9, 1)
    assert found["exam_route"].valid_until == date(2029, 8, 30)
    assert found["full_route"].anchor_on == date(2027, 1, 31)


def test_a_stage_of_a_phase_that_is_over_before_it_begins_by_one_reading_is_left_out(policy: Policy, cps: Pack) -> None:
    found = by_key(policy, cps, make_cycle(date(2026, 9, 25), computed=DUE))
    assert "grace" not in found, "by the stated day it ended on October 25, before it began by the rule"
    assert found["late"].valid_until == date(2027, 5, 31)


def test_a_pack_without_a_phase_has_no_stage_for_it(policy: Policy, cps: Pack) -> None:
    found = by_key(policy, replace(cps, grace=None, exam_route=None), make_cycle(DUE))
    assert {"grace", "exam_route"}.isdisjoint(found)
    assert (found["late"].stage_on, found["full_route"].stage_on) == (date(2026, 11, 1), date(2027, 6, 1))


def test_a_policy_without_stages_before_the_day_has_none(policy: Policy, cps: Pack) -> None:
    only_after = replace(policy, stages=(Stage("grace", enters="grace"),))
    assert list(by_key(only_after, cps, make_cycle(DUE))) == ["grace"]


def test_the_order_of_stages_in_a_policy_changes_nothing(policy: Policy, cps: Pack) -> None:
    turned = replace(policy, stages=policy.stages[::-1])
    days = days_of(cps, make_cycle(DUE))
    assert stage_days(turned, days, weekends) == stage_days(policy, days, weekends)


@pytest.mark.parametrize("due_on", [date.max, date(1900, 10, 31)])
def test_the_ends_of_the_calendar_break_nothing(policy: Policy, cps: Pack, due_on: date) -> None:
    days = days_of(cps, make_cycle(due_on, start_on=due_on - timedelta(days=300)))
    assert stage_days(policy, days, weekends)


@given(cycle=cycle_facts(1))
def test_no_stage_begins_after_its_sentences_have_ended(policy: Policy, cps: Pack, cycle: CycleFact) -> None:
    for stage in stage_days(policy, days_of(cps, cycle), weekends):
        assert stage.stage_on <= stage.valid_until
        assert stage.stage_on <= stage.nominal_on


@given(cycle=cycle_facts(1))
def test_after_the_due_day_no_stage_speaks_of_the_time_before_it(policy: Policy, cps: Pack, cycle: CycleFact) -> None:
    days = days_of(cps, cycle)
    for stage in stage_days(policy, days, weekends):
        if stage.stage.startswith("before_"):
            assert stage.valid_until == days.due_on_latest
        else:
            assert stage.stage_on > days.due_on_latest


@given(cycle=cycle_facts(1))
def test_stages_keep_the_order_of_the_days_that_the_policy_names(policy: Policy, cps: Pack, cycle: CycleFact) -> None:
    found = stage_days(policy, days_of(cps, cycle), weekends)
    assert [stage.nominal_on for stage in found] == sorted(stage.nominal_on for stage in found)
