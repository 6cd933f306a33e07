"""Where a certification stands on each day."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.invented import invent
from kit.rules import certification_facts, days, make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, CycleFact, ExamFact, StatusFact, StatusKind
from certtrack.rules.pack import Pack
from certtrack.rules.standing import NextCode, Validity, stand

DUE = date(2027, 10, 31)
CYCLE = make_cycle(DUE, start_on=date(2025, 11, 1), computed=DUE)
CAROL = make_facts(CYCLE)


def validity(pack: Pack, facts: CertificationFacts, as_of: date) -> Validity:
    return stand(pack, facts, as_of).validity


@pytest.mark.parametrize(
    ("as_of", "expected", "phase", "next_code", "next_on"),
    [
        (date(2025, 10, 31), "not_yet", None, "starts", date(2025, 11, 1)),
        (date(2025, 11, 1), "current", "on_time", "due", DUE),
        (date(2027, 10, 31), "current", "on_time", "due", DUE),
        (date(2027, 11, 1), "grace", "grace", "grace_ends", date(2027, 11, 30)),
        (date(2027, 11, 30), "grace", "grace", "grace_ends", date(2027, 11, 30)),
        (date(2027, 12, 1), "late", "late", "late_ends", date(2028, 4, 30)),
        (date(2028, 4, 30), "late", "late", "late_ends", date(2028, 4, 30)),
        (date(2028, 5, 1), "late", "late", "late_ends", date(2028, 5, 31)),
        (date(2028, 5, 31), "late", "late", "late_ends", date(2028, 5, 31)),
        (date(2028, 6, 1), "exam_route", "exam_route", "exam_route_ends", date(2029, 10, 30)),
        (date(2029, 10, 31), "exam_route", "exam_route", "exam_route_ends", date(2030, 5, 30)),
        (date(2030, 5, 30), "exam_route", "exam_route", "exam_route_ends", date(2030, 5, 30)),
        (date(2030, 5, 31), "full_route", "full_route", None, None),
        (date.max, "full_route", "full_route", None, None),
    ],
)
def test_each_phase_lasts_until_its_latest_reading_and_names_the_next_day_to_act_by(
    cps: Pack, as_of: date, expected: Validity, phase: str | None, next_code: NextCode | None, next_on: date | None
) -> None:
    found = stand(cps, CAROL, as_of)
    assert (found.validity, found.phase, found.next_code, found.next_on) == (expected, phase, next_code, next_on)
    assert (found.hours, found.application, found.as_of) == ("short" if phase else "unconfirmed", "none", as_of)


def test_a_stated_day_before_the_computed_one_takes_nothing_away_in_between(cpps: Pack) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    before, between, after = (stand(cpps, facts, date(2027, 1, 30) + timedelta(days=by)) for by in (0, 1, 2))
    assert (before.validity, before.next_on) == ("current", date(2027, 1, 30))
    assert (between.validity, between.next_on) == ("current", date(2027, 1, 31))
    assert after.validity == "grace"


def test_what_is_asked_again_of_equal_facts_is_answered_as_before_and_by_other_rules_anew(cps: Pack) -> None:
    as_of = date(2027, 11, 1)
    first = stand(cps, CAROL, as_of)
    assert stand(cps, replace(CAROL), as_of) is first
    confirmed = replace(cps, grace=None)  # of the same file: a person has told what it leaves open
    assert hash(confirmed) == hash(cps)
    assert stand(confirmed, CAROL, as_of).validity != first.validity
    assert stand(cps, CAROL, as_of) is first


def test_without_a_cycle_nothing_is_established_and_nothing_is_guessed(cps: Pack) -> None:
    facts = replace(make_facts(), exams=(ExamFact(1, date(2025, 5, 5), "not_known"),))
    found = stand(cps, facts, date(2026, 1, 1))
    assert (found.validity, found.phase, found.cycle, found.days) == ("not_established", None, None, None)
    assert (found.next_code, found.next_on) == (None, None)


def test_before_the_first_issue_it_is_not_yet(cps: Pack) -> None:
    facts = replace(CAROL, issued_on=date(2025, 11, 20))
    assert validity(cps, facts, date(2025, 11, 19)) == "not_yet"
    assert validity(cps, facts, date(2025, 11, 20)) == "current"


def test_an_issue_without_a_cycle_establishes_no_day(cps: Pack) -> None:
    facts = replace(make_facts(), issued_on=date(2025, 11, 20))
    assert validity(cps, facts, date(2025, 11, 19)) == "not_yet"
    assert validity(cps, facts, date(2025, 11, 20)) == "not_established"


def test_the_only_cycle_closed_leaves_nothing_established(cps: Pack) -> None:
    facts = make_facts(replace(CYCLE, closed_on=date(2026, 6, 1)))
    assert validity(cps, facts, date(2026, 5, 31)) == "current"
    assert validity(cps, facts, date(2026, 6, 1)) == "not_established"


NEXT = make_cycle(date(2029, 10, 31), start_on=date(2027, 11, 1), no=2)


@pytest.mark.parametrize("cycles", [(CYCLE, NEXT), (NEXT, CYCLE)])
def test_the_newer_cycle_speaks_from_its_start_and_the_older_one_before(
    cps: Pack, cycles: tuple[CycleFact, CycleFact]
) -> None:
    facts = make_facts(*cycles)
    assert stand(cps, facts, DUE).cycle == CYCLE
    assert stand(cps, facts, date(2027, 11, 1)).cycle == NEXT
    assert validity(cps, facts, date(2028, 3, 1)) == "current"


def test_a_recertification_in_the_late_window_reaches_back_to_the_due_day(cps: Pack) -> None:
    closed = replace(CYCLE, closed_on=date(2028, 3, 10))
    assert validity(cps, make_facts(closed), date(2028, 3, 9)) == "late"
    assert validity(cps, make_facts(closed, NEXT), date(2028, 3, 9)) == "current"
    assert validity(cps, make_facts(closed, NEXT), DUE) == "current"


def test_after_a_way_back_by_exam_the_gap_stays_as_it_was(cps: Pack) -> None:
    back = make_cycle(date(2030, 10, 31), start_on=date(2028, 9, 9), no=2)
    facts = make_facts(replace(CYCLE, closed_on=date(2028, 9, 9)), back)
    assert validity(cps, facts, date(2028, 9, 8)) == "exam_route"
    assert validity(cps, facts, date(2028, 9, 9)) == "current"


def test_a_newer_cycle_that_was_closed_again_lets_the_older_one_speak(cps: Pack) -> None:
    facts = make_facts(CYCLE, replace(NEXT, closed_on=date(2028, 1, 1)))
    assert validity(cps, facts, date(2027, 12, 31)) == "current"
    assert validity(cps, facts, date(2028, 1, 1)) == "late"


def test_a_cycle_inserted_before_the_first_speaks_for_its_own_days_only(cps: Pack) -> None:
    older = make_cycle(date(2025, 10, 31), start_on=date(2023, 11, 1), no=2)
    facts = make_facts(CYCLE, older)
    assert stand(cps, facts, date(2025, 10, 31)).cycle == older
    assert stand(cps, facts, date(2025, 11, 1)).cycle == CYCLE


def test_between_a_closed_cycle_and_one_to_come_nothing_is_established_but_the_start_is_named(cps: Pack) -> None:
    facts = make_facts(replace(CYCLE, closed_on=date(2027, 6, 1)), NEXT)
    found = stand(cps, facts, date(2027, 7, 1))
    assert (found.validity, found.next_code, found.next_on) == ("not_established", "starts", date(2027, 11, 1))


def test_an_extension_after_the_due_day_brings_the_certification_back_for_all_days(cps: Pack) -> None:
    extended = replace(CYCLE, due_on=date(2028, 2, 28), due_source="extended")
    gap = date(2027, 12, 15)
    assert validity(cps, CAROL, gap) == "late"
    assert validity(cps, make_facts(extended), gap) == "current"
    assert validity(cps, make_facts(extended), date(2028, 2, 29)) == "grace"


ON = date(2026, 6, 1)
LATER = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([("suspended", ON)], "suspended"),
        ([("suspended", ON), ("restored", LATER)], "current"),
        ([("suspended", ON), ("restored", ON)], "current"),
        ([("restored", ON), ("suspended", ON)], "suspended"),
        ([("suspended", ON), ("restored", ON), ("suspended", LATER)], "suspended"),
        ([("suspended", ON), ("revoked", LATER)], "revoked"),
        ([("revoked", ON), ("suspended", LATER)], "revoked"),
        ([("revoked", ON), ("retired", LATER)], "revoked"),
        ([("retired", ON), ("revoked", LATER)], "revoked"),
        ([("revoked", ON), ("restored", LATER)], "current"),
        ([("retired", ON)], "retired"),
        ([("retired", ON), ("suspended", LATER)], "retired"),
        ([("suspended", ON), ("retired", LATER)], "retired"),
        ([("retired", ON), ("restored", LATER)], "current"),
        ([("restored", ON)], "current"),
        ([("revoked", date(2027, 1, 1))], "current"),
    ],
)
def test_acts_of_the_authority_count_in_the_order_of_their_days(
    cps: Pack, acts: list[tuple[StatusKind, date]], expected: Validity
) -> None:
    assert validity(cps, make_facts(CYCLE, statuses=acts), date(2026, 12, 31)) == expected


def test_an_act_counts_from_its_own_day_on(cps: Pack) -> None:
    facts = make_facts(CYCLE, statuses=[("revoked", ON)])
    assert validity(cps, facts, ON - timedelta(days=1)) == "current"
    found = stand(cps, facts, ON)
    assert (found.validity, found.phase, found.next_code) == ("revoked", None, None)


def test_a_suspension_keeps_the_days_running_beneath_it(cps: Pack) -> None:
    facts = make_facts(CYCLE, statuses=[("suspended", ON), ("restored", date(2027, 12, 15))])
    suspended = stand(cps, facts, date(2027, 11, 15))
    assert (suspended.validity, suspended.phase, suspended.next_on) == ("suspended", "grace", date(2027, 11, 30))
    assert validity(cps, facts, date(2027, 12, 15)) == "late"


def test_a_suspension_before_any_cycle_is_still_one(cps: Pack) -> None:
    assert validity(cps, make_facts(statuses=[("suspended", ON)]), ON) == "suspended"


def test_a_death_changes_no_day_of_the_record(cps: Pack) -> None:
    facts = replace(CAROL, died_on=date(2026, 6, 1))
    assert validity(cps, facts, date(2026, 7, 1)) == "current"


@given(facts=certification_facts(), as_of=days, seed=st.randoms(use_true_random=False))
def test_the_order_of_records_changes_nothing(
    cps: Pack, facts: CertificationFacts, as_of: date, seed: random.Random
) -> None:
    shuffled = replace(
        facts,
        cycles=tuple(seed.sample(facts.cycles, len(facts.cycles))),
        statuses=tuple(seed.sample(facts.statuses, len(facts.statuses))),
        exams=tuple(seed.sample(facts.exams, len(facts.exams))),
    )
    assert stand(cps, shuffled, as_of) == stand(cps, facts, as_of)


@given(facts=certification_facts(), as_of=days, by=st.integers(1, 400))
def test_what_comes_later_never_changes_where_one_stood(
    cps: Pack, facts: CertificationFacts, as_of: date, by: int
) -> None:
    later = StatusFact(99, "revoked", as_of + timedelta(days=by))
    known = replace(facts, statuses=(*facts.statuses, later))
    assert validity(cps, known, as_of) == validity(cps, facts, as_of)


@given(facts=certification_facts(), as_of=days)
def test_a_day_to_act_by_is_never_in_the_past(cps: Pack, facts: CertificationFacts, as_of: date) -> None:
    next_on = stand(cps, facts, as_of).next_on
    assert next_on is None or as_of <= next_on


def test_between_the_first_issue_and_a_first_cycle_that_begins_in_january_it_holds() -> None:
    pack = invent(first_cycle={"starts": "next_january"})
    facts = replace(make_facts(make_cycle(date(2027, 12, 31), start_on=date(2027, 1, 1))), issued_on=date(2026, 6, 1))
    assert stand(pack, facts, date(2026, 5, 31)).validity == "not_yet"
    found = stand(pack, facts, date(2026, 6, 1))
    assert (found.validity, found.next_code, found.next_on) == ("current", "starts", date(2027, 1, 1))
    assert stand(pack, replace(facts, issued_on=date(2015, 6, 1)), date(2026, 6, 1)).validity == "not_yet"
