"""Whether a certification holds on a day: by what the rules say of each phase, and never more than they say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from kit.rules import certification_facts, days, every_shipped_pack, make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, StatusFact
from certtrack.rules.holding import Holding, judge_holding
from certtrack.rules.pack import Pack
from certtrack.rules.standing import find_position

DUE = date(2027, 10, 31)
CAROL = make_facts(make_cycle(DUE, start_on=date(2025, 11, 1), computed=DUE))


def hold(pack: Pack, facts: CertificationFacts, on: date) -> Holding:
    return judge_holding(pack, facts, find_position(pack, facts, on))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 10, 31), "unknown"),  # before the first cycle on record
        (date(2025, 11, 1), "yes"),
        (DUE, "yes"),
        (DUE + timedelta(days=1), "unknown"),  # grace: nothing is published
        (date(2028, 4, 30), "unknown"),  # the late window
        (date(2028, 6, 1), "no"),  # the way back by exam
        (date(2031, 1, 1), "no"),
    ],
)
def test_before_the_due_day_it_holds_and_afterwards_as_the_rules_say_of_the_phase(
    cps: Pack, on: date, expected: Holding
) -> None:
    assert hold(cps, CAROL, on) == expected


def test_between_two_readings_of_the_due_day_nothing_is_established_where_the_next_phase_says_something_else(
    cpps: Pack,
) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    assert [hold(cpps, facts, date(2027, 1, day)) for day in (30, 31)] == ["yes", "unknown"]
    holds = {**cpps.holds, "grace": replace(cpps.holds["grace"], value="yes")}
    assert hold(replace(cpps, holds=holds), facts, date(2027, 1, 31)) == "yes"


def test_between_two_readings_far_apart_every_phase_that_one_of_them_has_reached_is_asked(cpps: Pack) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 31), computed=date(2028, 1, 31)))
    holds = {**cpps.holds, "grace": replace(cpps.holds["grace"], value="yes")}
    pack = replace(cpps, holds=holds)
    # by the earlier reading the month of grace is over on March 1, and of the late window nothing is published
    assert [hold(pack, facts, day) for day in (date(2027, 2, 28), date(2027, 3, 1))] == ["yes", "unknown"]
    always = replace(pack, holds={**holds, "late": replace(cpps.holds["late"], value="yes")})
    assert hold(always, facts, date(2027, 3, 1)) == "yes"


def test_an_act_a_death_and_a_first_issue_to_come_say_no(cps: Pack) -> None:
    on = date(2026, 5, 15)
    for kind in ("suspended", "revoked", "retired"):
        assert hold(cps, replace(CAROL, statuses=(StatusFact(1, kind, on),)), on) == "no"
        assert hold(cps, replace(CAROL, statuses=(StatusFact(1, kind, on),)), on - timedelta(days=1)) == "yes"
    assert hold(cps, replace(CAROL, died_on=on), on) == "no"
    assert hold(cps, replace(CAROL, issued_on=on + timedelta(days=1)), on) == "no"
    assert hold(cps, make_facts(), on) == "unknown"


@given(certification_facts(), days)
def test_it_is_yes_after_the_due_day_only_where_the_rules_say_so(facts: CertificationFacts, on: date) -> None:
    for pack in every_pack():
        at = find_position(pack, facts, on)
        if judge_holding(pack, facts, at) == "yes" and at.phase not in (None, "on_time"):
            assert pack.holds[at.phase].value == "yes"


_PACKS: list[Pack] = []


def every_pack() -> list[Pack]:
    _PACKS.extend(() if _PACKS else every_shipped_pack())
    return _PACKS
