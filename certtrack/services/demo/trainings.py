"""The demonstration's trainings: one that is running, with missed time and a waiting list, and completed ones."""

from collections.abc import Mapping
from datetime import date, timedelta

from certtrack.db.models import Person, Training
from certtrack.rules.training import EnrollmentState
from certtrack.security import Actor
from certtrack.services.demo.people import CAROL, PEOPLE, DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.trainings.attendance import Mark, record_attendance
from certtrack.services.trainings.courses import NewSession, NewTraining, list_sessions, plan_training
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere
from certtrack.services.trainings.enrollments import complete, enroll

_NINE, _ONE = 9 * 60, 13 * 60
_SESSIONS, _LENGTH = 12, _ONE - _NINE
_NAMED = {one.given_name: one for one in PEOPLE}
# how much of which session somebody was there for, where it wasn't all of it
_RUNNING: Mapping[str, tuple[EnrollmentState, Mapping[int, int]]] = {
    "Oskar": ("accepted", {2: 150, 4: 180}),
    "Noor": ("accepted", {}),
    "Milo": ("waiting_list", {}),
    "Anders": ("applied", {}),
}
_HELD = 7
_ONLINE, _TRAINERS, _SEATS = "Video meeting", "Dana Fictional and Lee Invented", 18


def add_trainings(place: Place, people: Mapping[DemoPerson, Person], office: Actor) -> None:
    """Put the trainings on record; `office` says what is complete, so that a name stands with it."""
    _add_running(place, people)
    _add_completed(place, people, office)
    new = NewElsewhere("cps", "Example Recovery Institute", place.today - timedelta(days=1500), 48 * 60)
    record_elsewhere(place.session, people[CAROL].id, new, actor=office, at=place.at)


def _add_running(place: Place, people: Mapping[DemoPerson, Person]) -> None:
    """It began seven sessions ago, and goes on each week."""
    first = place.today - timedelta(days=7 * _HELD - 4)
    training = _plan(place, "Certified Peer Specialist training", first, 7, "Lakeside Hall, room 2")
    numbers = [one.id for one in list_sessions(place.session, training.id)]
    for name, (state, partly) in _RUNNING.items():
        place_in = enroll(place.session, training, people[_NAMED[name]].id, state, actor=ACTOR, at=place.at)
        if state == "accepted":
            marks = [Mark(place_in.id, numbers[n], partly.get(n, _LENGTH), 0) for n in range(_HELD)]
            record_attendance(place.session, training, marks, actor=ACTOR, at=place.at)


def _add_completed(place: Place, people: Mapping[DemoPerson, Person], office: Actor) -> None:
    first = place.today - timedelta(days=260)
    training = _plan(place, "Winter training online", first, 1, _ONLINE)
    sessions = list_sessions(place.session, training.id)
    for name, partly, reason in (
        ("Farah", {}, None),
        ("Vera", {5: 120}, "Made up for in two evenings with the trainers."),
    ):
        person = people[_NAMED[name]]
        place_in = enroll(place.session, training, person.id, "accepted", actor=ACTOR, at=place.at)
        marks = [Mark(place_in.id, one.id, partly.get(n, _LENGTH), 0) for n, one in enumerate(sessions)]
        record_attendance(place.session, training, marks, actor=ACTOR, at=place.at)
        complete(
            place.session, place.rulebook, training, place_in, sessions[-1].held_on, reason=reason,
            expected_no=place_in.no, actor=office, at=place.at,
        )  # fmt: skip


def _plan(place: Place, title: str, first: date, every: int, where: str) -> Training:
    """Twelve sessions of four hours, every so many days."""
    sessions = [NewSession(first + timedelta(days=every * n), _NINE, _ONE) for n in range(_SESSIONS)]
    new = NewTraining("cps", title, is_online=where == _ONLINE, place=where, trainers=_TRAINERS, seats=_SEATS)
    return plan_training(place.session, place.organization.id, new, sessions, actor=ACTOR, at=place.at)
