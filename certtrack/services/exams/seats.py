"""One sitting as its page shows it: its seats, who may still have one, and what came of it for whoever enters that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Certification, ExamRegistration, ExamResult, ExamSitting, Person
from certtrack.db.queries.merges import every_last_way, same_people
from certtrack.rules.facts import Route
from certtrack.security import Actor
from certtrack.services.actors import visible_people
from certtrack.services.exams.marks import PassMark, find_pass_mark
from certtrack.services.exams.rights import can_enter
from certtrack.services.people import fold, load_holders
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
    ).all()
    seats = _show_seats(session, rulebook, actor, sitting, registrations, enters=enters)
    return SittingPage(
        sitting=sitting,
        seats=seats,
        found=tuple(_list_found(session, actor, sitting, words, today, {seat.person.id for seat in seats})),
        mark=find_pass_mark(session, rulebook, None, sitting.credential, sitting),
        can_enter=enters and sitting.held_on <= today and not sitting.is_called_off,
    )


def _show_seats(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    sitting: ExamSitting,
    registrations: Sequence[ExamRegistration],
    *,
    enters: bool,
) -> tuple[Seat, ...]:
    own = {actor.person_id} if actor.person_id is not None else set[int]()
    holders = load_holders(session, {one.person_id for one in registrations} | own)
    me = holders[actor.person_id].id if actor.person_id is not None else None
    people = {holders[one.person_id].id for one in registrations} if enters else set[int]()
    results = _load_results(session, sitting.credential, people)
    back = _find_on_way_back(session, rulebook, people, sitting)
    seats = []
    for one in registrations:
        person = holders[one.person_id]
        route: Route = "way_back" if person.id in back else "first"
        mine = results.get(person.id, [])
        attempt = max((result.attempt or 0 for result in mine if result.route == route), default=0) + 1
        seats.append(Seat(one, person, person.id == me, _find_result(sitting, mine), route, attempt))
    return tuple(seats)


def _find_on_way_back(session: Session, rulebook: Rulebook, people: set[int], sitting: ExamSitting) -> set[int]:
    """Those of whom one certification was on its way back by exam on the sitting's day."""
    last = every_last_way()
    holder = func.coalesce(last.c.into_id, Certification.person_id)
    query = select(Certification.id, holder).outerjoin(last, last.c.person_id == Certification.person_id)
    query = query.where(
        Certification.credential == sitting.credential, Certification.person_id.in_(_select_same(people))
    )
    owners: dict[int, int] = dict(session.execute(query).all()) if people else {}
    standings = load_standings(session, rulebook, list(owners), sitting.held_on) if owners else {}
    return {owners[number] for number, standing in standings.items() if standing.phase in _WAYS_BACK}


def _load_results(session: Session, credential: str, people: set[int]) -> dict[int, list[ExamResult]]:
    """By person, merges followed, their results for the credential, in the order of recording."""
    found: dict[int, list[ExamResult]] = defaultdict(list)
    if people:
        last = every_last_way()
        holder = func.coalesce(last.c.into_id, ExamResult.person_id)
        query = select(holder, ExamResult).outerjoin(last, last.c.person_id == ExamResult.person_id)
        query = query.where(ExamResult.credential == credential, ExamResult.is_withdrawn.is_(False))
        for person_id, result in session.execute(
            query.where(ExamResult.person_id.in_(_select_same(people))).order_by(ExamResult.id)
        ):
            found[person_id].append(result)
    return found


def _select_same(people: set[int]) -> CompoundSelect[int]:
    return same_people(select(Person.id).where(Person.id.in_(people)))


def _find_result(sitting: ExamSitting, results: Iterable[ExamResult]) -> ExamResult | None:
    """The one of this sitting, else one of that day."""
    fits = [one for one in results if one.sitting_id == sitting.id or one.taken_on == sitting.held_on]
    return min(fits, key=lambda one: (one.sitting_id is None, one.id), default=None)


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
