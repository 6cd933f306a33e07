"""A list as a file: who may be in it, and that the audit knows of each."""

from datetime import date, timedelta

import pytest
from kit.applications import make_granter
from kit.credits import list_events
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditValue
from certtrack.errors import NotAllowed
from certtrack.security import Actor, Role, RoleGrant, Task
from certtrack.services.exporting import list_exported, note_export
from certtrack.services.organizations import assign_supervisor
from certtrack.services.people_list import Filters, PeopleList, Sorted

TODAY = date(2026, 5, 15)


@pytest.fixture
def people(world: World) -> dict[str, int]:
    """Bob, who supervises Carol and nobody else, and Dan; each is certified."""
    made = {name: world.person(name) for name in ("Bob", "Carol", "Dan")}
    for number in made.values():
        world.certify(number, TODAY + timedelta(days=300))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=made["Carol"], supervisor_id=made["Bob"], organization_id=world.organization_id,
            from_on=TODAY - timedelta(days=9), actor=world.actor, at=world.at,
        )  # fmt: skip
    return made


def act_as(world: World, person_id: int | None, *roles: Role) -> Actor:
    return Actor("account:1", 1, person_id, frozenset(RoleGrant(role, world.organization_id) for role in roles))


def list_file(world: World, actor: Actor, task: Task) -> tuple[Sorted, ...]:
    filters = Filters(as_of=TODAY, is_team=task is Task.SEE_TEAM)
    with world.database.reading() as session:
        return list_exported(session, actor, task, filters, today=TODAY, at=world.at)


def in_file(world: World, actor: Actor, task: Task) -> set[int]:
    return {row.person_id for row in list_file(world, actor, task)}


@on_both
def test_whom_an_audit_alone_opens_stands_in_the_list_and_in_no_file(world: World, people: dict[str, int]) -> None:
    actor = act_as(world, people["Bob"], Role.SUPERVISOR, Role.AUDITOR)
    with world.database.reading() as session:
        rows = PeopleList(session, actor, Filters(as_of=TODAY), today=TODAY, at=world.at).list_all()
    assert {row.person_id for row in rows} == set(people.values())
    for task in (Task.LIST_PEOPLE, Task.SEE_COVERAGE):
        assert in_file(world, actor, task) == {people["Bob"], people["Carol"]}
    assert in_file(world, actor, Task.SEE_TEAM) == {people["Carol"]}
    with pytest.raises(NotAllowed):
        list_file(world, act_as(world, people["Bob"], Role.AUDITOR), Task.LIST_PEOPLE)


def test_the_file_of_a_team_holds_no_more_of_a_programme_than_its_page(world: World, people: dict[str, int]) -> None:
    make_granter(world)
    actor = act_as(world, people["Bob"], Role.SUPERVISOR, Role.PROGRAMME_ADMINISTRATOR)
    assert in_file(world, actor, Task.SEE_TEAM) == {people["Carol"]}
    assert in_file(world, actor, Task.LIST_PEOPLE) == set(people.values())


def test_whoever_administers_and_a_command_take_all_along_that_they_see(world: World, people: dict[str, int]) -> None:
    for actor in (act_as(world, None, Role.AGENCY_ADMINISTRATOR), world.actor):
        assert in_file(world, actor, Task.LIST_PEOPLE) == set(people.values())


@on_both
def test_a_file_is_in_the_audit_with_everybody_in_it_also_with_oneself_alone_or_nobody(
    world: World, people: dict[str, int]
) -> None:
    bob = act_as(world, people["Bob"], Role.SUPERVISOR)
    rows = list_file(world, bob, Task.LIST_PEOPLE)
    own = [row for row in rows if row.person_id == people["Bob"]]
    before = len(list_events(world, "person"))
    with world.database.writing() as session:
        for held in (rows, own, ()):
            note_export(session, bob, held, kind="csv", page="people", as_of=TODAY, at=world.at)
    assert list_events(world, "person")[before:] == [
        ("people.exported", [people["Bob"], people["Carol"]]),
        ("people.exported", [people["Bob"]]),
        ("people.exported", []),
    ]
    with world.database.reading() as session:
        query = select(AuditEvent.actor, AuditEvent.subject_id, AuditValue.details)
        query = query.join(AuditValue, AuditValue.event_id == AuditEvent.id)
        events = session.execute(query.where(AuditEvent.action == "people.exported").order_by(AuditEvent.id)).all()
    said = {"kind": "csv", "page": "people", "day": "2026-05-15"}
    assert [tuple(event) for event in events] == [
        ("account:1", subject, said) for subject in (None, people["Bob"], None)
    ]
