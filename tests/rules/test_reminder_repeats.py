"""Stages on and after the day, those that come again, and when their copies come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.rules import cycle_facts, make_cycle

from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import DUE_DAY, Policy, Stage, StageDay, StageKey, copy_days, decide, stage_days

DUE = date(2026, 10, 31)  # a Saturday


def weekends(day: date) -> bool:
    return day.weekday() >= 5


def days_for(policy: Policy, pack: Pack, *stages: Stage, cycle: CycleFact | None = None) -> list[StageDay]:
    return list(stage_days(replace(policy, stages=stages), days_of(pack, cycle or make_cycle(DUE)), weekends))


def shown(stages: list[StageDay]) -> list[tuple[str, int, str]]:
    return [(*stage.key, str(stage.stage_on)) for stage in stages]


def test_the_due_day_itself_is_no_day_to_move_and_true_for_that_day_alone(policy: Policy, cps: Pack) -> None:
    [stage] = days_for(policy, cps, Stage(DUE_DAY, days_before=0))
    assert (stage.anchor_on, stage.stage_on, stage.valid_until) == (DUE, DUE, DUE)


def test_of_two_readings_the_day_itself_is_the_earlier_one(policy: Policy, cpps: Pack) -> None:
    cycle = make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31))
    on, after = days_for(policy, cpps, Stage(DUE_DAY, days_before=0), Stage("after_2", days_after=2), cycle=cycle)
    assert (on.stage_on, on.anchor_on) == (date(2027, 1, 30), date(2027, 1, 30))
    assert (after.stage_on, after.anchor_on) == (date(2027, 2, 2), date(2027, 1, 31))


def test_the_last_stage_before_the_day_stays_where_it_is_also_where_the_day_has_one_of_its_own(
    policy: Policy, cps: Pack
) -> None:
    stages = (Stage("before_9", days_before=9), Stage("before_7", days_before=7), Stage(DUE_DAY, days_before=0))
    found = days_for(policy, cps, *stages, cycle=make_cycle(date(2026, 10, 25)))
    assert shown(found) == [("before_9", 0, "2026-10-16"), ("before_7", 0, "2026-10-18"), ("due_day", 0, "2026-10-25")]


@pytest.mark.parametrize(
    ("days", "valid_until"),
    [(1, "2026-11-30"), (30, "2026-11-30"), (31, "2027-05-31"), (1000, "2030-07-27")],
)
def test_so_many_days_after_is_true_until_the_phase_of_that_day_is_over(
    policy: Policy, cps: Pack, days: int, valid_until: str
) -> None:
    [stage] = days_for(policy, cps, Stage(f"after_{days}", days_after=days))
    assert (stage.stage_on, str(stage.valid_until)) == (DUE + timedelta(days=days), valid_until)


def test_a_day_after_between_two_readings_of_a_phase_s_end_is_true_until_the_later(policy: Policy, cps: Pack) -> None:
    cycle = make_cycle(date(2026, 9, 25), computed=DUE)  # by the stated day, grace is over on October 25
    [stage] = days_for(policy, cps, Stage("after_5", days_after=5), cycle=cycle)
    assert (stage.stage_on, stage.valid_until) == (date(2026, 11, 5), date(2026, 11, 30))


def test_of_a_phase_and_of_days_after_that_fall_together_the_phase_speaks(policy: Policy, cps: Pack) -> None:
    found = days_for(policy, cps, Stage("grace", enters="grace"), Stage("after_1", days_after=1))
    assert [stage.stage for stage in found] == ["after_1", "grace"]


def test_repeats_are_counted_from_the_day_that_the_policy_names(policy: Policy, cps: Pack) -> None:
    stage = Stage("before_34", days_before=34, repeat_every_days=10, repeats=2)  # a Sunday, moved to Friday
    found = days_for(policy, cps, stage, Stage("before_1", days_before=1))
    assert shown(found) == [
        *(("before_34", 0, "2026-09-25"), ("before_34", 1, "2026-10-07"), ("before_34", 2, "2026-10-16")),
        ("before_1", 0, "2026-10-30"),
    ]
    assert {each.valid_until for each in found} == {DUE}


def test_a_repeat_that_would_move_back_to_the_time_before_it_is_left_out(policy: Policy, cps: Pack) -> None:
    stage = Stage("before_15", days_before=15, repeat_every_days=1, repeats=4)  # from Friday to Tuesday
    found = days_for(policy, cps, stage, Stage("before_1", days_before=1))
    assert shown(found)[:-1] == [
        *(("before_15", 0, "2026-10-16"), ("before_15", 3, "2026-10-19"), ("before_15", 4, "2026-10-20"))
    ]


def test_repeats_end_before_the_next_stage_and_with_their_phase(policy: Policy, cps: Pack) -> None:
    grace = Stage("grace", enters="grace", repeat_every_days=7, repeats=30)
    late = Stage("late", enters="late")
    assert [stage.key for stage in days_for(policy, cps, grace, late)] == [
        *(("grace", number) for number in range(5)),
        ("late", 0),
    ]
    assert days_for(policy, cps, grace)[-1].stage_on == date(2026, 11, 29), "grace is over on November 30"


def test_between_two_readings_of_the_due_day_nothing_before_it_is_repeated(policy: Policy, cps: Pack) -> None:
    cycle = make_cycle(date(2026, 9, 25), computed=DUE)
    stage = Stage("before_9", days_before=9, repeat_every_days=4, repeats=9)
    found = days_for(policy, cps, stage, cycle=cycle)
    assert shown(found)[-1] == ("before_9", 2, "2026-09-24")
    assert {each.valid_until for each in found} == {DUE}, "the first to hear of it between the two is told both"


def test_a_copy_comes_some_days_after_and_only_while_the_sentences_are_true(policy: Policy, cps: Pack) -> None:
    stages = (
        Stage("before_34", days_before=34, copies=("supervisor",), repeat_every_days=10, repeats=2),
        Stage("before_7", days_before=7, copies=("supervisor", "organization")),
        Stage("before_1", days_before=1, copies=("supervisor",)),
        Stage("grace", enters="grace", copies=("organization",)),
    )
    chosen = replace(policy, stages=stages, copy_after_days=4)
    found = stage_days(chosen, days_of(cps, make_cycle(DUE)), weekends)
    assert shown([*copy_days(chosen, found, "supervisor")]) == [
        *(("before_34", 0, "2026-09-29"), ("before_7", 0, "2026-10-27")),
    ], "none for a repeat, and none after the due day for what was said before it"
    assert shown([*copy_days(chosen, found, "organization")]) == [
        *(("before_7", 0, "2026-10-27"), ("grace", 0, "2026-11-05")),
    ]
    alone = replace(policy, stages=(Stage("before_9", days_before=9),))
    assert copy_days(alone, stage_days(alone, days_of(cps, make_cycle(DUE)), weekends), "supervisor") == ()


STEPS = st.lists(
    st.tuples(st.integers(0, 120), st.integers(1, 40), st.integers(0, 9)), max_size=5, unique_by=lambda step: step[0]
)


@given(cycle=cycle_facts(1), steps=STEPS, after=STEPS)
def test_whatever_repeats_no_two_are_of_one_day_and_none_comes_when_another_stage_has_begun(
    policy: Policy,
    cps: Pack,
    cycle: CycleFact,
    steps: list[tuple[int, int, int]],
    after: list[tuple[int, int, int]],
) -> None:
    stages = [
        *(Stage(f"before_{days}", days_before=days, repeat_every_days=by, repeats=most) for days, by, most in steps),
        *(Stage(f"after_{days}", days_after=1 + days, repeat_every_days=by, repeats=most) for days, by, most in after),
        Stage("late", enters="late", copies=("supervisor",)),
    ]
    found = days_for(policy, cps, *stages, cycle=cycle)
    assert len({stage.key for stage in found}) == len(found)
    firsts = [stage for stage in found if stage.occurrence == 0]
    for stage in found:
        assert stage.stage_on <= stage.valid_until
        if stage.occurrence:
            own = next(first for first in firsts if first.stage == stage.stage)
            assert own.stage_on < stage.stage_on
            assert not any(own.stage_on < first.stage_on <= stage.stage_on for first in firsts)
            assert sum((each.stage, each.stage_on) == (stage.stage, stage.stage_on) for each in found) == 1
    for copy in copy_days(replace(policy, stages=tuple(stages)), tuple(found), "supervisor"):
        assert copy.stage_on <= copy.valid_until


ALL_DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def run(stages: Iterable[StageDay], looks: Iterable[date]) -> tuple[list[StageKey], set[StageKey]]:
    """What is told, and all that is settled, when somebody looks on these days."""
    said: list[StageKey] = []
    done: set[StageKey] = set()
    for day in looks:
        decision = decide(stages, day, date.min, frozenset(done))
        said += [decision.reached.key] if decision.reached else []
        done |= {*(stage.key for stage in decision.overtaken), *said}
    return said, done


@given(first=ALL_DAYS, days=st.integers(0, 300))
def test_of_repeats_and_of_copies_too_once_after_an_outage_equals_day_by_day_but_for_overtaken_ones(
    policy: Policy, cps: Pack, first: date, days: int
) -> None:
    stages = (
        Stage("before_60", days_before=60, copies=("supervisor",), repeat_every_days=6, repeats=4),
        Stage("before_14", days_before=14, copies=("supervisor", "organization")),
        Stage("before_7", days_before=7, copies=("organization",), repeat_every_days=2, repeats=3),
        Stage(DUE_DAY, days_before=0),
        Stage("grace", enters="grace", copies=("supervisor",), repeat_every_days=7, repeats=9),
        Stage("after_45", days_after=45, copies=("supervisor",)),
    )
    chosen = replace(policy, stages=stages)
    own = stage_days(chosen, days_of(cps, make_cycle(DUE)), weekends)
    for track in (own, copy_days(chosen, own, "supervisor"), copy_days(chosen, own, "organization")):
        every_day = [first + timedelta(days=by) for by in range(days + 1)]
        said_daily, settled_daily = run(track, every_day)
        said_once, settled_once = run(track, [first, every_day[-1]])
        assert settled_once == settled_daily
        assert said_once == [key for key in said_daily if key in said_once]
