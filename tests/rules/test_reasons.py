"""Each standing says why."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from kit.rules import certification_facts, days, make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, ExamFact
from certtrack.rules.pack import Pack, Phase, Value, Window
from certtrack.rules.standing import Reason, stand

DUE = date(2027, 10, 31)
CAROL = make_facts(make_cycle(DUE, start_on=date(2025, 11, 1), computed=DUE))


def reasons(pack: Pack, facts: CertificationFacts, as_of: date) -> dict[str, Reason]:
    return {reason.code: reason for reason in stand(pack, facts, as_of).because}


def test_a_stated_day_rests_on_the_record_alone(cps: Pack) -> None:
    reason = reasons(cps, CAROL, DUE)["due_stated"]
    assert reason == Reason("due_stated", {"due_on": DUE}, None, None, None, (("cycle", 1),))


def test_a_computed_day_says_that_its_deadline_is_inferred(cps: Pack) -> None:
    found = reasons(cps, make_facts(make_cycle(DUE, source="computed")), DUE)
    assert "due_computed" in found
    reason = found["deadline_inferred"]
    assert reason.values == {"month": 10, "day": 31}
    assert (reason.pack, reason.source, reason.sure) == (cps.ref, cps.deadline.source.link, "inferred")


def test_a_deadline_that_was_read_needs_no_such_word(cpps: Pack) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 31), source="computed"))
    assert "deadline_inferred" not in reasons(cpps, facts, date(2027, 1, 1))


def test_stated_and_computed_days_that_differ_are_both_named(cpps: Pack) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    reason = reasons(cpps, facts, date(2026, 6, 1))["stated_and_computed_differ"]
    assert reason.values == {"stated": date(2027, 1, 30), "computed": date(2027, 1, 31)}
    assert reason.sure == "verified"


def test_an_extended_day_is_not_held_against_the_rule(cps: Pack) -> None:
    facts = make_facts(make_cycle(date(2028, 1, 15), source="extended", computed=DUE))
    found = reasons(cps, facts, date(2027, 12, 1))
    assert "due_extended" in found
    assert "stated_and_computed_differ" not in found


@pytest.mark.parametrize(
    ("as_of", "what"),
    [
        (date(2028, 4, 30), None),
        (date(2028, 5, 1), "late"),
        (date(2028, 5, 31), "late"),
        (date(2028, 6, 1), None),
        (date(2029, 10, 30), None),
        (date(2029, 10, 31), "exam_route"),
        (date(2030, 5, 30), "exam_route"),
        (date(2030, 5, 31), None),
    ],
)
def test_between_two_readings_the_page_can_say_that_the_rules_differ(cps: Pack, as_of: date, what: str | None) -> None:
    reason = reasons(cps, CAROL, as_of).get("readings_differ")
    assert (reason.values["what"] if reason else None) == what
    if reason:
        assert (reason.pack, reason.sure) == (cps.ref, "conflicting")


def test_both_readings_are_named(cps: Pack) -> None:
    values = reasons(cps, CAROL, date(2028, 5, 10))["readings_differ"].values
    assert values == {"what": "late", "earliest": date(2028, 4, 30), "latest": date(2028, 5, 31)}


def test_two_readings_of_the_due_day_are_readings_of_the_time_before_it(cpps: Pack) -> None:
    facts = make_facts(make_cycle(date(2027, 1, 30), computed=date(2027, 1, 31)))
    values = reasons(cpps, facts, date(2027, 1, 31))["readings_differ"].values
    assert values == {"what": "on_time", "earliest": date(2027, 1, 30), "latest": date(2027, 1, 31)}


@pytest.mark.parametrize(
    ("as_of", "phase", "code"),
    [
        (date(2027, 11, 15), "grace", "holding_not_published"),
        (date(2028, 1, 15), "late", "holding_not_published"),
        (date(2028, 7, 1), "exam_route", "does_not_hold"),
        (date(2031, 7, 1), "full_route", "does_not_hold"),
    ],
)
def test_nothing_is_promised_about_holding_that_is_not_published(
    cps: Pack, as_of: date, phase: Phase, code: str
) -> None:
    assert reasons(cps, CAROL, as_of)[code].values == {"phase": phase}


def test_a_pack_that_says_yes_is_told_so(cps: Pack) -> None:
    source = cps.deadline.source
    pack = replace(cps, holds={"grace": Value("yes", source, "verified")})
    assert "holds" in reasons(pack, CAROL, date(2027, 11, 15))
    assert "holding_not_published" not in reasons(pack, CAROL, date(2028, 1, 15))


def test_a_phase_names_its_days_and_its_source(cps: Pack) -> None:
    assert cps.grace is not None
    reason = reasons(cps, CAROL, date(2027, 11, 15))["in_phase"]
    days = {"from_on": date(2027, 11, 1), "act_by": date(2027, 11, 30)}
    assert reason.values == {"phase": "grace", "needs": cps.needs["grace"].value} | days
    assert (reason.source, reason.sure) == (cps.grace.source.link, cps.grace.sure)


def test_an_exam_without_known_outcome_is_named_and_sets_no_day(cps: Pack) -> None:
    exams = (ExamFact(4, date(2026, 5, 5), "not_known"), ExamFact(5, date(2024, 5, 5), "passed"))
    facts = replace(CAROL, exams=exams)
    reason = reasons(cps, facts, date(2026, 6, 1))["exam_outcome_not_known"]
    assert (reason.values, reason.records) == ({"taken_on": date(2026, 5, 5)}, (("exam", 4),))
    assert "exam_outcome_not_known" not in reasons(cps, facts, date(2026, 5, 4))
    assert stand(cps, facts, DUE).days == stand(cps, CAROL, DUE).days


def test_a_silent_older_cycle_is_named_beside_the_newer_one(cps: Pack) -> None:
    newer = make_cycle(date(2029, 10, 31), start_on=date(2027, 11, 1), no=2)
    facts = make_facts(*CAROL.cycles, newer)
    reason = reasons(cps, facts, date(2027, 11, 1))["newer_cycle_speaks"]
    assert reason.records == (("cycle", 2), ("cycle", 1))
    assert "newer_cycle_speaks" not in reasons(cps, facts, DUE)


@pytest.mark.parametrize(
    ("as_of", "codes"),
    [
        (date(2026, 1, 1), ["status_coming", "status_coming"]),
        (date(2026, 2, 2), ["suspended", "status_coming"]),
        (date(2026, 3, 3), ["suspended", "revoked"]),
    ],
)
def test_acts_are_named_in_order_and_those_to_come_as_such(cps: Pack, as_of: date, codes: list[str]) -> None:
    facts = make_facts(*CAROL.cycles, statuses=[("suspended", date(2026, 2, 2)), ("revoked", date(2026, 3, 3))])
    found = stand(cps, facts, as_of).because
    assert [reason.code for reason in found if reason.records[0][0] == "status"] == codes


def test_without_a_cycle_it_says_so(cps: Pack) -> None:
    assert reasons(cps, make_facts(), DUE)["no_cycle"].records == (("certification", 7),)


def test_before_the_start_and_after_the_close_it_says_so(cps: Pack) -> None:
    closed = replace(CAROL.cycles[0], closed_on=date(2026, 6, 1))
    assert reasons(cps, make_facts(closed), date(2025, 1, 1)).keys() == {"before_start"}
    assert reasons(cps, make_facts(closed), date(2026, 6, 1)).keys() == {"cycle_closed"}


def test_a_first_issue_to_come_and_a_death_are_named(cps: Pack) -> None:
    facts = replace(CAROL, issued_on=date(2025, 12, 1), died_on=date(2026, 6, 1))
    assert "before_first_issue" in reasons(cps, facts, date(2025, 11, 30))
    assert "died" not in reasons(cps, facts, date(2026, 5, 31))
    assert reasons(cps, facts, date(2026, 6, 1))["died"].values == {"died_on": date(2026, 6, 1)}


def test_a_published_window_is_named_until_it_opens(cps: Pack) -> None:
    pack = replace(cps, window=Value(Window(90), cps.deadline.source, "verified"))
    assert reasons(pack, CAROL, date(2027, 8, 1))["window_opens"].values == {"on": date(2027, 8, 2)}
    assert "window_opens" not in reasons(pack, CAROL, date(2027, 8, 2))


@given(facts=certification_facts(), as_of=days)
def test_every_standing_has_a_reason_and_each_names_its_records(
    cps: Pack, facts: CertificationFacts, as_of: date
) -> None:
    because = stand(cps, facts, as_of).because
    assert because
    for reason in because:
        assert reason.records
        assert (reason.pack is None) == (reason.source is None) == (reason.sure is None)
