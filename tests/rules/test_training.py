"""How far somebody is in a training."""

from datetime import date, timedelta

import pytest
from kit.rules import CPPS, CPS, shipped_packs

from certtrack.rules.training import SessionFact, TrainingCount, count_training

FIRST = date(2026, 5, 4)
SESSIONS = [SessionFact(10 + n, n, FIRST + timedelta(days=n - 1), 240) for n in range(1, 13)]
WHOLE = {one.id: one.minutes for one in SESSIONS}
END = SESSIONS[-1].held_on
RULE = shipped_packs().get(CPS).training


def count(attended: dict[int, int], as_of: date = END) -> TrainingCount:
    return count_training(RULE, SESSIONS, attended, as_of)


def test_the_shipped_packs_say_how_long_it_is_how_sure_that_is_and_that_nothing_is_known_of_missing_any() -> None:
    cps, cpps = shipped_packs().get(CPS).training, shipped_packs().get(CPPS).training
    assert cps is not None
    assert cpps is not None
    assert (cps.minutes.value, cps.minutes.sure) == ((48 * 60, 52 * 60), "conflicting")
    assert (cpps.minutes.value, cpps.minutes.sure) == ((52 * 60,), "unverified")
    assert (cps.missed.value, cps.missed.sure, cpps.missed.value) == (None, "unknown", None)


def test_whoever_was_there_all_the_time_lacks_nothing() -> None:
    found = count(WHOLE)
    assert (found.attended, found.missed, found.needed, found.readings) == (2880, 0, 2880, (2880, 3120))
    assert found.lacks == ()


def test_missed_time_is_told_with_its_sessions() -> None:
    found = count(WHOLE | {13: 150, 15: 180})
    assert (found.attended, found.missed, found.missed_in) == (2730, 150, (3, 5))
    assert found.lacks == ("minutes_short", "time_missed")


def test_a_quarter_of_an_hour_short_is_short() -> None:
    assert count(WHOLE | {11: 225}).lacks == ("minutes_short", "time_missed")


def test_what_is_not_noted_is_neither_attended_nor_missed() -> None:
    found = count({11: 240, 13: 0})
    assert (found.attended, found.missed, found.missed_in) == (240, 240, (3,))
    assert found.unnoted == (2, *range(4, 13))
    assert found.lacks == ("minutes_short", "time_missed", "not_noted")


def test_of_an_earlier_day_only_what_was_held_by_then_counts_that_day_included() -> None:
    found = count(WHOLE, SESSIONS[2].held_on)
    assert (found.attended, found.unnoted, found.offered) == (720, (), 2880)
    assert found.lacks == ("minutes_short",)


def test_no_session_counts_for_more_than_its_length() -> None:
    assert count(WHOLE | {11: 600}).attended == 2880


@pytest.mark.parametrize(("attended", "lacks"), [(480, ()), (479, ("minutes_short", "time_missed"))])
def test_without_published_minutes_the_whole_training_is_needed(attended: int, lacks: tuple[str, ...]) -> None:
    found = count_training(None, [SessionFact(1, 1, FIRST, 480)], {1: attended}, FIRST)
    assert (found.needed, found.readings, found.lacks) == (480, (), lacks)


def test_more_than_is_needed_still_leaves_missed_time_to_be_given_a_reason() -> None:
    longer = [*SESSIONS, SessionFact(23, 13, END + timedelta(days=1), 60)]
    found = count_training(RULE, longer, WHOLE | {23: 0}, END + timedelta(days=1))
    assert (found.attended, found.needed, found.lacks) == (2880, 2880, ("time_missed",))
