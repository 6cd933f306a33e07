"""Which cycle a case comes to: by exams, stated days, grants, extensions, ways back, and what was known when."""

from typing import Any

import pytest
from kit.cases import CPPS, CPS, ask, codes_of, days_of, passed

DAYS = ("start_on", "due_on")


def test_a_passed_exam_sets_the_first_cycle_and_each_phase_after_it() -> None:
    found = ask("2026-01-01", exams=[passed("2025-11-20")])
    assert found["cycle"] == {
        "start_on": "2025-11-20",
        "window_opens_on": None,
        "due_on": "2027-10-31",
        "grace_until": "2027-11-30",
        "late_until": "2028-04-30",
        "late_until_latest": "2028-05-31",
        "exam_route_until": "2029-10-30",
        "exam_route_until_latest": "2030-05-30",
        "next_start_on": "2027-11-01",
    }
    assert (found["validity"], found["phase"], found["application"]) == ("current", "on_time", "none")


@pytest.mark.parametrize(
    ("as_of", "validity"),
    [
        ("2025-11-19", "not_yet"), ("2025-11-20", "current"), ("2027-10-31", "current"), ("2027-11-01", "grace"),
        ("2027-11-30", "grace"), ("2027-12-01", "late"), ("2028-05-31", "late"), ("2028-06-01", "exam_route"),
        ("2030-05-30", "exam_route"), ("2030-05-31", "full_route"), ("9999-12-31", "full_route"),
    ],
)  # fmt: skip
def test_every_day_has_its_validity(as_of: str, validity: str) -> None:
    assert ask(as_of, exams=[passed("2025-11-20")], known_at="9999-12-31")["validity"] == validity


def test_without_a_day_and_an_exam_nothing_is_established_and_nothing_is_guessed() -> None:
    for case in ({}, {"certification": {"issued_on": "2025-05-05"}}, {"exams": [{"taken_on": "2025-05-05"}]}):
        found = ask("2026-01-01", **case)
        assert (found["validity"], found["cycle"], found["phase"]) == ("not_established", None, None)
        assert found["hours"] == "unconfirmed"


def test_where_the_rules_publish_no_parity_an_exam_alone_sets_no_day() -> None:
    assert ask("2026-01-01", CPPS, exams=[passed("2025-05-05")])["validity"] == "not_established"


@pytest.mark.parametrize(
    ("exam", "outcome"),
    [
        ({"score": 85}, "current"), ({"score": 84.99}, "not_established"), ({"score": 100}, "current"),
        ({"score": 90, "passed": False}, "not_established"), ({"score": 60, "passed": True}, "current"),
    ],
)  # fmt: skip
def test_the_packs_mark_judges_a_score_where_nobody_says_that_it_was_passed(exam: dict[str, Any], outcome: str) -> None:
    assert ask("2026-01-01", exams=[{"taken_on": "2025-05-05", **exam}])["validity"] == outcome


def test_a_pass_on_the_second_attempt_sets_the_cycle_from_its_own_day() -> None:
    exams = [
        {"taken_on": "2025-05-05", "score": 70, "attempt": 1},
        {"taken_on": "2026-02-02", "score": 90, "attempt": 2},
    ]
    assert days_of(ask("2026-03-01", exams=exams), *DAYS) == ["2026-02-02", "2028-10-31"]


def test_a_stated_day_without_an_exam_begins_a_term_before_it() -> None:
    found = ask("2027-01-01", certification={"stated_due_on": "2027-10-31"})
    assert days_of(found, *DAYS) == ["2025-11-01", "2027-10-31"]
    assert "due_on_latest" not in found["cycle"]


def test_a_first_issue_within_the_term_of_a_stated_day_begins_it() -> None:
    found = ask("2027-01-01", certification={"issued_on": "2026-06-15", "stated_due_on": "2027-10-31"})
    assert days_of(found, *DAYS) == ["2026-06-15", "2027-10-31"]


def test_a_stated_day_that_the_rule_contradicts_is_one_of_two_readings() -> None:
    found = ask("2026-01-01", CPPS, certification={"stated_due_on": "2027-01-30"})
    assert days_of(found, "due_on", "due_on_latest") == ["2027-01-30", "2027-01-31"]
    exam = {"exams": [passed("2025-05-05")], "certification": {"stated_due_on": "2027-08-30"}}
    found = ask("2026-01-01", **exam)
    assert days_of(found, "due_on", "due_on_latest") == ["2027-08-30", "2027-10-31"]
    assert "stated_and_computed_differ" in codes_of(found)


def test_a_stated_day_terms_after_the_exam_belongs_to_a_later_cycle() -> None:
    found = ask("2026-01-01", exams=[passed("2021-05-05")], certification={"stated_due_on": "2027-10-31"})
    assert days_of(found, *DAYS) == ["2025-11-01", "2027-10-31"]
    assert "due_on_latest" not in found["cycle"]


def granted(on: str, **more: Any) -> dict[str, Any]:
    return {"received_on": on, "decided_on": on, "outcome": "granted", **more}


@pytest.mark.parametrize("on", ["2027-08-01", "2027-10-31", "2027-11-20", "2028-04-15"])
def test_early_and_on_time_and_late_completion_give_one_next_due_day(on: str) -> None:
    found = ask("2028-06-01", exams=[passed("2025-05-05")], applications=[granted(on)])
    assert days_of(found, *DAYS) == ["2027-11-01", "2029-10-31"]
    assert found["validity"] == "current"


def test_after_an_early_grant_the_cycle_stays_until_its_day_and_the_next_is_named() -> None:
    found = ask("2027-09-01", exams=[passed("2025-05-05")], applications=[granted("2027-08-01")])
    assert (found["validity"], found["application"], found["cycle"]["due_on"]) == ("current", "granted", "2027-10-31")
    assert found["next_step"]["code"] == "next_cycle_on_record"
    assert found["next_step"]["values"] == {"start_on": "2027-11-01", "due_on": "2029-10-31"}


def test_a_late_grant_reaches_back_once_it_is_known() -> None:
    case = {"exams": [passed("2025-05-05")], "applications": [granted("2028-03-10")]}
    assert ask("2028-03-09", **case)["validity"] == "late"
    assert ask("2028-03-09", known_at="2028-03-10", **case)["validity"] == "current"
    assert ask("2028-03-10", **case)["validity"] == "current"


def test_a_grant_names_the_day_from_which_it_holds() -> None:
    case = {"exams": [passed("2025-05-05")], "applications": [granted("2028-03-10", effective_on="2028-04-01")]}
    assert ask("2028-03-31", **case)["cycle"]["due_on"] == "2029-10-31"
    assert ask("2028-05-01", **case)["cycle"]["due_on"] == "2029-10-31"


@pytest.mark.parametrize("outcome", ["refused", "returned", None])
def test_an_application_without_a_grant_ends_no_cycle(outcome: str | None) -> None:
    request = {"sent_on": "2027-10-20", "received_on": "2027-10-25"}
    if outcome:
        request |= {"decided_on": "2027-10-30", "outcome": outcome}
    found = ask("2027-11-05", exams=[passed("2025-05-05")], applications=[request])
    assert (found["validity"], found["application"]) == ("grace", outcome or "received")


def test_of_a_postmark_in_time_the_answer_says_so() -> None:
    request = {"postmarked_on": "2027-10-31", "received_on": "2027-11-04"}
    found = ask("2027-11-05", exams=[passed("2025-05-05")], applications=[request])
    received = next(reason for reason in found["because"] if reason["code"] == "application_received")
    assert received["values"]["timely"] == "yes"
    assert received["records"] == [{"kind": "application", "id": "applications[0]"}]


def test_the_same_grant_twice_opens_one_cycle() -> None:
    found = ask("2028-06-01", exams=[passed("2025-05-05")], applications=[granted("2027-08-01"), granted("2027-09-01")])
    assert found["cycle"]["due_on"] == "2029-10-31"
    assert "application_for_closed_cycle" in codes_of(found)


def extend(until: str, on: str | None = None) -> dict[str, Any]:
    return {"kind": "extend", "until_on": until, **({"granted_on": on} if on else {})}


def test_an_extension_moves_the_day_also_back_over_a_gap_and_only_once_it_is_known() -> None:
    case = {"exams": [passed("2025-05-05")], "waivers": [extend("2028-02-28", "2028-01-10")]}
    assert ask("2027-12-15", **case)["validity"] == "late"
    assert ask("2027-12-15", known_at="2028-01-10", **case)["validity"] == "current"
    found = ask("2028-02-29", **case)
    assert (found["validity"], found["cycle"]["due_on"]) == ("grace", "2028-02-28")


def test_a_cycle_after_an_extended_one_ends_on_the_rules_day_all_the_same() -> None:
    case = {"exams": [passed("2025-05-05")], "waivers": [extend("2028-02-28", "2027-09-10")]}
    found = ask("2028-03-10", applications=[granted("2028-02-20")], **case)
    assert days_of(found, *DAYS) == ["2028-02-29", "2029-10-31"]


def test_an_extension_without_its_day_is_for_the_cycle_that_was_due_next_before() -> None:
    case = {"exams": [passed("2025-05-05")], "applications": [granted("2028-03-10")], "waivers": [extend("2028-02-28")]}
    found = ask("2028-02-01", known_at="2028-06-01", **case)
    assert (found["validity"], found["cycle"]["due_on"]) == ("current", "2028-02-28")


def test_an_extension_to_an_earlier_day_moves_nothing_and_is_among_the_reasons() -> None:
    found = ask("2026-06-01", exams=[passed("2025-05-05")], waivers=[extend("2026-12-31", "2026-01-01")])
    assert found["cycle"]["due_on"] == "2027-10-31"
    assert "given_without_effect" in codes_of(found)


def test_of_two_extensions_the_one_that_was_given_last_speaks() -> None:
    given = [extend("2028-06-30", "2027-12-01"), extend("2028-03-31", "2028-01-05")]
    assert ask("2028-01-04", exams=[passed("2025-05-05")], waivers=given)["cycle"]["due_on"] == "2028-06-30"
    assert ask("2028-01-05", exams=[passed("2025-05-05")], waivers=given)["cycle"]["due_on"] == "2028-03-31"


def back(on: str, **more: Any) -> dict[str, Any]:
    return passed(on, route="way_back", **more)


def test_a_way_back_by_exam_sets_the_cohort_anew() -> None:
    exams = [passed("2025-05-05"), back("2028-09-09")]
    assert ask("2028-09-08", exams=exams)["validity"] == "exam_route"
    found = ask("2028-09-09", exams=exams)
    assert days_of(found, *DAYS) == ["2028-09-09", "2030-10-31"]
    assert found["validity"] == "current"


def test_an_attempt_beyond_those_that_are_allowed_doesnt_lead_back() -> None:
    sat = [{"taken_on": f"2028-0{month}-09", "route": "way_back", "score": 50} for month in (7, 8)]
    found = ask("2028-10-01", exams=[passed("2025-05-05"), *sat, back("2028-09-09")])
    assert found["validity"] == "exam_route"
    beyond = next(reason for reason in found["because"] if reason["code"] == "exam_beyond_attempts")
    assert beyond["values"] == {"taken_on": "2028-09-09", "attempt": 3, "allowed": 2}
    assert (beyond["pack"], beyond["records"]) == ("us-wi-cps@1", [{"kind": "exam", "id": "exams[3]"}])


def test_the_second_of_two_attempts_leads_back() -> None:
    sat = {"taken_on": "2028-07-09", "route": "way_back", "score": 50, "attempt": 1}
    found = ask("2028-10-01", exams=[passed("2025-05-05"), sat, back("2028-09-09", attempt=2)])
    assert found["validity"] == "current"


def test_once_the_way_by_exam_is_over_a_training_has_to_come_before_it() -> None:
    exams = [passed("2025-05-05"), back("2031-03-03")]
    alone = ask("2031-04-01", exams=exams)
    assert (alone["validity"], "exam_without_training" in codes_of(alone)) == ("full_route", True)
    trained = ask("2031-04-01", exams=exams, trainings=[{"completed_on": "2031-02-01", "minutes": 2880}])
    assert days_of(trained, *DAYS) == ["2031-03-03", "2033-10-31"]


def test_several_certifications_are_answered_in_their_order_and_never_mix() -> None:
    found = ask(
        "2027-01-01",
        certifications=[
            {"id": 2, "pack": CPPS, "stated_due_on": "2028-01-31"},
            {"id": "mine", "pack": CPS},
        ],
        exams=[passed("2025-05-05", certification="mine")],
    )["certifications"]
    assert [(one["id"], one["pack"], one["cycle"]["due_on"]) for one in found] == [
        (2, "us-wi-cpps@1", "2028-01-31"),
        ("mine", "us-wi-cps@1", "2027-10-31"),
    ]


def test_a_moment_counts_in_the_packs_zone() -> None:
    case = {"exams": [passed("2025-05-05")], "waivers": [extend("2028-02-28", "2028-01-10")]}
    assert ask("2027-12-15", known_at="2028-01-10T05:59Z", **case)["validity"] == "late"
    assert ask("2027-12-15", known_at="2028-01-10T06:00Z", **case)["validity"] == "current"


def test_a_death_that_is_known_leaves_nothing_to_do_and_changes_no_day() -> None:
    found = ask("2026-12-01", exams=[passed("2025-05-05")], person={"died_on": "2026-06-01"})
    assert (found["validity"], found["next_step"]["code"]) == ("current", "nothing")
    assert "died" in codes_of(found)
