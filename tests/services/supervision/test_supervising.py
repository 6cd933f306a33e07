"""Who is offered as a supervisor on a day: whoever supervises then, and nobody who died, left or can't sign in."""

from datetime import timedelta

import pytest
from kit.supervision import hold, make_session
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Account, AccountRole, Affiliation, Assignment, Person
from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor, create_organization
from certtrack.services.supervision.supervising import list_able_to_stand_in, list_supervising, load_supervising


def list_names(world: World, days: int = 0) -> list[str]:
    with world.database.reading() as session:
        found = list_supervising(session, world.organization_id, world.today + timedelta(days=days))
    return [one.given_name for one in found]


def assign(world: World, supervisor: int, person: int) -> None:
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=person, supervisor_id=supervisor, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip


@pytest.fixture
def bob(world: World) -> int:
    """He has the role, and Carol is assigned to him."""
    bob = world.person("Bob")
    world.account("bob", Role.SUPERVISOR, person_id=bob)
    assign(world, bob, world.person("Carol"))
    return bob


def test_whoever_has_died_supervises_until_the_day_before(world: World, bob: int) -> None:
    with world.database.writing() as session:
        session.get_one(Person, bob).died_on = world.today
    assert (list_names(world, -1), list_names(world)) == (["Bob"], [])


def test_whoever_left_supervises_until_the_last_day_unless_they_came_again(world: World, bob: int) -> None:
    with world.database.writing() as session:
        time = session.scalars(select(Affiliation).where(Affiliation.person_id == bob)).one()
        time.until_on = world.today
    assert (list_names(world), list_names(world, 1)) == (["Bob"], [])
    with world.database.writing() as session:
        values = {"organization_id": world.organization_id, "from_on": world.today + timedelta(days=1), "no": 1}
        again = Affiliation(person_id=bob, until_on=None, recorded_at=world.at, recorded_by="test", **values)
        session.add(again)
    assert list_names(world, 1) == ["Bob"]


def test_whose_account_was_closed_supervises_nobody_whoever_is_assigned(world: World, bob: int) -> None:
    with world.database.writing() as session:
        session.scalars(select(Account)).one().is_active = False
    assert list_names(world) == []
    world.account("bob.again", Role.SPECIALIST, person_id=bob)
    assert list_names(world) == ["Bob"]


def test_whoever_signs_in_supervises_by_the_role_or_by_somebody_assigned(world: World, bob: int) -> None:
    with world.database.writing() as session:
        session.scalars(select(AccountRole)).one().until_on = world.today
    assert list_names(world, 1) == ["Bob"], "Carol is assigned to him"
    with world.database.writing() as session:
        session.scalars(select(Assignment)).one().until_on = world.today
    assert (list_names(world), list_names(world, 1)) == (["Bob"], [])


def test_of_whoever_never_had_an_account_what_is_on_record_is_enough(world: World, bob: int) -> None:
    erin, frank = world.person("Erin"), world.person("Frank")
    hold(world, make_session(erin, world.person("Dora"), held_on=world.today - timedelta(days=3)))
    assign(world, frank, world.person("Gil"))
    assert list_names(world) == ["Bob", "Erin", "Frank"]


def test_people_who_were_merged_are_one_with_what_is_on_record_of_each(world: World, bob: int) -> None:
    twin = world.person("Robert")
    with world.database.writing() as session:
        session.get_one(Person, bob).merged_into_id = twin
    assert list_names(world) == ["Robert"]
    with world.database.writing() as session:
        session.scalars(select(Account)).one().is_active = False
    assert list_names(world) == []


def test_the_office_stands_in_while_it_can_sign_in_and_supervises_nobody_by_it(world: World, bob: int) -> None:
    alice = world.person("Alice")
    world.account("alice", Role.AGENCY_ADMINISTRATOR, person_id=alice, everywhere=True)

    def list_able() -> list[str]:
        with world.database.reading() as session:
            found = list_able_to_stand_in(session, world.organization_id, world.today)
        return [one.given_name for one in found]

    assert (list_able(), list_names(world)) == (["Alice", "Bob"], ["Bob"])
    with world.database.writing() as session:
        session.scalars(select(Account).where(Account.person_id == alice)).one().is_active = False
    assert list_able() == ["Bob"]


def test_each_of_several_places_has_its_own(world: World, bob: int) -> None:
    with world.database.writing() as session:
        hill = create_organization(session, key="hill", name="Hill", zone="UTC", actor=world.actor, at=world.at).id
    with world.database.reading() as session:
        found = load_supervising(session, [hill, world.organization_id], world.today)
    assert {place: [one.id for one in people] for place, people in found.items()} == {
        hill: [],
        world.organization_id: [bob],
    }
