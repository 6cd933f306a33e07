"""The demonstration's exams: the program's, with results of every kind, and an office's own, of which it sees days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from certtrack.db.models import ExamResult, ExamSitting, Person
from certtrack.rules.facts import Route
from certtrack.security import Actor
from certtrack.services.demo.people import PEOPLE, DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.exams.results import NewResult, correct_exam_result, record_exam_result
from certtrack.services.exams.sittings import NewSitting, create_sitting, register

People = Mapping[DemoPerson, Person]

_NAMED = {one.given_name: one for one in PEOPLE}
_FIRST_IN, _SECOND_IN, _NEXT_IN, _OFFICES_NEXT_IN = -160, -65, 24, 38
_STAGE_IN = 14  # the first reminder of an exam is due: for somebody without an address by letter
_MARK = 8500
_BEGINS_AT = time(9, 30)


def add_exams(place: Place, people: People, programme: Actor) -> None:
    """Put sittings on record, held and to come; `programme` enters what came of them, so that a name stands with it."""
    _add_first(place, people, programme)
    _add_second(place, people, programme)
    _hold(place, people, _NEXT_IN, 12, ("Noor", "Anders"), programme)
    own = replace(place, programme=place.organization)  # it holds these for its own people, and gives nothing
    _hold(own, people, _NAMED["Wendell"].sat_in, 8, ("Wendell",), ACTOR)
    _hold(own, people, _OFFICES_NEXT_IN, 4, ("Oskar", "Milo"), ACTOR)
    _hold(own, people, _STAGE_IN, 6, ("Umar",), ACTOR)


def _add_first(place: Place, people: People, programme: Actor) -> None:
    sitting = _hold(place, people, _FIRST_IN, 10, ("Nadia", "Noor"), programme)
    _enter(place, people, sitting, "Nadia", 8250, 1, programme)
    _enter(place, people, sitting, "Noor", 7900, 1, programme, route="way_back")


def _add_second(place: Place, people: People, programme: Actor) -> None:
    """One passes at the second attempt, by a score that was mended; of the other it is known only that they sat."""
    sitting = _hold(place, people, _SECOND_IN, 10, ("Nadia", "Vera"), programme)
    result = _enter(place, people, sitting, "Nadia", 9050, 2, programme)
    correct_exam_result(
        place.session, place.rulebook, result, NewResult(result.taken_on, score=9150, attempt=2),
        reason="The letter says 91.5.", actor=programme, at=place.at,
    )  # fmt: skip


def _hold(
    place: Place, people: People, days: int | None, seats: int, names: tuple[str, ...], actor: Actor
) -> ExamSitting:
    held_on = place.day(days) or place.today
    where = "Lakeside Hall, room 1" if place.programme is place.organization else "Example State Library, room 4"
    mark = _MARK if held_on < place.today else None
    new = NewSitting(held_on, where, seats, mark, begins_at=_BEGINS_AT, to_bring="A photo ID and two pencils.")
    sitting = create_sitting(place.session, place.programme.id, "cps", new, actor=actor, at=place.at)
    for name in names:
        register(place.session, sitting, people[_NAMED[name]].id, actor=actor, at=place.at)
    return sitting


def _enter(
    place: Place,
    people: People,
    sitting: ExamSitting,
    name: str,
    score: int,
    attempt: int,
    actor: Actor,
    *,
    route: Route = "first",
) -> ExamResult:
    return record_exam_result(
        place.session,
        place.rulebook,
        person_id=people[_NAMED[name]].id,
        organization_id=sitting.organization_id,
        credential=sitting.credential,
        new=NewResult(sitting.held_on, score=score, route=route, attempt=attempt),
        sitting_id=sitting.id,
        actor=actor,
        at=place.at,
    )
