"""Applications to a training, and that somebody has completed it."""

from datetime import date, timedelta

import pytest
from kit.credits import Cast, act_as, list_events
from kit.trainings import FIRST, NINE, ONE, make_sessions, make_training, note, note_all, plan, put_in
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Enrollment, EnrollmentVersion, Training, TrainingSession
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.rules.training import EnrollmentState
from certtrack.security import Actor, Role
from certtrack.services.trainings.attendance import Mark
from certtrack.services.trainings.courses import NewSession, amend_training, call_off, list_sessions
from certtrack.services.trainings.elsewhere import (
    NewElsewhere,
    get_elsewhere,
    record_elsewhere,
    withdraw_elsewhere,
)
from certtrack.services.trainings.enrollments import complete, decide_enrollment, take_back_completion
from certtrack.services.trainings.shown import PersonTrainings, list_trainings, show_trainings

LAST = FIRST + timedelta(days=11)


def decide(world: World, place: int, state: EnrollmentState, expected_no: int = 1, actor: Actor | None = None) -> bool:
    with world.database.writing() as session:
        enrollment = session.get_one(Enrollment, place)
        training = session.get_one(Training, enrollment.training_id)
        who = actor or world.actor
        return decide_enrollment(
            session, training, enrollment, state, expected_no=expected_no, actor=who, at=world.at
        )  # fmt: skip


def finish(
    world: World, place: int, on: date = LAST, reason: str | None = None, *, no: int = 1, actor: Actor | None = None
) -> None:
    with world.database.writing() as session:
        enrollment = session.get_one(Enrollment, place)
        training = session.get_one(Training, enrollment.training_id)
        complete(
            session, world.rulebook, training, enrollment, on, reason=reason, expected_no=no,
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def show(
    world: World, person: int, actor: Actor | None = None, as_of: date | None = None, **values: object
) -> PersonTrainings:
    with world.database.reading() as session:
        return show_trainings(
            session, world.rulebook, actor or world.actor, person, today=world.today, as_of=as_of or world.today,
            **values,  # type: ignore[arg-type]  # known_at
        )  # fmt: skip


def test_an_application_is_decided_by_versions_and_stale_decisions_write_nothing(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    place = put_in(world, training, cast.carol, "applied")
    assert decide(world, place, "waiting_list")
    assert not decide(world, place, "waiting_list", 2)
    with pytest.raises(StaleRecord):
        decide(world, place, "declined")
    with world.database.reading() as session:
        assert session.scalars(select(EnrollmentVersion.state).order_by(EnrollmentVersion.no)).all() == [
            "applied",
            "waiting_list",
        ]
    events = [("enrollment.recorded", [cast.carol]), ("enrollment.decided", [cast.carol])]
    assert list_events(world, "enrollment") == events


def test_the_list_says_how_many_wait_for_an_answer(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    put_in(world, training, cast.carol, "applied")
    put_in(world, training, world.person("Erin"))
    with world.database.reading() as session:
        [listed] = list_trainings(session, cast.office)
    assert (listed.accepted, listed.applied) == (1, 1)


def test_nobody_is_in_a_training_twice_merged_people_neither(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    put_in(world, training, cast.carol)
    with pytest.raises(Refused, match="in this training already"):
        put_in(world, training, cast.carol, "applied")


def test_no_more_are_accepted_than_there_are_seats(world: World, cast: Cast) -> None:
    training, _ = plan(world, seats=1)
    put_in(world, training, cast.carol)
    erin = world.person("Erin")
    with pytest.raises(Refused, match="Every seat is taken"):
        put_in(world, training, erin)
    place = put_in(world, training, erin, "waiting_list")
    with pytest.raises(Refused, match="Every seat is taken"):
        decide(world, place, "accepted")


def test_the_full_hours_complete_a_training_and_the_name_of_who_says_so_stays(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    note_all(world, training, place, sessions)
    finish(world, place, actor=cast.office)
    [shown] = show(world, cast.carol).offered
    assert (shown.completed_on, shown.completed_by, shown.completed_reason) == (LAST, "alice@example.org", None)
    assert (shown.count.attended, shown.count.lacks) == (2880, ())
    with pytest.raises(Refused, match="complete"):  # what it rests on isn't changed under it
        note(world, training, [Mark(place, sessions[0], 0, 1)])
    with pytest.raises(Refused, match="complete since"):
        finish(world, place, no=2)


def test_missed_time_asks_for_a_reason(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    note_all(world, training, place, sessions, {2: 150, 4: 180})
    for reason in (None, "  "):
        with pytest.raises(Refused, match="Give the reason"):
            finish(world, place, reason=reason)
    finish(world, place, reason="Made up for with the trainers on May 2")
    [shown] = show(world, cast.carol).offered
    assert (shown.count.missed, shown.count.missed_in) == (150, (3, 5))
    assert shown.completed_reason == "Made up for with the trainers on May 2"


def test_before_its_last_session_a_training_is_not_complete_without_a_reason(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    note_all(world, training, place, sessions)
    with pytest.raises(Refused, match="Give the reason"):
        finish(world, place, LAST - timedelta(days=1))
    with pytest.raises(Refused, match="lies ahead"):
        finish(world, place, world.today + timedelta(days=1))


def test_only_the_accepted_complete_it_and_nobody_says_so_of_themselves(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    place = put_in(world, training, cast.carol, "applied")
    with pytest.raises(Refused, match="accepted"):
        finish(world, place, reason="because")
    own = act_as(world, world.account("carola", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    with pytest.raises(Refused, match="your own training"):
        finish(world, place, reason="because", actor=own)
    with pytest.raises(Refused, match="your own training"):
        decide(world, place, "accepted", actor=own)


def test_a_completion_is_taken_back_with_a_reason(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    note_all(world, training, place, sessions)
    finish(world, place)
    with world.database.writing() as session:
        enrollment, record = session.get_one(Enrollment, place), session.get_one(Training, training)
        values = {"expected_no": 2, "actor": world.actor, "at": world.at}
        with pytest.raises(Refused, match="why"):
            take_back_completion(session, record, enrollment, " ", **values)  # type: ignore[arg-type]  # as named
        take_back_completion(session, record, enrollment, "a slip", **values)  # type: ignore[arg-type]  # likewise
    assert show(world, cast.carol).offered[0].completed_on is None


def test_what_is_shown_is_as_of_the_day_and_as_known_at_the_moment(world: World, cast: Cast) -> None:
    training, sessions = plan(world)
    place = put_in(world, training, cast.carol)
    before = world.at
    world.move_to(world.today + timedelta(days=1))
    note_all(world, training, place, sessions)
    finish(world, place)
    then = show(world, cast.carol, known_at=before).offered[0]
    assert (then.count.attended, then.completed_on, len(then.count.unnoted)) == (0, None, 12)
    earlier = show(world, cast.carol, as_of=FIRST + timedelta(days=1)).offered[0]
    assert (earlier.count.attended, earlier.completed_on) == (480, None)
    assert show(world, cast.carol, known_at=before - timedelta(days=1)).offered == ()


def test_others_see_what_was_attended_and_not_what_became_of_an_application(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    place = put_in(world, training, cast.carol, "declined")
    who = (cast.holder, cast.office, cast.supervisor, cast.stranger)
    assert [len(show(world, cast.carol, actor).offered) for actor in who] == [1, 1, 0, 0]
    decide(world, place, "accepted")
    assert [len(show(world, cast.carol, actor).offered) for actor in who] == [1, 1, 1, 0]
    assert [show(world, cast.carol, actor).can_record for actor in who] == [False, True, False, False]


def test_a_training_elsewhere_stands_on_its_paper_with_who_has_seen_it(world: World, cast: Cast) -> None:
    new = NewElsewhere("cps", "Example Academy", date(2024, 6, 1), 2880)
    with world.database.writing() as session:
        number = record_elsewhere(session, cast.carol, new, actor=cast.office, at=world.at).id
    again = NewElsewhere("cps", "EXAMPLE  academy", date(2024, 6, 1))
    with pytest.raises(Refused, match="on record already"), world.database.writing() as session:
        record_elsewhere(session, cast.carol, again, actor=cast.office, at=world.at)
    [shown] = show(world, cast.carol).elsewhere
    assert (shown.facts.provider, shown.facts.minutes, shown.facts.proof_seen_by) == (
        "Example Academy",
        2880,
        "alice@example.org",
    )
    assert show(world, cast.carol, as_of=date(2024, 5, 31)).elsewhere == ()
    with world.database.writing() as session:
        record = get_elsewhere(session, cast.carol, number)
        withdraw_elsewhere(session, record, "somebody else's", expected_no=1, actor=cast.office, at=world.at)
    assert show(world, cast.carol).elsewhere == ()


def test_a_training_elsewhere_is_written_down_by_the_office_alone(world: World, cast: Cast) -> None:
    new = NewElsewhere("cps", "Example Academy", date(2024, 6, 1))
    own = act_as(world, world.account("carola", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    for actor, error in ((cast.holder, Refused), (own, Refused), (cast.supervisor, NotAllowed)):
        with pytest.raises(error), world.database.writing() as session:
            record_elsewhere(session, cast.carol, new, actor=actor, at=world.at)


def amend(world: World, training: int, sessions: list[NewSession], no: int = 1, **values: object) -> bool:
    with world.database.writing() as session:
        record = session.get_one(Training, training)
        return amend_training(
            session, record, make_training(**values), sessions, expected_no=no, actor=world.actor, at=world.at
        )  # fmt: skip


def test_a_training_is_amended_with_its_sessions_and_known_as_it_was(world: World, cast: Cast) -> None:
    training, numbers = plan(world, make_sessions(2))
    kept = NewSession(FIRST, NINE, ONE, numbers[0])
    place = put_in(world, training, cast.carol)
    before = world.at
    world.move_to(world.today + timedelta(days=1))
    assert not amend(world, training, [kept, NewSession(FIRST + timedelta(days=1), NINE, ONE, numbers[1])])
    assert amend(world, training, [kept, NewSession(FIRST - timedelta(days=7), NINE, ONE + 60)], title="Anew")
    with pytest.raises(StaleRecord):
        amend(world, training, [kept])
    with world.database.reading() as session:
        found = list_sessions(session, training)
        assert [one.held_on for one in found] == [FIRST - timedelta(days=7), FIRST]
    assert show(world, cast.carol).offered[0].title == "Anew"
    then = show(world, cast.carol, known_at=before).offered[0]
    assert (then.title, then.count.offered, then.enrollment_id) == ("Spring training", 480, place)


def test_a_session_of_which_something_is_noted_neither_goes_nor_shrinks_below_it(world: World, cast: Cast) -> None:
    training, numbers = plan(world, make_sessions(1))
    place = put_in(world, training, cast.carol)
    note(world, training, [Mark(place, numbers[0], 200, 0)])
    for sessions in ([], [NewSession(FIRST, NINE, NINE + 199, numbers[0])]):
        with pytest.raises(Refused, match="more is noted"):
            amend(world, training, sessions)
    assert amend(world, training, [NewSession(FIRST, NINE, NINE + 200, numbers[0])])
    with world.database.reading() as session:
        assert session.scalars(select(TrainingSession.is_dropped)).all() == [False]


def test_a_training_that_was_called_off_takes_nobody_in(world: World, cast: Cast) -> None:
    training, _ = plan(world)
    with world.database.writing() as session:
        record = session.get_one(Training, training)
        call_off(session, record, "no trainer", expected_no=1, actor=world.actor, at=world.at)
    with pytest.raises(Refused, match="called off"):
        put_in(world, training, cast.carol)
    with pytest.raises(NotFound):
        put_in(world, training + 1, cast.carol)
