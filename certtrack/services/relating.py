"""How a reader stands to records, where it is asked for together with something else, or of many people at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import BigInteger, Select, String, cast, false, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Person
from certtrack.db.once import tell_once
from certtrack.db.queries.merges import same_people
from certtrack.security import Actor, Relation
from certtrack.services.actors import list_ways


def tell_relations(session: Session, actor: Actor, person_id: int, today: date, opened: Iterable[str]) -> None:
    """What `list_relations` would give, where `select_relations` was asked together with something else."""
    found = frozenset(Relation(relation) for relation in opened)
    tell_once(session, ("relations", actor, person_id, today), found or frozenset({Relation.NONE}))


def select_open(actors: Sequence[tuple[int, Actor]], people: Collection[int], today: date) -> Select[int, str, int]:
    """For each of these actors, by a number of the caller's, the relations that they have to whom of these people.

    People are told by every number that is the same person by merges.
    """
    them = same_people(select(Person.id).where(Person.id.in_(people))).cte("them")
    ways = (
        way.where(way.selected_columns[0].in_(select(them.c[0]))).with_only_columns(
            literal(number, BigInteger()), literal(relation.value, String(32)), way.selected_columns[0]
        )
        for number, actor in actors
        for relation, way in list_ways(actor, today)
    )
    nothing = select(
        cast(null(), BigInteger()).label("place"),
        cast(null(), String(32)).label("relation"),
        cast(null(), BigInteger()).label("person_id"),
    )
    found = union_all(nothing.where(false()), *ways).subquery()
    return select(found.c.place, found.c.relation, found.c.person_id)


def load_relations(
    session: Session, actor: Actor, person_ids: Iterable[int], today: date
) -> dict[int, frozenset[Relation]]:
    """What `list_relations` gives of each of these people; one query."""
    asked, none = set(person_ids), frozenset({Relation.NONE})
    found = dict.fromkeys(asked, none)
    ways = {relation: same_people(people) for relation, people in list_ways(actor, today)}
    if asked and ways:
        person = aliased(Person)
        opened = (person.id.in_(people).label(relation) for relation, people in ways.items())
        for number, *row in session.execute(select(person.id, *opened).where(person.id.in_(asked))):
            mine = frozenset(relation for relation, is_open in zip(ways, row, strict=True) if is_open)
            found[number] = mine or none
    return found
