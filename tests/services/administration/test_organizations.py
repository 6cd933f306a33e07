"""Organizations: what a change of one has the planner do, and pages of many."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from kit.databases import on_both
from kit.world import ZONE, World
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import OperationalError

from certtrack.db.models import Affiliation, AffiliationVersion, Assignment, Cycle, Organization
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.administration.organizations import (
    PAGE,
    add_organization,
    find_named,
    get_shown,
    list_organizations,
    save_organization,
)
from certtrack.services.contacts import set_contact
from certtrack.services.locking import hold_organization
from certtrack.services.merges import merge_people
from certtrack.services.organization_changes import (
    BadOrganization,
    OrganizationFields,
    change_organization,
    find_same_name,
    read_fields,
)
from certtrack.services.organizations import affiliate, create_organization, end_affiliation, find_affiliation, set_role
from certtrack.services.people import get_person


def everywhere() -> Actor:
    return Actor("account:1", 1, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, None)}))


@on_both
def test_another_zone_and_another_role_have_the_planner_look_again_and_the_same_ones_do_not(world: World) -> None:
    world.certify(world.person(), world.today + timedelta(days=300))
    later = world.today + timedelta(days=90)

    def put_off() -> None:
        with world.database.writing() as session:
            session.execute(update(Cycle).values(next_stage_on=later))

    def change(zone: str) -> bool:
        with world.database.writing() as session:
            office = session.get_one(Organization, world.organization_id)
            new = replace(read_fields(office), zone=zone)
            return change_organization(session, office, new, actor=world.actor, at=world.at)

    def find_next() -> date | None:
        with world.database.reading() as session:
            return session.scalars(select(Cycle.next_stage_on)).one()

    put_off()
    assert change(ZONE) is False
    assert find_next() == later
    assert change("America/Denver") is True
    assert (find_next() or later) <= world.today
    with world.database.writing() as session:
        office = session.get_one(Organization, world.organization_id)
        no = office.no
        assert set_role(session, office, "cps", "granter", actor=world.actor, at=world.at) is True
        assert set_role(session, office, "cps", "granter", actor=world.actor, at=world.at) is False
        assert office.no == no + 1


@on_both
def test_one_that_has_ended_is_joined_by_nobody_and_ends_when_nobody_belongs_to_it_later(world: World) -> None:
    carol = world.person("Carol")
    with world.database.writing() as session:
        office = session.get_one(Organization, world.organization_id)
        new = replace(read_fields(office), until_on=world.today)
        with pytest.raises(BadOrganization) as error:
            change_organization(session, office, new, actor=world.actor, at=world.at)
        assert (error.value.why, error.value.count) == ("still_there", 1)
        time = find_affiliation(session, carol, office.id)
        assert time is not None
        end_affiliation(session, time, world.today, reason=None, actor=world.actor, at=world.at)
        change_organization(session, office, new, actor=world.actor, at=world.at)
        with pytest.raises(Refused, match="nobody joins it"):
            affiliate(
                session, carol, office.id, from_on=world.today + timedelta(days=1), actor=world.actor, at=world.at
            )
        assert len(session.scalars(select(Affiliation)).all()) == 1


@on_both
def test_a_list_goes_on_behind_its_last_row_whatever_the_case_of_names(world: World) -> None:
    names = [f"{'harbor' if number % 2 else 'Harbor'} {number:03}" for number in range(PAGE + 5)]
    with world.database.writing() as session:
        for number, name in enumerate(names):
            create_organization(session, key=f"h{number}", name=name, zone=ZONE, actor=world.actor, at=world.at)
    with world.database.reading() as session:
        first = list_organizations(session, everywhere(), "harbor")
        rest = list_organizations(session, everywhere(), "harbor", after=first.next_after)
    assert [row.organization.name for row in (*first.rows, *rest.rows)] == names
    assert rest.next_after is None


@on_both
def test_a_list_turns_back_to_what_stands_in_front_of_its_first_row(world: World) -> None:
    with world.database.writing() as session:
        for number in range(2 * PAGE + 5):
            name = f"{'harbor' if number % 2 else 'Harbor'} {number:03}"
            create_organization(session, key=f"h{number}", name=name, zone=ZONE, actor=world.actor, at=world.at)
    with world.database.reading() as session:
        first = list_organizations(session, everywhere(), "harbor")
        second = list_organizations(session, everywhere(), "harbor", after=first.next_after)
        third = list_organizations(session, everywhere(), "harbor", after=second.next_after)
        back = list_organizations(session, everywhere(), "harbor", before=third.previous_before)
        begun = list_organizations(session, everywhere(), "harbor", before=back.previous_before)
    assert first.previous_before is None
    assert back == second
    assert begun == first


def test_its_key_is_made_of_its_name_and_is_its_own_and_an_office_makes_none(world: World) -> None:
    with world.database.writing() as session:
        keys = [
            add_organization(session, OrganizationFields(name, ZONE), actor=everywhere(), at=world.at).key
            for name in ("Ánimo & Peers", "Animo Peers", "¿?")
        ]
        assert keys == ["animo-peers", "animo-peers-2", "organization"]
        office = Actor("account:2", 2, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, world.organization_id)}))
        with pytest.raises(NotAllowed):
            add_organization(session, OrganizationFields("Other", ZONE), actor=office, at=world.at)


def test_nothing_is_a_part_of_itself_by_whatever_way(world: World) -> None:
    with world.database.writing() as session:
        top, middle = (
            add_organization(session, OrganizationFields(name, ZONE), actor=everywhere(), at=world.at)
            for name in ("Top", "Middle")
        )
        change_organization(
            session, middle, replace(read_fields(middle), parent_id=top.id), actor=world.actor, at=world.at
        )
        with pytest.raises(BadOrganization, match="part_of_itself"):
            change_organization(
                session, top, replace(read_fields(top), parent_id=middle.id), actor=world.actor, at=world.at
            )


@on_both
def test_one_with_a_last_day_to_come_is_still_renamed_and_whoever_joins_it_leaves_on_that_day(world: World) -> None:
    last_on = world.today + timedelta(days=30)
    with world.database.writing() as session:
        office = session.get_one(Organization, world.organization_id)
        change_organization(
            session, office, replace(read_fields(office), until_on=last_on), actor=world.actor, at=world.at
        )
        late = create_organization(session, key="late", name="Late", zone=ZONE, actor=world.actor, at=world.at)
    carol = world.person("Carol")
    with world.database.writing() as session:
        time = session.scalars(select(Affiliation).where(Affiliation.person_id == carol)).one()
        assert time.until_on == last_on
        time.until_on = None  # as an earlier version left it
        office = session.get_one(Organization, world.organization_id)
        new = replace(read_fields(office), name="Lakeside")
        assert change_organization(session, office, new, actor=world.actor, at=world.at) is True
        assert find_same_name(session, "láke", late.id) is None


def test_names_are_the_same_whatever_the_case_of_letters_that_are_not_ascii(world: World) -> None:
    with world.database.writing() as session:
        made = add_organization(session, OrganizationFields("Ática Recovery", ZONE), actor=everywhere(), at=world.at)
        with pytest.raises(BadOrganization, match="name_taken"):
            add_organization(session, OrganizationFields("ÁTICA recovery", ZONE), actor=everywhere(), at=world.at)
        assert list(find_named(session, everywhere(), "ática RECOVERY")) == [made]
        assert [row.organization for row in list_organizations(session, everywhere(), "Ática").rows] == [made]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_while_one_is_changed_records_refer_to_it_and_nobody_joins_it(world: World) -> None:
    carol = world.person("Carol")
    with world.database.writing() as first, world.database.writing() as second:
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        save_organization(
            first, everywhere(), world.organization_id, OrganizationFields("Lakeside", ZONE), seen=1, at=world.at
        )
        second.add(
            Assignment(
                person_id=carol, supervisor_id=carol, organization_id=world.organization_id, from_on=world.today,
                recorded_at=world.at, recorded_by="test",
            )
        )  # fmt: skip
        second.flush()
        with pytest.raises(OperationalError, match="lock"), second.begin_nested():
            hold_organization(second, world.organization_id)


@on_both
def test_a_contact_who_was_two_records_stays_and_one_who_is_gone_or_still_to_come_is_not_shown(world: World) -> None:
    carol, twice, zoe = (world.person(name) for name in ("Carol", "Carol", "Zoe"))
    with world.database.writing() as session:
        merge_people(session, world.rulebook, carol, twice, reason="one", actor=world.actor, at=world.at)
        session.execute(delete(AffiliationVersion))
        session.execute(delete(Affiliation).where(Affiliation.person_id == twice))
        session.execute(
            update(Affiliation)
            .where(Affiliation.person_id == zoe)
            .values(from_on=world.today + timedelta(days=9))
        )  # fmt: skip
        office = session.get_one(Organization, world.organization_id)
        known: Any = {"today": world.today, "actor": world.actor, "at": world.at}
        assert set_contact(session, office, get_person(session, carol), **known) is True
        assert set_contact(session, office, get_person(session, carol), **known) is False
        with pytest.raises(Refused):
            set_contact(session, office, get_person(session, zoe), **known)
        shown = get_shown(session, everywhere(), office.id, world.today).contact
        assert shown is not None
        assert shown.id == twice
        session.execute(update(Affiliation).values(until_on=world.today - timedelta(days=1)))
        assert get_shown(session, everywhere(), office.id, world.today).contact is None
        assert set_contact(session, office, get_person(session, carol), **known) is False, "it stays as it is"
