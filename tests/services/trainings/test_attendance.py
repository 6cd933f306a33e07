"""The attendance sheet: written whole, never over somebody else, by nobody about themselves."""

from datetime import timedelta

import pytest
from kit.credits import Cast, act_as, list_events
from kit.trainings import FIRST, make_sessions, note, note_all, plan, put_in
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import TrainingAttendance
from certtrack.db.models import TrainingAttendanceVersion as Version
from certtrack.errors import NotAllowed, NotFound, Refused
from certtrack.security import Role
from certtrack.services.trainings.attendance import Mark, Noted, StaleAttendance, load_noted
from certtrack.services.trainings.courses import list_sessions
from certtrack.services.trainings.rights import get_training


def count_versions(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count(Version.id))) or 0


def test_what_is_written_stands_as_versions_with_who_and_an_event_that_names_the_person(
    world: World, cast: Cast
) -> None:
    training, (first, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    assert note(world, training, [Mark(place, first, 240, 0)], actor=cast.office) == 1
    assert note(world, training, [Mark(place, first, 90, 1)]) == 1
    with world.database.reading() as session:
        versions = session.execute(select(Version.no, Version.minutes).order_by("no")).all()
        assert [tuple(row) for row in versions] == [(1, 240), (2, 90)]
        by = session.scalars(select(Version.recorded_by).order_by(Version.no)).all()
        assert by == [cast.office.key, world.actor.key]
    assert list_events(world, "training_attendance") == [("training_attendance.noted", [cast.carol])] * 2


def test_a_cell_that_says_what_is_on_record_is_no_version(world: World, cast: Cast) -> None:
    training, (first, second, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    note(world, training, [Mark(place, first, 240, 0)])
    assert note(world, training, [Mark(place, first, 240, 1), Mark(place, second, None, 0)]) == 0
    assert count_versions(world) == 1


def test_two_who_write_different_cells_both_keep_theirs(world: World, cast: Cast) -> None:
    training, (first, second, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    note(world, training, [Mark(place, first, 240, 0)])
    note(world, training, [Mark(place, second, 60, 0)])
    with world.database.reading() as session:
        found = load_noted(session, get_training(session, world.actor, training))
    assert found == {(place, first): Noted(240, 1), (place, second): Noted(60, 1)}


def test_whoever_comes_second_at_a_cell_is_told_what_stands_there_and_nothing_is_written(
    world: World, cast: Cast
) -> None:
    training, (first, second, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    note(world, training, [Mark(place, first, 240, 0)])
    with pytest.raises(StaleAttendance) as caught:
        note(world, training, [Mark(place, second, 240, 0), Mark(place, first, 0, 0)])
    assert caught.value.found == {(place, first): Noted(240, 1)}
    assert count_versions(world) == 1


def test_nobody_notes_their_own_attendance(world: World, cast: Cast) -> None:
    training, (first, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    own = act_as(world, world.account("carola", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    with pytest.raises(Refused, match="your own training"):
        note(world, training, [Mark(place, first, 240, 0)], actor=own)
    assert count_versions(world) == 0


def test_whoever_does_not_run_the_training_does_not_find_it(world: World, cast: Cast) -> None:
    training, (first, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    for actor in (cast.holder, cast.supervisor, cast.stranger):
        with pytest.raises(NotFound):
            note(world, training, [Mark(place, first, 240, 0)], actor=actor)
        with pytest.raises(NotAllowed):
            plan(world, actor=actor)


@pytest.mark.parametrize(("minutes", "says"), [(241, "240 minutes long"), (-1, "240 minutes long")])
def test_nobody_was_there_for_longer_than_the_session_or_for_less_than_nothing(
    world: World, cast: Cast, minutes: int, says: str
) -> None:
    training, (first, *_) = plan(world)
    place = put_in(world, training, cast.carol)
    with pytest.raises(Refused, match=says):
        note(world, training, [Mark(place, first, minutes, 0)])


def test_only_the_accepted_were_there_and_only_in_sessions_that_were_held(world: World, cast: Cast) -> None:
    training, sessions = plan(world, make_sessions(3, world.today - timedelta(days=1)))
    carol = put_in(world, training, cast.carol)
    waiting = put_in(world, training, world.person("Erin"), "waiting_list")
    assert note(world, training, [Mark(carol, sessions[1], 240, 0)]) == 1  # today's
    with pytest.raises(Refused, match="lies ahead"):
        note(world, training, [Mark(carol, sessions[2], 240, 0)])
    with pytest.raises(Refused, match="was accepted"):
        note(world, training, [Mark(waiting, sessions[0], 240, 0)])


def test_a_cell_of_another_training_is_not_on_this_sheet(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    other, others = plan(world, title="Another")
    place = put_in(world, training, cast.carol)
    for marks in ([Mark(place, others[0], 1, 0)], [Mark(place + 99, sessions[0], 1, 0)]):
        with pytest.raises(NotFound, match="no such cell"):
            note(world, training, marks)
    with pytest.raises(NotFound, match="no such cell"):
        note(world, other, [Mark(place, others[0], 1, 0)])


def test_what_was_noted_can_be_taken_back(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    note_all(world, training, place, sessions[:1])
    assert note(world, training, [Mark(place, sessions[0], None, 1)]) == 1
    with world.database.reading() as session:
        assert session.scalars(select(TrainingAttendance.minutes)).all() == [None]
        assert list_sessions(session, training)[0].held_on == FIRST
