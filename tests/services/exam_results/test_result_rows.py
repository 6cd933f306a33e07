"""What a row of a list of exam results says: the day, the score, which attempt; the rest is refused in words."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.exam_results import HEADS, SHARED, row
from kit.roster import make_csv, make_xlsx
from kit.rules import shipped_packs

from certtrack.errors import BadInput
from certtrack.services.exam_results.mapping import NO_MAPPING, read_mapping
from certtrack.services.exam_results.rows import ResultList, read_results

PACKS = shipped_packs()
TODAY = date(2026, 5, 15)


def read(*rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> ResultList:
    return read_results("results.csv", make_csv(*rows, heads=heads), NO_MAPPING, PACKS, TODAY)


@pytest.mark.parametrize(
    ("typed", "score"),
    [("91", 9100), ("91.5", 9150), ("91,25 %", 9125), ("100", 10_000), ("0", 0), ("1%", 100), ("1.01", 101)],
)
def test_a_score_is_read_in_each_notation(typed: str, score: int) -> None:
    assert [found.score for found in read(row(score=typed)).rows] == [score]


@pytest.mark.parametrize(("typed", "attempt"), [("1", 1), ("2nd", 2), ("#3", 3), ("20", 20)])
def test_an_attempt_is_read_in_each_notation(typed: str, attempt: int) -> None:
    assert [found.attempt for found in read(row(attempt=typed)).rows] == [attempt]


@pytest.mark.parametrize(
    ("typed", "route"), [("", None), ("First time", "first"), ("Way Back", "way_back"), ("reinstatement", "way_back")]
)
def test_the_route_is_said_or_it_is_not(typed: str, route: str | None) -> None:
    assert [found.route for found in read(row(route=typed)).rows] == [route]


@pytest.mark.parametrize(
    ("typed", "outcome"), [("", None), ("PASS", "passed"), ("Sí", "passed"), ("Not passed", "not_passed_yet")]
)
def test_what_came_of_it_is_stated_or_it_is_not(typed: str, outcome: str | None) -> None:
    assert [found.outcome for found in read(row(outcome=typed)).rows] == [outcome]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"score": "-1"}, ["not_a_score"]),
        ({"score": "101"}, ["not_a_score"]),
        ({"score": "passed"}, ["not_a_score"]),
        ({"score": "91.333"}, ["not_a_score"]),
        ({"score": "0.91"}, ["score_unclear"]),
        ({"score": "1"}, ["score_unclear"]),
        ({"score": ""}, ["missing"]),
        ({"attempt": "0"}, ["not_an_attempt"]),
        ({"attempt": "99"}, ["not_an_attempt"]),
        ({"attempt": "last"}, ["not_an_attempt"]),
        ({"attempt": ""}, ["missing"]),
        ({"day": str(TODAY + timedelta(days=1)), "score": "850"}, ["lies_ahead", "not_a_score"]),
        ({"day": "02/30/2025"}, ["not_a_day"]),
        ({"day": "1926-03-02"}, ["far_from_now"]),
        ({"day": ""}, ["missing"]),
        ({"route": "retake"}, ["route_unclear"]),
        ({"outcome": "no show"}, ["outcome_unclear"]),
        ({"credential": "RN"}, ["credential_unknown"]),
        ({"address": "carol@@example"}, ["not_an_address"]),
        ({"address": ""}, ["says_nobody"]),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_with_all_that_is_wrong(values: Any, problems: list[str]) -> None:
    found = read(row(**values))
    assert found.rows == ()
    assert [fault.problem for fault in found.refused[0].faults] == problems


def test_a_workbook_says_the_same_and_what_it_shows_as_a_percentage_is_asked_about() -> None:
    heads, today = ("Email", "Exam date", "Score %", "Attempt"), date(2025, 3, 3)
    data = make_xlsx([heads, ("carol@example.org", "3/3/2025", 91, 1), ("carol@example.org", 45719, 0.91, 2)])
    found = read_results("results.xlsx", data, NO_MAPPING, PACKS, TODAY)
    assert [(one.taken_on, one.score, one.attempt) for one in found.rows] == [(today, 9100, 1)]
    assert [fault.problem for one in found.refused for fault in one.faults] == ["score_unclear"]


def test_a_credential_is_named_by_its_usual_names_or_by_what_a_mapping_file_says() -> None:
    words = read_mapping("m.toml", b'[credentials]\n"Peer Spec I" = "cps"\n', PACKS)
    data = make_csv(row(credential="peer spec i"), row(credential="Parent Peer"), heads=HEADS)
    found = read_results("results.csv", data, words, PACKS, TODAY)
    assert [one.credential for one in found.rows] == ["cps", "cpps"]
    with pytest.raises(BadInput, match=r"m\.toml: credentials\.RN: no rule pack is for 'nurse'"):
        read_mapping("m.toml", b'[credentials]\nRN = "nurse"\n', PACKS)


def test_a_file_that_is_no_list_of_exam_results_is_refused_with_what_one_needs() -> None:
    with pytest.raises(BadInput, match="It needs an email or a certification number, a day"):
        read(heads=("a", "b"))
    with pytest.raises(BadInput, match="no column is known as attempt"):
        read(heads=("Email", "Exam date", "Score %"))


def test_what_a_row_is_shown_as_has_no_score() -> None:
    (found,) = read(row(score="84")).rows
    assert "84" not in repr(found)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_the_offices_own_file_says_the_same_in_any_encoding(encoding: str) -> None:
    texts = (SHARED.read_bytes(), SHARED.read_text("utf-8-sig").encode(encoding))
    ours, twin = (read_results("results.csv", data, NO_MAPPING, PACKS, date(2026, 11, 26)) for data in texts)
    assert (len(ours.rows), ours.rows, ours.refused) == (92, twin.rows, twin.refused)
    assert "Quiñones" in {row.mark.name.family for row in twin.rows if row.mark.name}
