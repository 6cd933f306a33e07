"""Spans say the same as the standing of each of their days."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.rules import certification_facts, make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, ExamFact
from certtrack.rules.pack import Pack
from certtrack.rules.spans import Span, spans
from certtrack.rules.standing import stand

DUE = date(2027, 10, 31)


def agrees(pack: Pack, facts: CertificationFacts, span: Span, day: date) -> bool:
    found = stand(pack, facts, day)
    now = (found.validity, found.hours, found.application, found.next_on)
    return now == (span.validity, span.hours, span.application, span.next_on)


def test_one_cycle_makes_seven_spans_at_most(cps: Pack) -> None:
    found = spans(cps, make_facts(make_cycle(DUE, start_on=date(2025, 11, 1))))
    assert [(str(span.from_on), span.validity, str(span.next_on)) for span in found] == [
        ("2025-11-01", "current", "2027-10-31"),
        ("2027-11-01", "grace", "2027-11-30"),
        ("2027-12-01", "late", "2028-04-30"),
        ("2028-05-01", "late", "2028-05-31"),
        ("2028-06-01", "exam_route", "2029-10-30"),
        ("2029-10-31", "exam_route", "2030-05-30"),
        ("2030-05-31", "full_route", "None"),
    ]


@given(facts=certification_facts())
def test_spans_follow_each_other_without_gap_to_the_end_of_days(cps: Pack, facts: CertificationFacts) -> None:
    found = spans(cps, facts)
    assert found[-1].until_on == date.max
    assert all(span.from_on <= span.until_on for span in found)
    for earlier, later in pairwise(found):
        assert later.from_on - earlier.until_on == timedelta(days=1)
        assert (earlier.validity, earlier.hours, earlier.next_on) != (later.validity, later.hours, later.next_on)


@given(facts=certification_facts(), by=st.integers(0, 20_000))
def test_a_span_says_what_the_standing_of_any_of_its_days_says(cps: Pack, facts: CertificationFacts, by: int) -> None:
    found = spans(cps, facts)
    day = found[0].from_on + timedelta(days=by)
    span = next(span for span in found if span.from_on <= day <= span.until_on)
    assert agrees(cps, facts, span, day)


@given(facts=certification_facts())
def test_a_span_is_right_on_its_first_and_on_its_last_day(cps: Pack, facts: CertificationFacts) -> None:
    for span in spans(cps, facts):
        assert agrees(cps, facts, span, span.from_on)
        assert agrees(cps, facts, span, span.until_on)


@pytest.mark.parametrize("kind", ["cps", "cpps"])
def test_spans_equal_the_standing_day_by_day_over_twelve_years(request: pytest.FixtureRequest, kind: str) -> None:
    pack: Pack = request.getfixturevalue(kind)
    facts = make_facts(
        make_cycle(date(2025, 10, 31), closed_on=date(2025, 12, 24)),
        make_cycle(date(2027, 10, 30), start_on=date(2025, 11, 1), computed=date(2027, 10, 31), no=2),
        statuses=[("suspended", date(2026, 2, 2)), ("restored", date(2026, 3, 3)), ("retired", date(2031, 1, 1))],
    )
    for span in spans(pack, facts):
        last = min(span.until_on, date(2035, 12, 31))
        for by in range((last - span.from_on).days + 1):
            assert agrees(pack, facts, span, span.from_on + timedelta(days=by))


def test_the_first_span_begins_where_anything_is_known(cps: Pack) -> None:
    cycle = make_cycle(DUE, start_on=date(2025, 11, 1))
    facts = replace(make_facts(cycle), exams=(ExamFact(1, date(2025, 9, 9), "not_known"),))
    first, second, *_ = spans(cps, facts)
    assert (first.from_on, first.validity) == (date(2025, 9, 9), "not_yet")
    assert (second.from_on, second.validity) == (date(2025, 11, 1), "current")


def test_a_record_without_any_day_has_one_span_for_all_days(cps: Pack) -> None:
    (only,) = spans(cps, make_facts())
    assert (only.from_on, only.until_on, only.validity) == (date(1900, 1, 1), date.max, "not_established")
