"""How an actor stands to a person's record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.counting import counting_statements
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Assignment, Certification, Person
from certtrack.security import Actor, Relation, Role, RoleGrant
from certtrack.services.actors import (
    command_actor,
    find_actor,
    list_relations,
    visible_certifications,
    visible_people,
)
from certtrack.services.organizations import (
    assign_supervisor,
    create_organization,
    end_affiliation,
    find_affiliation,
    get_organization,
    set_role,
)


def ask(world: World, account_id: int, person_id: int, today: date | None = None) -> tuple[set[Relation], bool]:
    """The relations, and whether the person is in the actor's list."""
    day = today or world.today
    with world.database.reading() as session:
        actor = find_actor(session, account_id, day)
        assert actor is not None
        listed = session.scalar(select(Person.id).where(Person.id == person_id, visible_people(actor, day)))
        return set(list_relations(session, actor, person_id, day)), listed is not None


def assign(world: World, person_id: int, supervisor_id: int, organization_id: int | None = None) -> None:
    with world.database.writing() as session:
        assign_supervisor(
            session,
            person_id=person_id,
            supervisor_id=supervisor_id,
            organization_id=organization_id or world.organization_id,
            from_on=world.today - timedelta(days=30),
            actor=world.actor,
            at=world.at,
        )


def test_a_specialist_sees_the_own_record_and_no_other(world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    account = world.account("carol", Role.SPECIALIST, person_id=carol)
    assert ask(world, account, carol) == ({Relation.HOLDER}, True)
    assert ask(world, account, dave) == ({Relation.NONE}, False)


def test_a_supervisor_sees_people_while_assigned_the_last_day_included(world: World) -> None:
    carol, bob = world.person("Carol"), world.person("Bob")
    account = world.account("bob", Role.SUPERVISOR, person_id=bob)
    assign(world, carol, bob)
    assert ask(world, account, carol) == ({Relation.SUPERVISOR}, True)
    with world.database.writing() as session:
        session.scalars(select(Assignment)).one().until_on = world.today
    assert ask(world, account, carol) == ({Relation.SUPERVISOR}, True)
    assert ask(world, account, carol, world.today + timedelta(days=1)) == ({Relation.NONE}, False)


def test_a_supervisors_role_in_one_organization_opens_no_assignment_in_another(world: World) -> None:
    carol, bob = world.person("Carol"), world.person("Bob")
    account = world.account("bob", Role.SUPERVISOR, person_id=bob)
    with world.database.writing() as session:
        values = {"key": "other", "name": "Other", "zone": "UTC"}
        other = create_organization(session, **values, actor=world.actor, at=world.at).id
    assign(world, carol, bob, other)
    assert ask(world, account, carol) == ({Relation.NONE}, False)


@pytest.mark.parametrize(
    ("role", "relation"),
    [
        (Role.AGENCY_ADMINISTRATOR, Relation.AGENCY_ADMINISTRATOR),
        (Role.AUDITOR, Relation.AUDITOR),
    ],
)
def test_an_office_sees_its_people_until_their_affiliation_ends(world: World, role: Role, relation: Relation) -> None:
    carol = world.person("Carol")
    account = world.account("alice", role)
    assert ask(world, account, carol) == ({relation}, True)
    with world.database.writing() as session:
        lasting = find_affiliation(session, carol, world.organization_id)
        assert lasting is not None
        end_affiliation(session, lasting, world.today, reason=None, actor=world.actor, at=world.at)
    assert ask(world, account, carol) == ({relation}, True)
    assert ask(world, account, carol, world.today + timedelta(days=1)) == ({Relation.NONE}, False)


def test_a_programme_sees_holders_of_what_it_grants_and_of_nothing_else(world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    world.certify(carol, date(2026, 10, 31))
    account = world.account("alice", Role.PROGRAMME_ADMINISTRATOR)
    assert ask(world, account, carol) == ({Relation.NONE}, False)
    with world.database.writing() as session:
        organization = get_organization(session, None)
        set_role(session, organization, "cps", "granter", actor=world.actor, at=world.at)
    assert ask(world, account, carol) == ({Relation.PROGRAMME_ADMINISTRATOR}, True)
    assert ask(world, account, dave) == ({Relation.NONE}, False)


def test_a_command_lists_everybody(world: World) -> None:
    carol = world.person("Carol")
    with world.database.reading() as session:
        assert list(session.scalars(select(Person.id).where(visible_people(command_actor(), world.today)))) == [carol]


def test_a_programme_sees_of_its_people_only_the_certifications_that_it_grants(world: World) -> None:
    carol = world.person("Carol")
    granted, _ = world.certify(carol, date(2026, 10, 31))
    other, _ = world.certify(carol, date(2027, 1, 31), pack=CPPS)
    account = world.account("alice", Role.PROGRAMME_ADMINISTRATOR)
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), "cps", "granter", actor=world.actor, at=world.at)
    with world.database.reading() as session:
        actor = find_actor(session, account, world.today)
        assert actor is not None
        query = select(Certification.id).order_by(Certification.id)
        assert list(session.scalars(query.where(visible_certifications(actor, world.today)))) == [granted]
        everything = query.where(visible_certifications(command_actor(), world.today))
        assert list(session.scalars(everything)) == [granted, other]


def test_however_many_ways_open_a_record_one_statement_finds_them_and_a_page_asks_once(world: World) -> None:
    carol = world.person("Carol")
    grants = frozenset(RoleGrant(role, None) for role in Role)
    actor = Actor("account:1", person_id=carol, grants=grants)
    with counting_statements(world.database) as asked, world.database.reading() as session:
        for _ in range(2):
            found = list_relations(session, actor, carol, world.today)
            assert found == {Relation.HOLDER, Relation.AGENCY_ADMINISTRATOR, Relation.AUDITOR}
        assert list_relations(session, replace(actor, person_id=None), carol, world.today) < found
        assert len(asked) == 2
