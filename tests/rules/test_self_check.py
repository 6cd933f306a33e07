"""A look ahead for somebody on the way in: only what packs publish is asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.rules import every_shipped_pack, shipped_packs

from certtrack.rules.exams import count_left
from certtrack.rules.facts import ExamFact, Outcome
from certtrack.rules.pack import Ask, Pack
from certtrack.rules.self_check import Checked, check, list_questions
from certtrack.rules.values import Value


@pytest.fixture(scope="module")
def shipped() -> dict[str, Pack]:
    return {pack.key: pack for pack in every_shipped_pack()}


def kinds(checked: Checked) -> tuple[list[str], list[str], list[str]]:
    return ([one.kind for one in checked.met], [one.kind for one in checked.open], [one.kind for one in checked.unsure])


def test_each_question_is_a_value_of_its_pack_with_its_source(shipped: dict[str, Pack]) -> None:
    for pack in shipped.values():
        said: list[Value[object]] = [ask.minutes for ask in pack.asks if ask.step == "entry"]  # type: ignore[misc]
        said += [pack.training.minutes] if pack.training else []  # type: ignore[list-item]
        said += [pack.least_age] if pack.least_age else []  # type: ignore[list-item]
        sources = [value.source for value in said]
        for question in list_questions(pack):
            assert question.source in sources, pack.ref
        assert bool(list_questions(pack)) is bool(said), pack.ref


def test_a_training_that_is_asked_for_twice_is_asked_once(shipped: dict[str, Pack]) -> None:
    assert [(one.kind, one.amount) for one in list_questions(shipped["us-pa-cps"])] == [("age", 18), ("training", 4500)]


def test_what_is_asked_later_is_no_question_of_the_way_in(shipped: dict[str, Pack]) -> None:
    assert any(ask.step == "provisional" for ask in shipped["us-tx-ps"].asks)
    assert list_questions(shipped["us-tx-ps"]) == ()


def test_two_readings_are_both_told(cps: Pack) -> None:
    [training] = list_questions(cps)
    assert (training.amount, training.most, training.sure) == (2880, 3120, "conflicting")


def test_where_the_published_readings_differ_it_is_not_clear_whether_all_is_there(cps: Pack) -> None:
    checked = check(cps, {one.kind: "yes" for one in list_questions(cps)})
    assert "training" in [one.kind for one in checked.unsure]
    assert not checked.is_ready


def test_answers_are_sorted_and_what_was_not_answered_is_unsure(shipped: dict[str, Pack]) -> None:
    pack = shipped["us-ne-cpss"]
    assert kinds(check(pack, {"age": "yes", "training": "not_yet"})) == (["age"], ["training"], [])
    assert kinds(check(pack, {"age": "yes"})) == (["age"], [], ["training"])
    ready = check(pack, {"age": "yes", "training": "yes"})
    assert (ready.is_ready, ready.has_exam) == (True, True)
    assert not check(shipped["us-ga-cps"], {}).is_ready  # of which nothing is published


def test_nobody_is_told_that_they_meet_what_is_not_published(cps: Pack) -> None:
    assert cps.training is not None
    unknown = replace(cps.training.minutes, value=None, sure="unknown")
    pack = replace(cps, training=replace(cps.training, minutes=unknown))
    assert kinds(check(pack, {"training": "yes"})) == ([], [], ["training"])
    assert kinds(check(pack, {"training": "not_yet"})) == ([], ["training"], [])


def test_an_answer_to_what_is_not_asked_says_nothing() -> None:
    pack = shipped_packs().get("us-wi-cps")
    assert not pack.least_age
    assert kinds(check(pack, {"age": "not_yet", "training": "yes"})) == ([], [], ["training"])
    extra = replace(pack, asks=(Ask("entry", "supervision", Value(600, pack.training.minutes.source, "verified")),))  # type: ignore[union-attr]
    assert [one.kind for one in list_questions(extra)] == ["training", "supervision"]


@pytest.mark.parametrize(
    ("outcomes", "left"),
    [
        ((), 2),
        (("not_passed_yet",), 1),
        (("not_passed_yet", "not_passed_yet", "not_passed_yet"), 0),
        (("not_passed_yet", "passed"), 2),
        (("passed", "not_passed_yet"), 1),
        (("not_known", "not_passed_yet"), None),
        (("not_known", "passed", "not_passed_yet"), 1),
    ],
)
def test_attempts_are_used_up_since_the_exam_was_passed_last(outcomes: tuple[Outcome, ...], left: int | None) -> None:
    exams = [ExamFact(no, date(2026, 1, 1) + timedelta(days=no), outcome) for no, outcome in enumerate(outcomes)]
    assert count_left(reversed(exams), 2) == left
