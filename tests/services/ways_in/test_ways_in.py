"""The way in: what is open, applying by oneself, and how far one is."""

from datetime import timedelta

import pytest
from kit.counting import counting_statements
from kit.credits import Cast, list_events
from kit.exams import hold, seat, sit
from kit.trainings import make_sessions, note_all, plan, put_in
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Enrollment, Training
from certtrack.errors import NotAllowed, NotFound, Refused
from certtrack.rules.training import EnrollmentState
from certtrack.security import Actor
from certtrack.services.trainings.courses import call_off
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere
from certtrack.services.trainings.enrollments import decide_enrollment
from certtrack.services.ways_in.applying import apply_for_training, withdraw_application
from certtrack.services.ways_in.open_courses import (
    get_open_training,
    list_open_sittings,
    list_open_trainings,
)
from certtrack.services.ways_in.own_path import OwnPath, load_own_path


def plan_open(world: World, in_days: int = 10, **values: object) -> int:
    """A training that begins in so many days; with 0 today."""
    return plan(world, make_sessions(3, world.today + timedelta(days=in_days)), **values)[0]  # type: ignore[arg-type]


def apply(world: World, training: int, person: int, actor: Actor) -> int:
    with world.database.writing() as session:
        return apply_for_training(session, training, person, actor=actor, at=world.at).id


def take_back(world: World, training: int, person: int, actor: Actor) -> None:
    with world.database.writing() as session:
        withdraw_application(session, training, person, actor=actor, at=world.at)


def decide(world: World, place: int, state: EnrollmentState, expected_no: int) -> None:
    with world.database.writing() as session:
        enrollment = session.get_one(Enrollment, place)
        training = session.get_one(Training, enrollment.training_id)
        decide_enrollment(
            session, training, enrollment, state, expected_no=expected_no, actor=world.actor, at=world.at
        )  # fmt: skip


def list_states(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Enrollment.state).order_by(Enrollment.id)))


def walk(world: World, person: int) -> OwnPath:
    with world.database.reading() as session:
        return load_own_path(session, world.rulebook, person, world.today)


def test_a_specialist_applies_by_oneself_and_the_office_admits(world: World, cast: Cast) -> None:
    training = plan_open(world, seats=1)
    place = apply(world, training, cast.carol, cast.holder)
    assert list_states(world) == ["applied"]
    decide(world, place, "accepted", 1)
    with world.database.reading() as session:
        found = get_open_training(session, training, world.today)
    assert (found.taken, found.left, found.sessions, found.minutes) == (1, 0, 3, 720)
    assert list_events(world, "enrollment") == [
        ("enrollment.applied", [cast.carol]), ("enrollment.decided", [cast.carol]),
    ]  # fmt: skip


def test_nobody_applies_for_anybody_else(world: World, cast: Cast) -> None:
    training = plan_open(world)
    for who in (cast.supervisor, cast.office, cast.stranger):
        with pytest.raises(NotAllowed):
            apply(world, training, cast.carol, who)
    assert list_states(world) == []


def test_an_application_that_was_taken_back_can_be_made_anew_and_one_that_was_declined_can_not(
    world: World, cast: Cast
) -> None:
    training = plan_open(world)
    place = apply(world, training, cast.carol, cast.holder)
    with pytest.raises(Refused, match="already"):
        apply(world, training, cast.carol, cast.holder)
    take_back(world, training, cast.carol, cast.holder)
    assert list_states(world) == ["withdrew"]
    with pytest.raises(Refused, match="withdrawn already"):
        take_back(world, training, cast.carol, cast.holder)
    assert apply(world, training, cast.carol, cast.holder) == place
    decide(world, place, "declined", 3)
    with pytest.raises(Refused):
        apply(world, training, cast.carol, cast.holder)
    assert list_states(world) == ["declined"]


def test_what_has_begun_or_was_called_off_is_open_to_nobody(world: World, cast: Cast) -> None:
    begun, off, later = plan_open(world, 0), plan_open(world), plan_open(world, 20)
    with world.database.writing() as session:
        call_off(session, session.get_one(Training, off), "Too few", expected_no=1, actor=world.actor, at=world.at)
    for training in (begun, off):
        with pytest.raises(Refused):
            apply(world, training, cast.carol, cast.holder)
    with world.database.reading() as session:
        assert [one.training.id for one in list_open_trainings(session, world.today)] == [later]
        for training in (begun, off, 999):
            with pytest.raises(NotFound):
                get_open_training(session, training, world.today)
    with pytest.raises(NotFound):
        apply(world, 999, cast.carol, cast.holder)


def test_whoever_is_in_a_training_that_has_begun_does_not_leave_it_by_oneself(world: World, cast: Cast) -> None:
    training = plan_open(world, 1)
    apply(world, training, cast.carol, cast.holder)
    world.move_to(world.today + timedelta(days=1))
    with pytest.raises(Refused, match="has begun"):
        take_back(world, training, cast.carol, cast.holder)
    with pytest.raises(NotFound):
        take_back(world, plan_open(world), cast.carol, cast.holder)


def test_sittings_to_come_are_shown_with_the_seats_left_and_ones_own(world: World, cast: Cast) -> None:
    mine = hold(world, held_on=world.today + timedelta(days=5))
    hold(world, 3, held_on=world.today)
    hold(world, held_on=world.today + timedelta(days=6), is_called_off=True)
    hold(world, held_on=world.today - timedelta(days=1))
    seat(world, mine, cast.carol)
    with world.database.reading() as session:
        found = list_open_sittings(session, [cast.carol], world.today)
    assert [(one.left, one.is_mine) for one in found] == [(3, False), (1, True)]


def test_ones_own_path_has_what_was_attended_so_far(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    note_all(world, training, put_in(world, training, cast.carol), sessions, {1: 100})
    with world.database.writing() as session:
        elsewhere = NewElsewhere("cps", "Example Academy", world.today - timedelta(days=900))
        record_elsewhere(session, cast.carol, elsewhere, actor=world.actor, at=world.at)
    path = walk(world, cast.carol)
    [own] = path.trainings
    assert (own.facts.state, own.count.attended, own.count.needed) == ("accepted", 2740, 2880)
    assert path.find_training(training) is own
    assert [one.facts.provider for one in path.elsewhere] == ["Example Academy"]
    assert walk(world, cast.carol + 1).trainings == ()


def test_attempts_that_are_left_are_told_where_the_rules_say_how_many_there_are(world: World, cast: Cast) -> None:
    day = world.today - timedelta(days=60)
    sit(world, cast.carol, 40, taken_on=day)
    [first] = walk(world, cast.carol).exams
    assert (first.result.outcome, first.left, first.is_limited) == ("not_passed_yet", None, False)
    sit(world, cast.carol, 40, taken_on=day + timedelta(days=1), route="way_back")
    later, _ = walk(world, cast.carol).exams
    assert (later.left, later.is_limited) == (1, True)
    sit(world, cast.carol, 50, taken_on=day + timedelta(days=2), route="way_back", attempt=2)
    assert [one.left for one in walk(world, cast.carol).exams] == [0, None, None]
    sit(world, cast.carol, 95, taken_on=day + timedelta(days=3), route="way_back", attempt=3)
    assert [one.left for one in walk(world, cast.carol).exams] == [None] * 4


def test_a_number_that_was_told_of_an_attempt_goes_before_what_is_on_record(world: World, cast: Cast) -> None:
    sit(world, cast.carol, 40, taken_on=world.today - timedelta(days=9), route="way_back", attempt=2)
    assert [one.left for one in walk(world, cast.carol).exams] == [0]


def test_the_way_in_costs_the_same_however_much_there_is(world: World, cast: Cast) -> None:
    def count() -> int:
        with counting_statements(world.database) as asked:
            path = walk(world, cast.carol)
        assert path.trainings
        return len(asked)

    put_in(world, plan(world)[0], cast.carol)
    one = count()
    for number in range(3):
        put_in(world, plan(world, title=f"Another {number}")[0], cast.carol)
        sit(
            world,
            cast.carol,
            40,
            taken_on=world.today - timedelta(days=9 + number),
            route="way_back",
            attempt=number + 1,
        )
    assert one == count() <= 7
