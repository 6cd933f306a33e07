"""One sitting as its page shows it: its seats, who may still have one, and what came of it for whoever enters that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Certification, ExamRegistration, ExamResult, ExamSitting, Person
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import Route
from certtrack.security import Actor
from certtrack.services.actors import visible_people
from certtrack.services.credits.rights import is_own
from certtrack.services.exams.marks import PassMark, find_pass_mark
from certtrack.services.exams.rights import can_enter
from certtrack.services.people import fold, get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings

MOST_FOUND = 20
_WAYS_BACK = ("exam_route", "full_route")


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who sits, and what is on record of it for whoever may enter it; `result` None where nothing is.

    `route` and `attempt` are what a new result most likely is: the way back where the certification was past its late
    window on that day.
    """

    registration: ExamRegistration
    person: Person
    is_own: bool
    result: ExamResult | None
    route: Route
    attempt: int


@dataclass(frozen=True, slots=True)
class SittingPage:
    """The sitting; `found` are people who fit what was asked for and have no seat in it.

    `can_enter`: the reader enters what came of it, which is nothing before its day, nor where it is called off.
    """

    sitting: ExamSitting
    seats: tuple[Seat, ...]
    found: tuple[Person, ...]
    mark: PassMark
    can_enter: bool

    @property
    def person_ids(self) -> list[int]:
        """Everybody whom the page names."""
        return [*(seat.person.id for seat in self.seats), *(person.id for person in self.found)]


def show_sitting(
    session: Session, rulebook: Rulebook, actor: Actor, sitting: ExamSitting, words: str, today: date
) -> SittingPage:
    """The page of a sitting; `words`: part of a name, or a certification's number; empty: nobody is looked for."""
    enters = can_enter(session, actor, sitting.organization_id, sitting.credential)
    registrations = session.scalars(
        select(ExamRegistration)
        .join(Person, Person.id == ExamRegistration.person_id)
        .where(ExamRegistration.sitting_id == sitting.id, ExamRegistration.is_withdrawn.is_(False))
        .order_by(Person.folded_name, ExamRegistration.id)
    )
    seats = tuple(_show_seat(session, rulebook, actor, sitting, one, enters=enters) for one in registrations)
    return SittingPage(
        sitting=sitting,
        seats=seats,
        found=tuple(_list_found(session, actor, sitting, words, today, {seat.person.id for seat in seats})),
        mark=find_pass_mark(session, rulebook, None, sitting.credential, sitting),
        can_enter=enters and sitting.held_on <= today and not sitting.is_called_off,
    )


def find_route(session: Session, rulebook: Rulebook, person_id: int, credential: str, on: date) -> Route:
    """The way back where one of the person's certifications was on it by exam on that day, else the first route."""
    mine = (Certification.person_id.in_(same_person(person_id)), Certification.credential == credential)
    numbers = session.scalars(select(Certification.id).where(*mine)).all()
    standings = load_standings(session, rulebook, numbers, on).values()
    return "way_back" if any(standing.phase in _WAYS_BACK for standing in standings) else "first"


def _show_seat(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    sitting: ExamSitting,
    registration: ExamRegistration,
    *,
    enters: bool,
) -> Seat:
    person = get_person(session, registration.person_id)
    route: Route = find_route(session, rulebook, person.id, sitting.credential, sitting.held_on) if enters else "first"
    return Seat(
        registration=registration,
        person=person,
        is_own=is_own(session, actor, person.id),
        result=_find_result(session, sitting, person.id) if enters else None,
        route=route,
        attempt=_count_attempts(session, sitting.credential, person.id, route) + 1 if enters else 1,
    )


def _find_result(session: Session, sitting: ExamSitting, person_id: int) -> ExamResult | None:
    query = select(ExamResult).where(
        ExamResult.person_id.in_(same_person(person_id)),
        ExamResult.credential == sitting.credential,
        or_(ExamResult.sitting_id == sitting.id, ExamResult.taken_on == sitting.held_on),
        ExamResult.is_withdrawn.is_(False),
    )
    return session.scalar(query.order_by(ExamResult.sitting_id.is_(None), ExamResult.id).limit(1))


def _count_attempts(session: Session, credential: str, person_id: int, route: Route) -> int:
    query = select(func.max(ExamResult.attempt)).where(
        ExamResult.person_id.in_(same_person(person_id)),
        ExamResult.credential == credential,
        ExamResult.route == route,
        ExamResult.is_withdrawn.is_(False),
    )
    return session.scalar(query) or 0


def _list_found(
    session: Session, actor: Actor, sitting: ExamSitting, words: str, today: date, seated: set[int]
) -> Sequence[Person]:
    if not words:
        return ()
    numbered = select(Certification.person_id).where(Certification.number == words)
    fits = or_(Person.folded_name.contains(fold(words), autoescape=True), Person.id.in_(numbered))
    query = select(Person).where(
        fits, _is_of_place(actor, sitting, today), Person.merged_into_id.is_(None), Person.died_on.is_(None)
    )
    query = query.where(Person.id.not_in(seated)).order_by(Person.folded_name, Person.id)
    return session.scalars(query.limit(MOST_FOUND)).all()


def _is_of_place(actor: Actor, sitting: ExamSitting, today: date) -> ColumnElement[bool]:
    here = select(Affiliation.person_id).where(
        Affiliation.organization_id == sitting.organization_id,
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    return or_(Person.id.in_(here), visible_people(actor, today))
