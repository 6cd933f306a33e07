"""Which hours of a case count, for what, and why a credit doesn't; what is planned; what to do next."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.cases import ask, case_packs, changed_pack, codes_of, credit, passed, total, why_not

from certtrack.services.evaluation import evaluate

WHOM = "the Wisconsin Peer Specialist Employment Initiative (www.wicps.org)"
ASK = f"Whether the hours are enough can't be said for sure; ask {WHOM}."
LATE_ASK = (
    "Still to do: 20 hours. Log what was earned by October 31, 2027. Whether hours earned now still count "
    f"isn't published: ask {WHOM} first."
)
BETWEEN = (
    "Send in the application. By one reading the last day for it was April 30, 2028; by another it is May 31, 2028. "
    f"Do it soon, and ask {WHOM} which day counts. {ASK}"
)
EXAM = [passed("2025-11-20")]
AREAS = ("cultural_humility", "trauma_informed_care", "ethics_boundaries", "area_4", "area_5", "area_6")


def hours(as_of: str, *credits_: dict[str, Any], **case: Any) -> dict[str, Any]:
    return ask(as_of, exams=EXAM, credits=list(credits_), **case)


def test_a_number_opens_into_the_credits_that_make_it() -> None:
    found = hours("2027-01-01", credit(1, "2026-03-01", 120, "ethics_boundaries"), credit(2, "2026-04-01", 45))
    assert (total(found)["counted_minutes"], total(found)["open_minutes"]) == (165, 1035)
    assert total(found)["credits"] == [{"id": "c1", "minutes": 120}, {"id": "c2", "minutes": 45}]
    ethics = next(line for line in found["requirements"] if line["id"] == "ethics_boundaries")
    assert (ethics["needed_minutes"], ethics["open_minutes"], ethics["counted_minutes"]) == (None, None, 120)
    assert ethics["credits"] == [{"id": "c1", "minutes": 120}]


def test_a_sum_exactly_equal_leaves_nothing_open_and_more_leaves_nothing_below_it() -> None:
    for minutes in (1200, 1500):
        line = total(hours("2027-01-01", credit(1, "2026-03-01", minutes)))
        assert (line["open_minutes"], line["counted_minutes"]) == (0, 1200)


@pytest.mark.parametrize(
    ("change", "code", "values"),
    [
        ({"activity": "book"}, "activity_excluded", {"activity": "book"}),
        ({"format": "recorded"}, "form_not_published", {"format": "recorded"}),
        ({"role": "presenter"}, "presenting_not_published", {}),
        ({"decision": "returned"}, "returned", {}),
        ({"proof": "none"}, "no_certificate", {}),
        ({"last_on": "2025-11-19"}, "before_cycle", {"last_on": "2025-11-19", "start_on": "2025-11-20"}),
    ],
)
def test_each_credit_that_doesnt_count_whole_says_why(change: dict[str, Any], code: str, values: object) -> None:
    found = hours("2027-01-01", credit(1, "2026-03-01", 60) | change)
    assert found["credits"] == [{"id": "c1", "counted_minutes": 0, "why_not": {"code": code, "values": values}}]


def test_the_first_and_the_last_day_of_the_cycle_count_and_the_day_after_isnt_known() -> None:
    days = ("2025-11-19", "2025-11-20", "2027-10-31", "2027-11-01")
    found = hours("2027-11-05", *(credit(number, day, 60) for number, day in enumerate(days)))
    assert why_not(found) == {"c0": "before_cycle", "c1": None, "c2": None, "c3": "after_due_not_published"}
    assert (total(found)["counted_minutes"], total(found)["unsure_minutes"]) == (120, 60)


def test_what_came_on_record_later_is_hidden_and_what_lies_ahead_counts_not_yet() -> None:
    late = credit(1, "2026-06-01", 60)
    assert why_not(hours("2026-07-01", late, known_at="2026-05-01")) == {"c1": "not_known_yet"}
    assert why_not(hours("2026-05-01", late, known_at="2026-07-01")) == {"c1": "lies_ahead"}
    assert why_not(hours("2026-07-01", late)) == {"c1": None}


def test_a_credit_in_parts_counts_each_part_in_its_areas() -> None:
    parts = [{"minutes": 60, "areas": ["ethics_boundaries"]}, {"minutes": 30, "areas": ["cultural_humility"]}]
    found = hours("2027-01-01", {"id": "c1", "last_on": "2026-03-01", "parts": parts})
    counted = {line["id"]: line["counted_minutes"] for line in found["requirements"]}
    assert (counted["total"], counted["ethics_boundaries"], counted["cultural_humility"]) == (90, 60, 30)


def test_hours_are_waived_reduced_and_asked_for_again_in_the_next_cycle() -> None:
    waived = {"kind": "waive", "requirement": "total", "granted_on": "2026-05-01"}
    assert hours("2026-06-01", waivers=[waived])["hours"] == "complete"
    assert hours("2026-04-30", waivers=[waived])["hours"] == "short"
    reduced = {"kind": "reduce", "requirement": "total", "minutes": 300, "granted_on": "2026-05-01"}
    assert total(hours("2026-06-01", waivers=[reduced]))["needed_minutes"] == 900
    over = {"kind": "waive", "until_on": "2026-05-31", "granted_on": "2026-05-01"}
    found = hours("2026-06-01", waivers=[over])
    assert (found["hours"], "waiver_over" in codes_of(found)) == ("short", True)
    granted = {"received_on": "2027-10-01", "decided_on": "2027-10-05", "outcome": "granted"}
    assert hours("2028-06-01", waivers=[waived], applications=[granted])["hours"] == "short"


UNTIL = '[earn_until]\nphase = "unknown"\nsource = "missed_deadline"\nsure = "unknown"'
LATE = UNTIL.replace('phase = "unknown"', 'phase = "late"').replace('sure = "unknown"', 'sure = "verified"')


def test_what_a_late_grant_needed_counts_in_no_later_cycle_and_the_rest_does(tmp_path: Path) -> None:
    packs = changed_pack(tmp_path, "us-wi-cps", (UNTIL, LATE))
    told = [credit(1, "2027-05-01", 1140), credit(2, "2027-12-01", 60), credit(3, "2027-12-02", 60)]
    granted = {"received_on": "2028-01-02", "decided_on": "2028-01-10", "outcome": "granted"}
    case = {"pack": "changed", "exams": EXAM, "credits": told, "applications": [granted]}
    found = evaluate(case | {"as_of": "2028-02-01"}, packs)
    assert why_not(found) == {"c1": "before_cycle", "c2": "taken_before", "c3": None}
    assert total(found)["counted_minutes"] == 60


def test_what_is_planned_is_told_beside_the_answer_and_changes_nothing_in_it() -> None:
    done = credit(1, "2026-03-01", 600)
    plain = hours("2027-01-01", done)
    found = hours("2027-01-01", done, planned=[credit(2, "2027-05-01", 600), credit(3, "2027-11-01", 600)])
    what_if = found.pop("what_if")
    assert found == plain
    line = next(line for line in what_if["requirements"] if line["id"] == "total")
    assert (line["counted_minutes"], what_if["hours"]) == (1200, "unconfirmed")
    assert line["credits"] == [{"id": "c1", "minutes": 600}, {"id": "c2", "minutes": 600}]


def test_a_credit_counts_for_the_certifications_that_it_is_claimed_for() -> None:
    case = {
        "certifications": [{"id": "a", "pack": "us-wi-cps"}, {"id": "b", "pack": "us-wi-cps"}],
        "exams": [passed("2025-11-20")],
        "credits": [
            credit(1, "2026-03-01", 60, claims=["a"]),
            credit(2, "2026-03-02", 60, claims=[{"certification": "b", "decision": "returned"}, "a"]),
        ],
    }
    one, other = ask("2027-01-01", **case)["certifications"]
    assert why_not(one) == {"c1": None, "c2": None}
    assert why_not(other) == {"c1": "not_claimed", "c2": "returned"}


@pytest.mark.parametrize(
    ("as_of", "case", "code", "text"),
    [
        ("2027-01-01", {}, "log_hours", "Earn and log 20 hours more. The last day for it is October 31, 2027."),
        (
            "2027-01-01",
            {"credits": [credit(1, "2026-03-01", 1200)]},
            "send_application",
            f"Send in the application. The last day for it is October 31, 2027. {ASK}",
        ),
        (
            "2027-11-05",
            {},
            "ask_whether_hours_count",
            LATE_ASK,
        ),
        (
            "2028-05-10",
            {"credits": [credit(1, "2026-03-01", 1200)]},
            "send_application",
            BETWEEN,
        ),
        (
            "2027-11-05",
            {"applications": [{"received_on": "2027-10-25"}]},
            "wait_for_answer",
            "Wait for the answer: the application was received on October 25, 2027.",
        ),
        ("2028-07-01", {}, "take_exam", "Take the exam. The last day for it is October 30, 2029."),
        ("2031-07-01", {}, "complete_training", "Take the training again; then take the exam."),
        ("2025-11-01", {"known_at": "2025-12-01"}, "wait_for_start", "Wait: it starts on November 20, 2025."),
    ],
)
def test_the_next_step_is_said_with_its_day(as_of: str, case: dict[str, Any], code: str, text: str) -> None:
    step = ask(as_of, exams=EXAM, **case)["next_step"]
    assert (step["code"], step["text"]["en"]) == (code, text)
    assert step["text"]["es"] not in ("", text)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({}, "enter_exam_or_due_day"),
        ({"trainings": [{"completed_on": "2025-01-01", "minutes": 1200}]}, "complete_training"),
        ({"trainings": [{"completed_on": "2025-01-01", "minutes": 2880}]}, "take_exam"),
        ({"exams": [{"taken_on": "2025-05-05", "score": 70}]}, "take_exam"),
        ({"certification": {"issued_on": "2025-05-05"}}, "enter_due_day"),
    ],
)
def test_before_any_cycle_the_next_step_is_what_is_missing(case: dict[str, Any], code: str) -> None:
    assert ask("2026-01-01", **case)["next_step"]["code"] == code


DAYS = st.dates().map(lambda day: day.replace(year=2024 + day.year % 4).isoformat() if day.day < 29 else "2026-05-05")


@st.composite
def credits_told(draw: st.DrawFn) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "last_on": draw(DAYS),
            "minutes": draw(st.integers(1, 900)),
            "areas": draw(st.lists(st.sampled_from(AREAS), max_size=3, unique=True)),
            "format": draw(st.sampled_from(("in_person", "recorded", None))),
            "activity": draw(st.sampled_from(("course", "book"))),
        }
        for number in range(draw(st.integers(0, 6)))
    ]


def _ask(told: list[dict[str, Any]], as_of: str = "2028-01-15") -> dict[str, Any]:
    case = {"pack": "us-wi-cps", "as_of": as_of, "known_at": "2029-01-01", "exams": EXAM, "credits": told}
    return evaluate(case, case_packs())


@settings(max_examples=60)
@given(told=credits_told(), seed=st.randoms(use_true_random=False))
def test_the_order_of_credits_changes_nothing(told: list[dict[str, Any]], seed: random.Random) -> None:
    one, other = _ask(told), _ask(seed.sample(told, len(told)))
    lines = ("id", "counted_minutes", "unsure_minutes", "open_minutes")
    assert [[line[name] for name in lines] for line in one["requirements"]] == [
        [line[name] for name in lines] for line in other["requirements"]
    ]
    assert (one["hours"], one["next_step"], one["because"]) == (other["hours"], other["next_step"], other["because"])


@settings(max_examples=60)
@given(told=credits_told())
def test_one_more_credit_never_makes_it_worse(told: list[dict[str, Any]]) -> None:
    better = {"short": 0, "unconfirmed": 1, "complete": 2}
    more, fewer = _ask(told), _ask(told[:-1])
    assert better[more["hours"]] >= better[fewer["hours"]]
    assert total(more)["counted_minutes"] >= total(fewer)["counted_minutes"]
    assert total(more)["open_minutes"] <= total(fewer)["open_minutes"]


@settings(max_examples=60)
@given(told=credits_told())
def test_each_number_is_the_sum_of_the_credits_that_make_it(told: list[dict[str, Any]]) -> None:
    found = _ask(told)
    for line in found["requirements"]:
        made = sum(one["minutes"] for one in line["credits"])
        assert line["counted_minutes"] == (
            made if line["needed_minutes"] is None else min(made, line["needed_minutes"])
        )
    counted = {one["id"]: one["counted_minutes"] for one in found["credits"] if one["counted_minutes"]}
    assert counted == {one["id"]: one["minutes"] for one in total(found)["credits"]}
