"""People whom typed words find: by a name, whatever its case and accents, a certificate's number or an address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, null, or_, select, union, union_all
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import is_one_of, same_people
from certtrack.security import Actor, Fields
from certtrack.services.actors import visible_people
from certtrack.services.people import fold

MOST_FOUND = 1_000
"""Whoever finds more than these is asked to type more."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom words find, whether it is the actor's to see them or not. `by_address`: by their address alone.

    `certifications` are found by their own number. `is_cut`: there are more than were looked for.
    """

    by_name: frozenset[int]
    by_address: frozenset[int]
    certifications: frozenset[int]
    is_cut: bool


def find_by_words(session: Session, words: str) -> Found:
    """Whom the words find; one query."""
    wanted = fold(words).replace(",", " ").split()
    rows = session.execute(_select_found(words.strip().lower(), wanted)).all()
    named, addressed, numbered = set[int](), set[int](), set[int]()
    for number, is_named, is_addressed, chosen, folded in rows:
        if folded is None:
            numbered.add(number)
            continue
        called = f"{fold(chosen or '')} {folded}"
        if is_named or (wanted and all(word in called for word in wanted)):
            named.add(number)
        elif is_addressed:
            addressed.add(number)
    is_cut = sum(1 for row in rows if row[1]) > MOST_FOUND
    return Found(frozenset(named), frozenset(addressed), frozenset(numbered), is_cut)


def are_found(found: Found, actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on `certification`: it, or its holder, is among those that were found."""
    theirs = select(Certification.id).where(
        Certification.person_id.in_(same_people(select(Person.id).where(are_people_found(found, actor, today))))
    )
    return Certification.id.in_(
        union(theirs, select(Certification.id).where(Certification.id.in_(found.certifications)))
    )


def list_without_certification(
    session: Session, found: Found, actor: Actor, today: date, most: int
) -> tuple[Person, ...]:
    """Those of them without a certification, such as supervisors; one query."""
    query = select(Person).where(
        are_people_found(found, actor, today),
        Person.merged_into_id.is_(None),
        ~is_one_of(Person.id, select(Certification.person_id)),
        visible_people(actor, today),
    )
    return tuple(session.scalars(query.order_by(Person.folded_name, Person.id).limit(most)))


def are_people_found(found: Found, actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on `person`: found by a name, or by an address that is the actor's to see."""
    if not found.by_address:
        return Person.id.in_(found.by_name)
    is_addressed = and_(Person.id.in_(found.by_address), visible_people(actor, today, Fields.ADDRESSES))
    return or_(Person.id.in_(found.by_name), is_addressed)


def _select_found(typed: str, wanted: list[str]) -> Any:  # noqa: ANN401  # a union of three selects
    """Whoever has the words in a name or an address, whoever has a chosen name, whose folding is ours, and numbers."""
    named = [Person.folded_name.contains(word, autoescape=True) for word in wanted]
    is_named: ColumnElement[bool] = and_(*named) if named else false()
    is_addressed = or_(
        Person.private_address.contains(typed, autoescape=True), Person.work_address.contains(typed, autoescape=True)
    )
    no = literal(0)
    columns = (_as_number(is_named), _as_number(is_addressed), Person.chosen_name, Person.folded_name)
    named_first = select(Person.id, *columns).where(is_named).limit(MOST_FOUND + 1).subquery()
    others = select(Person.id, *columns).where(~is_named, or_(Person.chosen_name.is_not(None), is_addressed))
    has_number = func.lower(Certification.number).contains(typed, autoescape=True)
    numbers = select(Certification.id, no, no, null(), null()).where(has_number).limit(MOST_FOUND).subquery()
    return union_all(select(named_first), others, select(numbers))


def _as_number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
