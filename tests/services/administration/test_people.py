"""People as their office keeps them: put on record, called as the certificate has it, and with a supervisor."""

from datetime import timedelta
from typing import Any

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Affiliation, Assignment, FormerName, Person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.administration.people import (
    add_person,
    get_person_kept,
    list_alike,
    rename_person,
    set_supervisor,
)
from certtrack.services.organizations import create_organization
from certtrack.services.people import NewPerson
from certtrack.services.supervision.supervising import list_supervising


def office_of(organization_id: int) -> Actor:
    return Actor("account:99", 99, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, organization_id)}))


@pytest.fixture
def alice(world: World) -> Actor:
    return office_of(world.organization_id)


@pytest.fixture
def hillside(world: World) -> int:
    with world.database.writing() as session:
        made = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        return made.id


def supervise(world: World, given_name: str) -> int:
    """Somebody who supervises here."""
    number = world.person(given_name)
    world.account(given_name.lower(), Role.SUPERVISOR, person_id=number)
    return number


def add(world: World, actor: Actor, organization_id: int | None = None, **values: Any) -> int:
    new = NewPerson("Carol", "Example", "America/Chicago", private_address="carol@example.org")
    more: dict[str, Any] = {"from_on": None, "supervisor_id": None} | values
    with world.database.writing() as session:
        where = organization_id or world.organization_id
        return add_person(session, new, where, today=world.today, actor=actor, at=world.at, **more).id


def test_somebody_is_put_on_record_at_an_office_with_a_supervisor_from_today_on(world: World, alice: Actor) -> None:
    bob, first_on = supervise(world, "Bob"), world.today - timedelta(days=9)
    carol = add(world, alice, from_on=first_on, supervisor_id=bob)
    with world.database.reading() as session:
        there = session.scalars(select(Affiliation).where(Affiliation.person_id == carol)).one()
        assert (there.organization_id, there.from_on) == (world.organization_id, first_on)
        assigned = session.scalars(select(Assignment).where(Assignment.person_id == carol)).one()
        assert (assigned.supervisor_id, assigned.from_on) == (bob, world.today)


def test_nobody_is_put_on_record_from_a_day_to_come_until_which_they_would_be_lost(world: World, alice: Actor) -> None:
    with pytest.raises(BadInput):
        add(world, alice, from_on=world.today + timedelta(days=1))
    with world.database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_nobody_is_put_on_record_elsewhere_or_under_somebody_who_does_not_supervise_there(
    world: World, alice: Actor, hillside: int
) -> None:
    with pytest.raises(NotAllowed):
        add(world, alice, hillside)
    with pytest.raises(NotFound):
        add(world, alice, supervisor_id=world.person("Dave"))
    with world.database.reading() as session:
        assert session.scalars(select(Person.given_name)).all() == ["Dave"], "nothing is left of what was refused"


def test_somebody_alike_is_found_by_name_or_address_among_ones_own_people_alone(
    world: World, alice: Actor, hillside: int
) -> None:
    same_name = world.person("CAROL", address=None)
    same_address = world.person("Cora", address="carol@example.org")
    world.person("Dave")
    here, world.organization_id = world.organization_id, hillside
    world.person("Carol")
    world.organization_id = here
    new = NewPerson("Carol", "Example", "America/Chicago", work_address=" Carol@Example.org ")
    with world.database.reading() as session:
        assert [one.id for one in list_alike(session, alice, new, world.today)] == [same_name, same_address]


def test_the_certificate_s_name_changes_and_the_earlier_one_stays_for_the_office(world: World, alice: Actor) -> None:
    carol = world.person("Carol")
    known: dict[str, Any] = {"today": world.today, "at": world.at}
    with world.database.writing() as session:
        assert rename_person(session, alice, carol, " Carol ", "Married", seen=("Carol", "Example"), **known)
        former = session.scalars(select(FormerName).where(FormerName.person_id == carol)).one()
        assert (former.kind, former.name) == ("certificate", "Carol Example")
        with pytest.raises(StaleRecord):
            rename_person(session, alice, carol, "Carol", "Again", seen=("Carol", "Example"), **known)
        with pytest.raises(BadInput):
            rename_person(session, alice, carol, " ", "Married", seen=("Carol", "Married"), **known)


def test_a_supervisor_holds_from_today_on_and_nobody_may_too(world: World, alice: Actor) -> None:
    bob, erin, carol = supervise(world, "Bob"), supervise(world, "Erin"), world.person("Carol")
    here = world.organization_id

    def let(supervisor: int | None, seen: int | None) -> None:
        with world.database.writing() as session:
            set_supervisor(session, alice, carol, here, supervisor, seen=seen, today=world.today, at=world.at)

    let(bob, None)
    with pytest.raises(StaleRecord):
        let(erin, None)
    world.move_to(world.today + timedelta(days=5))
    let(erin, bob)
    with world.database.reading() as session:
        [kept] = get_person_kept(session, alice, carol, world.today).places
        assert kept.supervisor is not None
        assert kept.supervisor.id == erin
        assert [one.id for one in kept.offered] == [bob, erin]
        last = select(Assignment.until_on).where(Assignment.person_id == carol, Assignment.supervisor_id == bob)
        assert session.scalars(last).one() == world.today - timedelta(days=1)
    let(None, erin)
    with world.database.reading() as session:
        [kept] = get_person_kept(session, alice, carol, world.today).places
        assert kept.supervisor is None
        assert session.scalars(select(Assignment.supervisor_id).where(Assignment.person_id == carol)).all() == [bob]


def test_nobody_supervises_themselves_and_another_office_keeps_nobody_here(
    world: World, alice: Actor, hillside: int
) -> None:
    bob = supervise(world, "Bob")
    known: dict[str, Any] = {"seen": None, "today": world.today, "at": world.at}
    with world.database.writing() as session:
        with pytest.raises(Refused):
            set_supervisor(session, alice, bob, world.organization_id, bob, **known)
        with pytest.raises(NotAllowed):
            set_supervisor(session, alice, bob, hillside, bob, **known)
        for tried in (
            lambda: set_supervisor(session, office_of(hillside), bob, hillside, None, **known),
            lambda: get_person_kept(session, office_of(hillside), bob, world.today),
            lambda: get_person_kept(session, alice, 4_040_404, world.today),
        ):
            with pytest.raises(NotFound):
                tried()
        assert list_supervising(session, hillside, world.today) == ()


def test_who_left_supervises_nobody_anew_and_stays_until_another_is_named(world: World, alice: Actor) -> None:
    bob, carol = supervise(world, "Bob"), world.person("Carol")
    here = world.organization_id
    known: dict[str, Any] = {"today": world.today, "at": world.at}
    with world.database.writing() as session:
        set_supervisor(session, alice, carol, here, bob, seen=None, **known)
        there = session.scalars(select(Affiliation).where(Affiliation.person_id == bob)).one()
        there.until_on = world.today - timedelta(days=1)
        [kept] = get_person_kept(session, alice, carol, world.today).places
        assert (kept.supervisor and kept.supervisor.id, kept.offered) == (bob, ())
        set_supervisor(session, alice, carol, here, bob, seen=bob, **known)
        set_supervisor(session, alice, carol, here, None, seen=bob, **known)
        with pytest.raises(NotFound):
            set_supervisor(session, alice, carol, here, bob, seen=None, **known)
    with pytest.raises(NotFound):
        add(world, alice, supervisor_id=bob)
