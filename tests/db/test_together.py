"""Several selects by one statement give what each gives alone, on both databases."""

from datetime import date
from typing import Any

from kit.counting import counting_statements
from kit.world import World
from sqlalchemy import false, func, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import AuditEvent, AuditValue, Certification, Organization, Person, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, ask_together


def list_values(row: Any) -> list[object]:
    """What a row holds, of a mapped class by its columns."""
    parts = row if isinstance(row, tuple) else (row,)
    return [
        {column.key: getattr(part, column.key) for column in part.__mapper__.column_attrs}
        if hasattr(part, "__mapper__")
        else part
        for part in parts
    ]


def ask_alone(session: Session, query: AnySelect) -> list[list[object]]:
    return [list_values(tuple(row)) for row in session.execute(query)]


def test_each_select_gives_its_own_rows_whatever_stands_beside_it(world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave", chosen_name="D")
    world.certify(carol, date(2026, 10, 31), number="CPS-1")
    world.certify(dave, date(2027, 1, 31))
    queries: list[AnySelect] = [
        select(Person).where(Person.id.in_(same_person(carol))),
        select(Certification, (Certification.number == "CPS-1").label("is_one"), Organization.zone).join(
            Organization, Organization.id == Certification.organization_id
        ),
        select(func.count(Reminder.id)),
        select(AuditEvent, AuditValue.details).join(AuditValue, AuditValue.event_id == AuditEvent.id),
        select(Person.given_name, Person).where(false()),
        select(Organization.zone, true().label("is_so")).order_by(Organization.id).limit(1),
    ]
    with world.database.reading() as session:
        alone = [ask_alone(session, query) for query in queries]
        with counting_statements(world.database) as asked:
            together = ask_together(session, *queries)
        assert len(asked) == 1
        found = [[list_values(row) for row in rows] for rows in together]
    assert [sorted(rows, key=str) for rows in found] == [sorted(rows, key=str) for rows in alone]
    assert (len(found[0]), len(found[1]), found[4]) == (1, 2, [])


def test_what_it_gives_belongs_to_no_session(world: World) -> None:
    carol = world.person("Carol")
    with world.database.writing() as session:
        [[person]] = ask_together(session, select(Person).where(Person.id == carol))
        person.family_name = "Other"
        session.flush()
        assert session.get_one(Person, carol).family_name == "Example"
