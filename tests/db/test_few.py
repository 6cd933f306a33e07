"""Numbers that a select finds are asked for one by one: the same rows as `IN` finds, none where it finds none."""

from datetime import date

import pytest
from kit.databases import on_both
from kit.world import World
from sqlalchemy import or_, select, union

from certtrack.db.models import Certification, Person
from certtrack.db.queries.few import is_of_few

DUE_ON = date(2027, 10, 31)


@on_both
@pytest.mark.parametrize("names", [(), ("Carol",), ("Carol", "Dora")])
def test_whoever_is_of_few_is_found_and_nobody_else(world: World, names: tuple[str, ...]) -> None:
    people = {name: world.person(name) for name in ("Carol", "Dora", "Edith")}
    held = {name: world.certify(number, DUE_ON)[0] for name, number in people.items()}
    few = select(Person.id).where(Person.id.in_([people[name] for name in names]))
    few = select(union(few, few).subquery().c.id)
    with world.database.reading() as session:
        found = session.scalars(select(Certification.id).where(is_of_few(Certification.person_id, few))).all()
    assert sorted(found) == sorted(held[name] for name in names)


@on_both
def test_of_few_or_something_else(world: World) -> None:
    people = [world.person(name) for name in ("Carol", "Dora", "Edith")]
    carol, dora, _ = (world.certify(number, DUE_ON)[0] for number in people)
    few = is_of_few(Certification.person_id, select(Person.id).where(Person.id == people[0]))
    with world.database.reading() as session:
        found = session.scalars(select(Certification.id).where(or_(few, Certification.id == dora))).all()
    assert sorted(found) == sorted((carol, dora))
