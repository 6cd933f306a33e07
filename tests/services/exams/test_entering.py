"""A whole sitting's results at once: all rows or none, and what somebody else wrote meanwhile is never undone."""

from typing import Any

import pytest
from kit.exams import correct, hold, list_outcomes, seat, sit
from kit.world import World

from certtrack.db.models import ExamRegistration, ExamResult
from certtrack.services.exams.entering import BadEntries, Entry, enter_results
from certtrack.services.exams.results import NewResult, withdraw_exam_result
from certtrack.services.exams.sittings import get_sitting

Rows = dict[int, tuple[NewResult, int | None, int]]


@pytest.fixture
def sitting(world: World) -> int:
    return hold(world, held_on=world.today)


def enter(world: World, sitting: int, rows: Rows, reason: str | None = None) -> int:
    """`rows`: by registration what is told, the result that it stands on, and the version that was shown."""
    with world.database.writing() as session:
        entries = [
            Entry(
                session.get_one(ExamRegistration, number),
                new,
                session.get_one(ExamResult, result) if result else None,
                no,
            )
            for number, (new, result, no) in rows.items()
        ]
        found = get_sitting(session, world.actor, sitting)
        return enter_results(session, world.rulebook, found, entries, reason=reason, actor=world.actor, at=world.at)


def told(world: World, percent: int, **values: Any) -> NewResult:
    return NewResult(world.today, score=percent * 100, **({"attempt": 1} | values))


def test_a_row_that_cannot_be_taken_keeps_all_of_them_off_the_record(world: World, sitting: int) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    sit(world, dave, 70, attempt=1)
    carols, daves = seat(world, sitting, carol), seat(world, sitting, dave)
    with pytest.raises(BadEntries) as caught:
        enter(world, sitting, {carols: (told(world, 90), None, 0), daves: (told(world, 90), None, 0)})
    assert caught.value.problems == {daves: "taken"}
    assert list_outcomes(world, carol) == []
    rows: Rows = {carols: (told(world, 90), None, 0), daves: (told(world, 90, attempt=2), None, 0)}
    assert enter(world, sitting, rows) == 2


def test_a_row_that_nobody_touched_leaves_what_somebody_else_wrote_meanwhile(world: World, sitting: int) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    carols, daves = seat(world, sitting, carol), seat(world, sitting, dave)
    result = sit(world, carol, 84, attempt=1, taken_on=world.today)
    correct(world, result, told(world, 86))

    assert enter(world, sitting, {carols: (told(world, 84), result, 1), daves: (told(world, 90), None, 0)}) == 1
    assert list_outcomes(world, carol) == [("passed", "pass_mark")]
    with pytest.raises(BadEntries) as caught:
        enter(world, sitting, {carols: (told(world, 70), result, 1)}, reason="counted again")
    assert caught.value.problems == {carols: "stale"}
    assert enter(world, sitting, {carols: (told(world, 70), result, 2)}, reason="counted again") == 1


def test_a_result_that_was_withdrawn_meanwhile_or_entered_by_another_is_told(world: World, sitting: int) -> None:
    carol = world.person()
    carols = seat(world, sitting, carol)
    number = sit(world, carol, 84, attempt=1, taken_on=world.today)
    with pytest.raises(BadEntries) as caught:
        enter(world, sitting, {carols: (told(world, 90), number, 0)}, reason="counted again")
    assert caught.value.problems == {carols: "stale"}
    with world.database.writing() as session:
        withdraw_exam_result(
            session, world.rulebook, session.get_one(ExamResult, number), expected_no=1, reason="another Carol",
            actor=world.actor, at=world.at,
        )  # fmt: skip
    with pytest.raises(BadEntries) as caught:
        enter(world, sitting, {carols: (told(world, 90), None, 1)})
    assert caught.value.problems == {carols: "stale"}


def test_a_correction_in_the_table_needs_its_reason(world: World, sitting: int) -> None:
    carols = seat(world, sitting, carol := world.person())
    result = sit(world, carol, 84, attempt=1, taken_on=world.today)
    with pytest.raises(BadEntries) as caught:
        enter(world, sitting, {carols: (told(world, 90), result, 1)})
    assert caught.value.problems == {carols: "no_reason"}
