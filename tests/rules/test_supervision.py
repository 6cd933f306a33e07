"""How much supervision is asked for, by week or by hours of service: both readings, and no promise on an unknown."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.supervision import PACK

from certtrack.rules.facts import ServiceFact
from certtrack.rules.pack import Value
from certtrack.rules.service import DutyFact, Period, ServicePack, SessionFact
from certtrack.rules.supervision import PeriodResult, count_session, list_overlaps, list_periods, period_of

MONDAY = date(2026, 5, 11)
SINCE = DutyFact(date(2026, 1, 1), None)
WEEK = timedelta(days=7)


def held(days: int = 1, minutes: int = 60, number: int = 1, **values: Any) -> SessionFact:
    """A session so many days after Monday that counts."""
    fields: dict[str, Any] = {
        "kind": "individual", "way": "in_person", "signed": frozenset({"supervisor", "person"}), "is_qualified": True,
    }  # fmt: skip
    return SessionFact(number, MONDAY + timedelta(days=days), minutes, **(fields | values))


def served(first: int, last: int, hours: int, number: int = 1) -> ServiceFact:
    return ServiceFact(number, MONDAY + timedelta(days=first), MONDAY + timedelta(days=last), 60 * hours)


def judge(
    *sessions: SessionFact,
    service: tuple[ServiceFact, ...] = (),
    duty: DutyFact = SINCE,
    pack: ServicePack = PACK,
    as_of: date = MONDAY + timedelta(days=6),
) -> PeriodResult:
    """The week that begins on Monday, May 11, 2026."""
    return list_periods(pack, duty, sessions, service, as_of, 1)[0]


def say(pack: ServicePack, name: str, value: object) -> ServicePack:
    """The pack with another value under that name."""
    return replace(pack, **{name: Value(value, getattr(pack, name).source, "verified")})  # type: ignore[arg-type]  # by name


def test_an_hour_in_the_week_is_enough_and_less_is_still_to_hold() -> None:
    assert judge(held()).state == "met"
    assert judge(held(minutes=30), held(2, 30, 2)).state == "met"
    short = judge(held(minutes=45))
    assert (short.by_period, short.open, short.counted) == ("open", 15, 45)
    assert judge().open == 60


@pytest.mark.parametrize("days", [-2, 7])
def test_another_weeks_hour_is_not_this_weeks(days: int) -> None:
    assert judge(held(days)).counted == 0


@pytest.mark.parametrize("days", [-1, 6])
def test_a_sunday_may_be_either_weeks_since_no_page_says_with_which_day_one_begins(days: int) -> None:
    week = judge(held(days))
    assert (week.by_period, week.unsure, week.open) == ("unsure", 60, 0)
    assert week.sessions[0].code == "edge_of_week"


@pytest.mark.parametrize(
    ("values", "counts", "code"),
    [
        ({}, "yes", "counted"),
        ({"kind": "group"}, "yes", "counted"),
        ({"kind": "observation"}, "yes", "counted"),
        ({"signed": frozenset({"supervisor"})}, "yes", "counted"),
        ({"signed": frozenset({"person"})}, "waiting", "not_signed"),
        ({"way": "remote"}, "unsure", "way_not_published"),
        ({"way": None}, "unsure", "way_unknown"),
        ({"is_qualified": False}, "unsure", "not_qualified"),
    ],
)
def test_what_counts_waits_and_may_count(values: dict[str, Any], counts: str, code: str) -> None:
    count = count_session(PACK, held(**values))
    assert (count.counts, count.code) == (counts, code)


def test_what_the_rules_leave_out_counts_for_nothing() -> None:
    only = say(PACK, "kinds", ("individual",))
    assert count_session(only, held(kind="group")).counts == "no"
    ways = replace(PACK, ways={"remote": Value("no", PACK.kinds.source, "verified")})
    assert count_session(ways, held(way="remote")).code == "way_excluded"
    assert count_session(say(PACK, "qualified", "no"), held(is_qualified=False)).counts == "yes"


def test_an_unsigned_hour_waits_and_is_not_to_be_held_again() -> None:
    week = judge(held(signed=frozenset()))
    assert (week.state, week.waiting, week.open) == ("unsure", 60, 0)


@pytest.mark.parametrize(
    ("service", "state"),
    [
        ((served(-6, 6, 29),), "met"),  # each day has its hours, and they are fewer than 30
        ((served(-6, 6, 30),), "open"),
        ((served(-6, 5, 10),), "unsure"),  # Sunday isn't on record
        ((), "unsure"),
        ((served(-13, 6, 40),), "unsure"),  # some of them may lie before the hour that was held last
        ((served(-6, 0, 20), served(-1, 6, 20, 2)), "unsure"),  # two spans share days: it may be 20 or 40
    ],
)
def test_hours_of_service_since_the_last_hour_say_whether_the_next_is_due(
    service: tuple[ServiceFact, ...], state: str
) -> None:
    week = judge(held(-7), service=service)
    assert week.by_period == "open"
    assert week.by_service is not None
    assert (week.by_service.from_on, week.by_service.state) == (MONDAY - timedelta(days=6), state)


def test_one_of_the_two_tests_is_enough_and_both_are_told() -> None:
    quiet = judge(held(-7), service=(served(-6, 6, 10),))
    assert (quiet.by_period, quiet.state) == ("open", "met")
    both = judge(held(-7), service=(served(-6, 6, 10),), pack=say(PACK, "met_by", "both"))
    assert both.state == "open"
    nobody_says = judge(held(-7), service=(served(-6, 6, 10),), pack=say(PACK, "met_by", None))
    assert nobody_says.state == "unsure"
    busy = judge(held(-7), service=(served(-6, 6, 35),))
    assert busy.state == "open"
    alone = judge(held(-7), pack=replace(PACK, per_service=None))
    assert (alone.by_service, alone.state) == (None, "open")


def test_an_hour_that_waits_for_a_signature_leaves_service_unsure() -> None:
    week = judge(held(-7), held(2, number=2, signed=frozenset()), service=(served(-6, 6, 35),))
    assert week.by_service is not None
    assert week.by_service.state == "unsure"


def test_minutes_beyond_an_hour_are_carried_into_no_later_count() -> None:
    week = judge(held(-7, 120), service=(served(-6, 6, 35),))
    assert week.by_service is not None
    assert week.by_service.state == "open"


def test_a_part_of_a_week_promises_nothing_and_asks_for_nothing() -> None:
    part = judge(duty=DutyFact(MONDAY + timedelta(days=3), None))
    assert (part.is_part, part.by_period, part.state) == (True, "unsure", "unsure")
    assert judge(held(4), duty=DutyFact(MONDAY + timedelta(days=3), None)).state == "met"


def test_weeks_before_the_duty_after_it_and_ahead_are_left_out() -> None:
    duty = DutyFact(MONDAY - WEEK, MONDAY + timedelta(days=2))
    found = list_periods(PACK, duty, [held(7)], [], MONDAY + timedelta(days=8), 5)
    assert [period.from_on for period in found] == [MONDAY, MONDAY - WEEK]
    assert all(not period.sessions for period in found)
    assert list_periods(PACK, DutyFact(MONDAY + WEEK, None), [], [], MONDAY, 5) == ()


def test_a_running_week_knows_that_it_runs_and_nothing_of_days_to_come() -> None:
    week = judge(held(3), as_of=MONDAY + timedelta(days=2))
    assert (week.is_running, week.open) == (True, 60)
    assert not judge().is_running


def test_a_month_and_a_week_from_sunday_are_what_the_rules_say() -> None:
    monthly = say(PACK, "period", Period("month", 60))
    assert period_of(monthly, date(2026, 2, 14)) == (date(2026, 2, 1), date(2026, 2, 28))
    sunday = say(PACK, "week_begins", "sunday")
    assert period_of(sunday, MONDAY) == (MONDAY - timedelta(days=1), MONDAY + timedelta(days=5))
    week = list_periods(sunday, SINCE, [held(-1)], [], MONDAY, 1)[0]
    assert (week.counted, week.unsure) == (60, 0)
    assert period_of(PACK, date.max)[1] == date.max


def test_overlapping_spans_are_found_whatever_their_order() -> None:
    long, inside, after = served(0, 10, 5, 1), served(2, 3, 5, 2), served(11, 12, 5, 3)
    assert list_overlaps([after, inside, long]) == ((long, inside),)
    assert list_overlaps([long, after]) == ()


@given(
    days=st.lists(st.tuples(st.integers(-30, 6), st.integers(1, 120), st.booleans()), max_size=8),
    extra=st.tuples(st.integers(-30, 6), st.integers(1, 120)),
)
def test_one_more_counted_session_makes_no_week_worse(
    days: list[tuple[int, int, bool]], extra: tuple[int, int]
) -> None:
    order = {"open": 0, "unsure": 1, "met": 2}
    before = [held(day, minutes, number, is_qualified=sure) for number, (day, minutes, sure) in enumerate(days)]
    more = [*before, held(extra[0], extra[1], 99)]
    weeks = zip(
        list_periods(PACK, SINCE, before, [], MONDAY + timedelta(days=6), 5),
        list_periods(PACK, SINCE, more[::-1], [], MONDAY + timedelta(days=6), 5),
        strict=True,
    )
    assert all(order[after.by_period] >= order[one.by_period] for one, after in weeks)
