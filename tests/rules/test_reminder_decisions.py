"""What a day means for the stages of one cycle."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.rules import make_cycle

from certtrack.packs import make_days_off
from certtrack.rules.cycles import days_of
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Decision, Policy, StageDay, StageKey, decide, stage_days

DUE = date(2026, 10, 31)
LONG_AGO = date(2025, 1, 1)
ALL_DAYS = st.dates(date(2026, 1, 1), date(2031, 12, 31))


@pytest.fixture(scope="session")
def stages(policy: Policy, cps: Pack) -> tuple[StageDay, ...]:
    return stage_days(policy, days_of(cps, make_cycle(DUE)), make_days_off(policy))


def keys(found: tuple[StageDay, ...]) -> list[str]:
    return [stage.stage for stage in found]


def first(*stages: str) -> frozenset[StageKey]:
    """The first times of these stages."""
    return frozenset((stage, 0) for stage in stages)


def reached(decision: Decision) -> str | None:
    return decision.reached.stage if decision.reached else None


def test_the_day_before_a_stage_nothing_is_reached(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 5, 3), LONG_AGO)
    assert (reached(found), found.overtaken, found.unarmed) == (None, (), ())
    assert found.next_stage_on == date(2026, 5, 4)


def test_on_its_day_a_stage_is_reached_and_once_done_no_more(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 5, 4), LONG_AGO)
    assert (reached(found), found.next_stage_on) == ("before_180", date(2026, 7, 31))
    again = decide(stages, date(2026, 5, 4), LONG_AGO, first("before_180"))
    assert (reached(again), again.overtaken, again.next_stage_on) == (None, (), date(2026, 7, 31))


def test_a_missed_day_is_made_good_on_the_next(stages: tuple[StageDay, ...]) -> None:
    assert reached(decide(stages, date(2026, 5, 9), LONG_AGO)) == "before_180"


def test_of_two_stages_that_passed_only_the_most_urgent_is_reached(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 9, 5), LONG_AGO)
    assert (keys(found.overtaken), reached(found)) == (["before_180", "before_90"], "before_60")
    assert found.next_stage_on == date(2026, 10, 1)


def test_on_the_due_day_the_last_stage_may_still_speak_and_the_day_after_it_is_grace(
    stages: tuple[StageDay, ...],
) -> None:
    assert reached(decide(stages, DUE, LONG_AGO)) == "before_1"
    after = decide(stages, DUE + timedelta(days=1), LONG_AGO)
    assert reached(after) == "grace"
    assert len(after.overtaken) == 7


def test_an_outage_over_the_whole_lead_never_says_that_the_day_is_to_come(stages: tuple[StageDay, ...]) -> None:
    for by in range(1, 2000):
        found = reached(decide(stages, DUE + timedelta(days=by), LONG_AGO))
        assert found is None or not found.startswith("before_")


def test_a_reached_stage_past_its_last_valid_day_is_overtaken_and_never_reached(
    stages: tuple[StageDay, ...],
) -> None:
    last = decide(stages, date(2030, 5, 31), LONG_AGO)
    assert reached(last) == "full_route"
    found = decide(stages, date(2030, 6, 1), LONG_AGO)
    assert (reached(found), keys(found.overtaken)[-1]) == (None, "full_route")
    assert found.next_stage_on is None


def test_between_two_readings_of_a_phase_s_end_its_stage_is_still_reached(stages: tuple[StageDay, ...]) -> None:
    for day in (date(2027, 5, 1), date(2027, 5, 31)):  # by one reading late ended on April 30, by the other on May 31
        assert reached(decide(stages, day, LONG_AGO)) == "late"
    assert reached(decide(stages, date(2027, 6, 1), LONG_AGO)) == "exam_route"


def test_stages_named_for_days_before_the_import_are_unarmed(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 9, 5), date(2026, 9, 5))
    assert keys(found.unarmed) == ["before_180", "before_90", "before_60"]
    assert (reached(found), found.overtaken, found.next_stage_on) == (None, (), date(2026, 10, 1))


def test_a_stage_named_for_the_very_day_of_the_import_is_armed(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 9, 1), date(2026, 9, 1))
    assert (reached(found), keys(found.unarmed)) == ("before_60", ["before_180", "before_90"])


def test_an_import_between_a_moved_stage_and_its_own_day_still_reaches_it(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 8, 1), date(2026, 8, 1))
    assert (reached(found), keys(found.unarmed)) == ("before_90", ["before_180"])


def test_an_earlier_stage_opened_again_is_not_reached_once_a_later_one_had_its_say(
    stages: tuple[StageDay, ...],
) -> None:
    done = first("before_180", "before_60")
    found = decide(stages, date(2026, 9, 5), LONG_AGO, done)
    assert (reached(found), keys(found.overtaken)) == (None, ["before_90"])


def test_a_stage_opened_again_is_reached_while_no_later_one_has_come(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2026, 9, 5), LONG_AGO, first("before_180", "before_90"))
    assert (reached(found), found.overtaken) == ("before_60", ())


def test_after_everything_nothing_is_to_come(stages: tuple[StageDay, ...]) -> None:
    found = decide(stages, date(2031, 1, 1), LONG_AGO)
    assert (reached(found), found.next_stage_on) == (None, None)
    assert len(found.overtaken) == 11


def test_a_policy_without_stages_decides_nothing() -> None:
    assert decide((), DUE, LONG_AGO) == Decision((), None, (), None)


@given(as_of=ALL_DAYS, armed_on=ALL_DAYS)
def test_the_order_of_stages_changes_nothing(stages: tuple[StageDay, ...], as_of: date, armed_on: date) -> None:
    turned = tuple(reversed(stages))
    assert decide(turned, as_of, armed_on) == decide(stages, as_of, armed_on)


@given(as_of=ALL_DAYS, armed_on=ALL_DAYS, data=st.data())
def test_no_stage_is_in_two_lists_and_none_that_is_done_in_any(
    stages: tuple[StageDay, ...], as_of: date, armed_on: date, data: st.DataObject
) -> None:
    done = data.draw(st.sets(st.sampled_from(keys(stages))))
    found = decide(stages, as_of, armed_on, first(*done))
    listed = [*keys(found.overtaken), *keys(found.unarmed), *([reached(found)] if found.reached else [])]
    assert len(listed) == len(set(listed))
    assert done.isdisjoint(listed)


def run(stages: tuple[StageDay, ...], looks: Iterable[date], armed_on: date) -> tuple[list[str], set[str]]:
    """The stages reached and all that were settled, when somebody looks on these days."""
    said: list[str] = []
    done: set[str] = set()
    for day in looks:
        decision = decide(stages, day, armed_on, first(*done))
        said += [decision.reached.stage] if decision.reached else []
        done |= {*keys(decision.overtaken), *keys(decision.unarmed), *said}
    return said, done


@given(first=ALL_DAYS, days=st.integers(0, 900), armed_on=ALL_DAYS)
def test_once_after_an_outage_equals_day_by_day_but_for_overtaken_stages(
    stages: tuple[StageDay, ...], first: date, days: int, armed_on: date
) -> None:
    every_day = [first + timedelta(days=by) for by in range(days + 1)]
    said_daily, settled_daily = run(stages, every_day, armed_on)
    said_once, settled_once = run(stages, [first, every_day[-1]], armed_on)
    assert settled_once == settled_daily
    assert set(said_once) <= set(said_daily)
    assert said_once == [key for key in said_daily if key in said_once]


@given(days=st.lists(ALL_DAYS, min_size=1, max_size=30), armed_on=ALL_DAYS)
def test_no_stage_is_ever_reached_twice(stages: tuple[StageDay, ...], days: list[date], armed_on: date) -> None:
    said, _ = run(stages, sorted(days), armed_on)
    assert len(said) == len(set(said))


@given(as_of=ALL_DAYS, armed_on=ALL_DAYS)
def test_until_the_next_stage_s_day_no_other_is_reached(
    stages: tuple[StageDay, ...], as_of: date, armed_on: date
) -> None:
    now = decide(stages, as_of, armed_on)
    last = (now.next_stage_on or date(2032, 1, 1)) - timedelta(days=1)
    later = decide(stages, last, armed_on)
    assert reached(later) in (reached(now), None)


@given(first=ALL_DAYS, second=ALL_DAYS)
def test_a_day_moved_away_and_back_keeps_its_anchor(policy: Policy, cps: Pack, first: date, second: date) -> None:
    there, away, back = (
        stage_days(policy, days_of(cps, make_cycle(day)), make_days_off(policy)) for day in (first, second, first)
    )
    assert there == back
    assert first == second or {s.anchor_on for s in there}.isdisjoint(s.anchor_on for s in away)
