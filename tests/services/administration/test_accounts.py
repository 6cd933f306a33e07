"""Who may make accounts, give and take roles: within their own organizations, and never of themselves."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Account, AccountRole, AuditEvent, Person
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.accounts import give_role
from certtrack.services.administration.account_list import get_shown_account, list_accounts
from certtrack.services.administration.accounts import (
    BadRole,
    add_account,
    add_role,
    end_role,
    get_account_to_write_to,
    list_roles_to_give,
    set_active,
)
from certtrack.services.feeds import find_feed, make_feed
from certtrack.services.merges import merge_people
from certtrack.services.organizations import create_organization, set_role
from certtrack.services.people import change_person


def office_of(account_id: int, organization_id: int | None, person_id: int | None = None) -> Actor:
    grants = frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, organization_id)})
    return Actor(f"account:{account_id}", account_id, person_id, grants)


@pytest.fixture
def alice(world: World) -> Actor:
    """Who administers, as one of two."""
    world.account("ann", Role.AGENCY_ADMINISTRATOR)
    return office_of(world.account("alice", Role.AGENCY_ADMINISTRATOR), world.organization_id)


@pytest.fixture
def hillside(world: World) -> int:
    with world.database.writing() as session:
        made = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        return made.id


def add(world: World, actor: Actor, address: str, role: Role, **values: Any) -> int:
    where: dict[str, Any] = {"organization_id": world.organization_id, "language": "en"} | values
    with world.database.writing() as session:
        return add_account(session, address, role=role, today=world.today, actor=actor, at=world.at, **where).id


def find_role(world: World, account_id: int) -> int:
    with world.database.reading() as session:
        return session.scalars(select(AccountRole.id).where(AccountRole.account_id == account_id)).one()


def test_an_account_is_whose_address_it_is_and_nobody_s_record_is_opened_by_another(world: World, alice: Actor) -> None:
    carol = world.person("Carol", address="carol@example.org")
    made = add(world, alice, "Carol@Example.org", Role.SPECIALIST)
    with world.database.reading() as session:
        assert session.get_one(Account, made).person_id == carol
    with pytest.raises(BadRole, match="no_person"):
        add(world, alice, "mine@example.org", Role.SUPERVISOR)
    world.person("Dan", address="two@example.org")
    world.person("Eva", address="two@example.org")
    with pytest.raises(BadRole, match="several"):
        add(world, alice, "two@example.org", Role.SPECIALIST)
    auditor = add(world, alice, "reads@example.org", Role.AUDITOR, until_on=world.today + timedelta(days=9))
    with pytest.raises(BadRole, match="no_person"), world.database.writing() as session:
        add_role(session, auditor, Role.SPECIALIST, world.organization_id, today=world.today, actor=alice, at=world.at)


def test_nobody_gets_a_second_account_by_whichever_address_is_put_on_their_record(world: World, alice: Actor) -> None:
    carol, twin = world.person("Carol", address="carol@example.org"), world.person("Carole", address="late@example.org")
    add(world, alice, "carol@example.org", Role.SPECIALIST)
    with world.database.writing() as session:
        person = session.get_one(Person, carol)
        change_person(session, person, {"private_address": "mine@example.org"}, actor=alice, at=world.at)
    with pytest.raises(BadRole, match="has_account"):
        add(world, alice, "mine@example.org", Role.SPECIALIST)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, carol, twin, reason="one", actor=world.actor, at=world.at)
    with pytest.raises(BadRole, match="has_account"):
        add(world, alice, "late@example.org", Role.SPECIALIST)


def test_a_link_is_mailed_only_where_all_of_an_account_is_the_actor_s(
    world: World, alice: Actor, hillside: int
) -> None:
    carol = world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    with world.database.writing() as session:
        assert get_account_to_write_to(session, alice, carol).id == carol
        account = session.get_one(Account, carol)
        give_role(session, account, Role.AGENCY_ADMINISTRATOR, hillside, actor=world.actor, at=world.at)
        with pytest.raises(BadRole, match="elsewhere"):
            get_account_to_write_to(session, alice, carol)
        with pytest.raises(NotFound):
            get_account_to_write_to(session, office_of(99, 404), carol)


def test_a_closed_account_s_calendar_is_over_and_stays_so_when_it_is_opened_again(world: World, alice: Actor) -> None:
    carol = world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    known: dict[str, Any] = {"today": world.today, "actor": alice, "at": world.at}
    with world.database.writing() as session:
        make_feed(session, session.get_one(Account, carol), actor=world.actor, at=world.at)
        set_active(session, carol, is_active=False, **known)
        set_active(session, carol, is_active=True, **known)
        assert find_feed(session, carol) is None


def test_nobody_gives_what_lies_outside_their_own_organizations(world: World, alice: Actor, hillside: int) -> None:
    elsewhere = office_of(99, hillside)
    world.person("Carol", address="carol@example.org")
    with pytest.raises(BadRole, match="no_person"):
        add(world, elsewhere, "carol@example.org", Role.SPECIALIST, organization_id=hillside)
    with pytest.raises(NotAllowed):
        add(world, elsewhere, "x@example.org", Role.AGENCY_ADMINISTRATOR)
    made = add(world, alice, "carol@example.org", Role.SPECIALIST)
    with world.database.reading() as session, pytest.raises(NotFound):
        get_shown_account(session, elsewhere, made)
    with world.database.reading() as session:
        assert [row.account.id for row in list_accounts(session, elsewhere, "").rows] == []
        assert [row.account.id for row in list_accounts(session, alice, "carol").rows] == [made]
        assert [row.account.id for row in list_accounts(session, alice, "example car").rows] == [made]
    with world.database.writing() as session, pytest.raises(NotFound):
        add_role(session, made, Role.AGENCY_ADMINISTRATOR, hillside, today=world.today, actor=elsewhere, at=world.at)


def test_a_programme_s_administrator_is_made_where_a_certification_is_given_by_one_of_its_own_or_everywhere_s(
    world: World, alice: Actor
) -> None:
    everywhere, here = office_of(998, None), world.organization_id
    pat = replace(alice, grants=alice.grants | {RoleGrant(Role.PROGRAMME_ADMINISTRATOR, here)})
    for actor in (alice, everywhere, pat):
        with pytest.raises(BadRole, match="no_programme"):
            add(world, actor, "pat@example.org", Role.PROGRAMME_ADMINISTRATOR)
    with world.database.writing() as session:
        own = get_shown_account(session, alice, alice.account_id or 0).roles[0].organization
        assert own is not None
        set_role(session, own, "cps", "granter", actor=world.actor, at=world.at)
    with pytest.raises(BadRole, match="not_named_here"):
        add(world, alice, "pat@example.org", Role.PROGRAMME_ADMINISTRATOR)
    assert add(world, everywhere, "pat@example.org", Role.PROGRAMME_ADMINISTRATOR)
    assert add(world, pat, "pam@example.org", Role.PROGRAMME_ADMINISTRATOR)
    with world.database.reading() as session:
        offered = [Role.PROGRAMME_ADMINISTRATOR in list_roles_to_give(session, one, [here]) for one in (alice, pat)]
        assert offered == [False, True]


def test_nobody_changes_what_they_may_do_themselves_under_whichever_account(world: World, alice: Actor) -> None:
    bob = world.person("Bob", address="bob@example.org")
    number = world.account("bob", Role.SUPERVISOR, person_id=bob)
    other = office_of(alice.account_id or 0, world.organization_id, person_id=bob)
    twin = office_of(alice.account_id or 0, world.organization_id, person_id=world.person("Robert"))
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twin.person_id or 0, bob, reason="one", actor=world.actor, at=world.at)
        assert get_shown_account(session, twin, number).is_own
    for actor, account in ((alice, alice.account_id or 0), (other, number), (twin, number)):
        role = find_role(world, account)
        with world.database.writing() as session:
            with pytest.raises(BadRole, match="own"):
                add_role(
                    session, account, Role.AUDITOR, world.organization_id, today=world.today, actor=actor, at=world.at
                )
            with pytest.raises(BadRole, match="own"):
                end_role(session, account, role, today=world.today, actor=actor, at=world.at)
            with pytest.raises(BadRole, match="own"):
                set_active(session, account, is_active=False, today=world.today, actor=actor, at=world.at)


def test_no_organization_is_left_without_an_administrator(world: World) -> None:
    ann = world.account("ann", Role.AGENCY_ADMINISTRATOR)
    closed = world.account("zoe", Role.AGENCY_ADMINISTRATOR)
    everywhere = office_of(999, None)
    with world.database.writing() as session:
        set_active(session, closed, is_active=False, today=world.today, actor=everywhere, at=world.at)
    with world.database.writing() as session:
        for tried in (
            lambda: set_active(session, ann, is_active=False, today=world.today, actor=everywhere, at=world.at),
            lambda: end_role(session, ann, find_role(world, ann), today=world.today, actor=everywhere, at=world.at),
        ):
            with pytest.raises(BadRole, match="last"):
                tried()
    later = world.account("late", Role.AGENCY_ADMINISTRATOR, from_on=world.today + timedelta(days=1))
    with world.database.writing() as session, pytest.raises(BadRole, match="last"):
        end_role(session, ann, find_role(world, ann), today=world.today, actor=everywhere, at=world.at)
    tomorrow = world.today + timedelta(days=1)
    with world.database.writing() as session:
        end_role(session, ann, find_role(world, ann), today=tomorrow, actor=everywhere, at=world.at)
    with world.database.writing() as session, pytest.raises(BadRole, match="last"):
        end_role(session, later, find_role(world, later), today=tomorrow, actor=everywhere, at=world.at)


def test_an_administrator_gets_a_last_day_only_where_another_has_none(world: World) -> None:
    ann, bea = (world.account(name, Role.AGENCY_ADMINISTRATOR) for name in ("ann", "bea"))
    last_on = world.today + timedelta(days=30)

    def end(account: int, until_on: date | None) -> None:
        with world.database.writing() as session:
            add_role(
                session, account, Role.AGENCY_ADMINISTRATOR, world.organization_id, until_on=until_on,
                today=world.today, actor=office_of(999, None), at=world.at,
            )  # fmt: skip

    end(ann, last_on)
    with pytest.raises(BadRole, match="last"):
        end(bea, last_on + timedelta(days=9))
    with pytest.raises(BadRole, match="last"):
        end(bea, last_on - timedelta(days=9))
    end(ann, last_on + timedelta(days=9))
    end(ann, None)
    end(bea, last_on)
    carl = world.account("carl", Role.SUPERVISOR, person_id=world.person("Carl"))
    end(carl, last_on)
    with pytest.raises(BadRole, match="last"):
        end(ann, last_on)


def test_whoever_comes_second_is_told_and_each_change_is_on_record(world: World, alice: Actor, hillside: int) -> None:
    bob = world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob"))
    role = find_role(world, bob)
    known: dict[str, Any] = {"today": world.today, "actor": alice, "at": world.at}
    with world.database.writing() as session:
        end_role(session, bob, role, **known)
        with pytest.raises(NotFound):
            end_role(session, bob, role, **known)
    carol = world.account("carol", Role.SUPERVISOR, person_id=world.person("Carol"))
    with world.database.writing() as session:
        add_role(session, carol, Role.AUDITOR, world.organization_id, until_on=world.today, **known)
        end_role(session, carol, find_role_of(session, carol, Role.SUPERVISOR), **known)
        with pytest.raises(StaleRecord):
            end_role(session, carol, role, **known)
        set_active(session, carol, is_active=False, **known)
        with pytest.raises(StaleRecord):
            set_active(session, carol, is_active=False, **known)
        set_active(session, carol, is_active=True, **known)
        session.add(
            AccountRole(
                account_id=carol, role="auditor", organization_id=hillside, until_on=world.today,
                recorded_at=world.at, recorded_by="test",
            )
        )  # fmt: skip
        session.flush()
        with pytest.raises(BadRole, match="elsewhere"):
            set_active(session, carol, is_active=False, **known)
        said = select(AuditEvent.action).where(AuditEvent.subject_kind == "account", AuditEvent.subject_id == carol)
        assert session.scalars(said.order_by(AuditEvent.id)).all() == [
            *("account.role", "account.role", "account.role_ended", "account.closed", "account.opened"),
        ]


def find_role_of(session: Any, account_id: int, role: Role) -> int:
    query = select(AccountRole.id).where(AccountRole.account_id == account_id, AccountRole.role == role.value)
    found: int = session.scalars(query).one()
    return found


def test_a_name_that_is_taken_is_refused(world: World, alice: Actor) -> None:
    world.account("carol", Role.SPECIALIST)
    with pytest.raises(Refused, match="already"):
        add(world, alice, "carol@example.org", Role.AUDITOR, until_on=world.today)
