"""Who supervises somewhere on a day, and so can be named: as somebody's supervisor, or to stand in for one."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Affiliation, Assignment, Person, SupervisionSession
from certtrack.db.queries.merges import every_last_way, same_people
from certtrack.security import Role

_Marks = Collection[str]
"""What is on record of somebody: of their part at a place, of their accounts, of their time there."""


def list_supervising(session: Session, organization_id: int, on: date) -> tuple[Person, ...]:
    """Who supervises there on that day, by name; one query.

    They live and haven't left. Whoever signs in has the role there, or is assigned to somebody that day. Of whoever
    never had an account it is enough to have been a supervisor there; whose account was closed isn't one.
    """
    return load_supervising(session, [organization_id], on)[organization_id]


def load_supervising(session: Session, organization_ids: Collection[int], on: date) -> dict[int, tuple[Person, ...]]:
    """What `list_supervising` gives of each of these organizations; one query."""
    return _load(session, organization_ids, on, _supervises)


def list_able_to_stand_in(session: Session, organization_id: int, on: date) -> tuple[Person, ...]:
    """Who supervises there on that day or runs the office: anybody else could open no record; by name; one query."""
    found = _load(session, [organization_id], on, lambda marks: "runs" in marks or _supervises(marks))
    return found[organization_id]


def _supervises(marks: _Marks) -> bool:
    if "signs_in" in marks:
        return "has_role" in marks or "assigned" in marks
    return "closed" not in marks and ("assigned" in marks or "known" in marks)


def _has_left(marks: _Marks) -> bool:
    return "left" in marks and "belongs" not in marks


def _load(
    session: Session, places: Collection[int], on: date, is_wanted: Callable[[_Marks], bool]
) -> dict[int, tuple[Person, ...]]:
    people: dict[int, Person] = {}
    found: dict[int | None, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place, mark, person in session.execute(_select_marks(places, on)):
        if person.died_on is None or person.died_on > on:
            people[person.id] = person
            found[place][person.id].add(mark)
    named = sorted(people.values(), key=lambda one: (one.folded_name, one.id))

    def is_there(person: Person, place: int) -> bool:
        marks = found[None][person.id] | found[place][person.id]
        return is_wanted(marks) and not _has_left(marks)

    return {place: tuple(one for one in named if is_there(one, place)) for place in places}


def _select_marks(places: Collection[int], on: date) -> Select[int | None, str, Person]:
    """Each mark with its place, None where it holds at each, and whose it is in the end."""
    parts = union(*_list_parts(places, on)).cte()
    same = same_people(select(parts.c.person_id)).cte()
    times = _mark(Affiliation.organization_id, Affiliation.person_id, _lasts(Affiliation, on), "belongs", "left")
    marks = union(
        select(parts),
        _mark(cast(null(), BigInteger), Account.person_id, Account.is_active, "signs_in", "closed").where(
            Account.person_id.in_(select(same.c[0]))
        ),
        times.where(Affiliation.organization_id.in_(places), Affiliation.person_id.in_(select(same.c[0]))),
    ).subquery()
    last = every_last_way()
    query = select(marks.c.place, marks.c.mark, Person).outerjoin(last, last.c.person_id == marks.c.person_id)
    return query.join(Person, Person.id == func.coalesce(last.c.into_id, marks.c.person_id))


def _list_parts(places: Collection[int], on: date) -> tuple[Select[Any], ...]:
    """What makes somebody part of a place: the roles that hold on that day, and whom they supervise or supervised."""
    days = and_(or_(AccountRole.from_on.is_(None), AccountRole.from_on <= on), _lasts(AccountRole, on))
    signs_in = and_(Account.is_active, Account.person_id.is_not(None), days)
    roles = _mark(
        AccountRole.organization_id, Account.person_id, AccountRole.role == Role.SUPERVISOR, "has_role", "runs"
    ).join(Account, Account.id == AccountRole.account_id)
    supervises = and_(AccountRole.role == Role.SUPERVISOR, AccountRole.organization_id.in_(places))
    is_here = or_(AccountRole.organization_id.is_(None), AccountRole.organization_id.in_(places))
    runs = and_(AccountRole.role == Role.AGENCY_ADMINISTRATOR, is_here)
    is_assigned = and_(Assignment.from_on <= on, _lasts(Assignment, on))
    assigned = _mark(Assignment.organization_id, Assignment.supervisor_id, is_assigned, "assigned", "known")
    held = SupervisionSession
    return (
        roles.where(signs_in, or_(supervises, runs)),
        assigned.where(Assignment.organization_id.in_(places)),
        _mark(held.organization_id, held.supervisor_id, true(), "known", "").where(held.organization_id.in_(places)),
    )


def _mark(place: Any, person_id: Any, is_so: Any, mark: str, else_mark: str) -> Select[Any]:  # noqa: ANN401  # columns
    said = case((is_so, literal(mark, String)), else_=literal(else_mark, String))
    return select(place.label("place"), said.label("mark"), person_id.label("person_id"))


def _lasts(table: Any, on: date) -> ColumnElement[bool]:  # noqa: ANN401  # whatever has a last day
    return or_(table.until_on.is_(None), table.until_on >= on)
