"""Two records of one person are made one, with all that follows at once, and are parted again."""

from datetime import date, timedelta

import pytest
from kit.background_checks import keep_check
from kit.exams import grant
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import AuditEvent, OtherDay
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.merges import merge_people, undo_merge
from certtrack.services.people import get_person
from certtrack.services.standing import list_certification_ids

DUE = date(2026, 10, 31)


def merge(world: World, person: int, into: int, reason: str = "twice in the list") -> None:
    with world.database.writing() as session:
        merge_people(session, world.rulebook, person, into, reason=reason, actor=world.actor, at=world.at)


def undo(world: World, person: int) -> None:
    with world.database.writing() as session:
        undo_merge(session, world.rulebook, person, reason="two people", actor=world.actor, at=world.at)


def list_days(world: World) -> list[tuple[date, str | None]]:
    """The days of checks, and what each was closed for."""
    with world.database.reading() as session:
        return [(day.due_on, day.closed_for) for day in session.scalars(select(OtherDay).order_by(OtherDay.id))]


def test_of_two_checks_the_one_that_is_good_longer_is_reminded_of_at_once_and_both_once_they_are_parted(
    world: World,
) -> None:
    world.rulebook = load_shipped()
    grant(world)
    old, carol = world.person("Caro"), world.person("Carol")
    long, short = world.today + timedelta(days=300), world.today + timedelta(days=200)
    keep_check(world, old, NewCheck(world.today, short, "A letter"))
    keep_check(world, carol, NewCheck(world.today, long, "Another letter"))
    merge(world, old, carol)
    assert list_days(world) == [(short, "renewed"), (long, None)]
    undo(world, old)
    assert list_days(world) == [(short, None), (long, None)]


def test_mail_goes_to_whom_they_are_and_to_each_once_they_are_parted(world: World, planner: Planner) -> None:
    old, carol = world.person("Caro"), world.person("Carol")
    certification, cycle = world.certify(old, DUE)
    planner.look(date(2026, 5, 4))
    merge(world, old, carol)
    with world.database.reading() as session:
        assert get_person(session, old).id == carol
        assert list_certification_ids(session, carol) == [certification]
    planner.look()
    assert [(row.recipient_id, row.state) for row in planner.rows(cycle)] == [(old, "superseded"), (carol, "planned")]
    undo(world, old)
    planner.look()
    assert [(row.recipient_id, row.state) for row in planner.rows(cycle)] == [(old, "planned"), (carol, "superseded")]
    with world.database.reading() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("person.merge"))).all()
    assert sorted(actions) == ["person.merge_undone", "person.merged"]


def test_what_makes_no_sense_is_refused(world: World) -> None:
    old, carol = world.person("Caro"), world.person("Carol")
    with pytest.raises(BadInput):
        merge(world, old, carol, " ")
    with pytest.raises(Refused):
        merge(world, carol, carol)
    with pytest.raises(NotFound):
        merge(world, 99, carol)
    with pytest.raises(Refused):
        undo(world, old)
    with pytest.raises(NotFound):
        undo(world, 99)
    merge(world, old, carol)
    with pytest.raises(Refused):
        merge(world, old, carol)
    with pytest.raises(Refused):
        merge(world, carol, old)
