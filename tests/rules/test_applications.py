"""How far an application is on a day, and how long a wish for time hushes reminders."""

from dataclasses import replace
from datetime import date

import pytest
from kit.rules import make_cycle, make_facts

from certtrack.rules.applications import Timely, find_hush_end, find_step, judge_arrival
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import IntentionFact, StepFact
from certtrack.rules.pack import CountsBy, Pack
from certtrack.rules.spans import spans
from certtrack.rules.standing import stand

DUE = date(2027, 10, 31)
CYCLE = make_cycle(DUE)
STEPS = (
    StepFact(1, 1, "submitted", date(2027, 9, 1)),
    StepFact(2, 1, "received", date(2027, 9, 3)),
    StepFact(4, 1, "submitted", date(2027, 9, 20)),
    StepFact(3, 1, "returned", date(2027, 9, 10)),
    StepFact(5, 2, "granted", date(2027, 9, 4)),
)
CAROL = replace(make_facts(CYCLE), steps=STEPS)


@pytest.mark.parametrize(
    ("as_of", "kind"),
    [
        (date(2027, 8, 31), "none"),
        (date(2027, 9, 1), "submitted"),
        (date(2027, 9, 4), "received"),
        (date(2027, 9, 10), "returned"),
        (date(2028, 1, 1), "submitted"),
    ],
)
def test_the_last_step_of_the_speaking_cycle_is_the_answer_whatever_their_order(
    cps: Pack, as_of: date, kind: str
) -> None:
    for steps in (STEPS, STEPS[::-1]):
        assert stand(cps, replace(CAROL, steps=steps), as_of).application == kind


def test_of_two_steps_on_one_day_the_one_recorded_later_is_the_answer() -> None:
    on = date(2027, 9, 1)
    steps = (StepFact(2, 1, "returned", on), StepFact(1, 1, "received", on))
    found = find_step(replace(CAROL, steps=steps), CYCLE, on)
    assert found is not None
    assert found.kind == "returned"


def test_a_step_changes_neither_validity_nor_hours(cps: Pack) -> None:
    bare = make_facts(CYCLE)
    for day in (date(2027, 9, 4), date(2027, 11, 5), date(2030, 1, 1)):
        with_steps, without = stand(cps, CAROL, day), stand(cps, bare, day)
        assert (with_steps.validity, with_steps.hours) == (without.validity, without.hours)


def test_spans_part_where_a_step_is(cps: Pack) -> None:
    found = [(span.from_on, span.application) for span in spans(cps, CAROL) if span.from_on < DUE]
    assert found[1:] == [
        (date(2027, 9, 1), "submitted"),
        (date(2027, 9, 3), "received"),
        (date(2027, 9, 10), "returned"),
        (date(2027, 9, 20), "submitted"),
    ]


@pytest.mark.parametrize(
    ("until_on", "end"),
    [
        (None, date(2027, 10, 17)),
        (date(2027, 9, 1), date(2027, 9, 1)),
        (date(2028, 5, 1), date(2027, 10, 17)),
    ],
)
def test_a_wish_for_time_hushes_for_so_long_and_no_longer(cps: Pack, until_on: date | None, end: date) -> None:
    asked = IntentionFact(1, 1, "more_time", date(2027, 6, 1), until_on)
    assert find_hush_end(days_of(cps, CYCLE), asked) == end


@pytest.mark.parametrize(
    ("counts_by", "received_on", "postmarked_on", "timely"),
    [
        ("received_or_postmarked", date(2027, 11, 4), date(2027, 10, 31), "yes"),
        ("received_or_postmarked", date(2027, 11, 4), date(2027, 11, 2), "no"),
        ("received_or_postmarked", date(2027, 11, 4), None, "no"),
        ("received", date(2027, 11, 4), date(2027, 10, 20), "no"),
        ("received", date(2027, 10, 31), None, "yes"),
        (None, date(2027, 11, 4), date(2027, 10, 31), "unsure"),
        (None, date(2027, 10, 30), date(2027, 10, 28), "yes"),
        (None, date(2027, 11, 4), None, "no"),
    ],
)
def test_what_comes_by_post_is_timely_by_its_postmark_where_the_rules_say_so(
    cps: Pack, counts_by: CountsBy | None, received_on: date, postmarked_on: date | None, timely: Timely
) -> None:
    pack = replace(cps, counts_by=replace(cps.counts_by, value=counts_by), weekend=replace(cps.weekend, value="none"))
    assert judge_arrival(pack, days_of(pack, CYCLE), received_on, postmarked_on) == timely


def test_between_two_readings_of_the_due_day_nobody_says_that_it_was_late(cps: Pack) -> None:
    days = days_of(cps, make_cycle(DUE, computed=date(2027, 11, 10)))
    assert [judge_arrival(cps, days, date(2027, 11, day), None) for day in (5, 11)] == ["unsure", "no"]
