"""Accounts and roles."""

from datetime import date

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AccountRole
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.security import Role
from certtrack.services.accounts import find_account, get_account, give_role, has_administrator
from certtrack.services.actors import find_actor


def test_a_sign_in_name_is_taken_whatever_its_case(world: World) -> None:
    world.account("Alice", Role.AGENCY_ADMINISTRATOR)
    with pytest.raises(Refused, match="already"):
        world.account("ALICE", Role.AUDITOR)
    with world.database.reading() as session:
        assert find_account(session, " ALICE@example.org ") is not None
        with pytest.raises(NotFound):
            get_account(session, "dave@example.org")


def test_the_same_role_given_twice_is_one_role_also_everywhere(world: World) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR, everywhere=True)
    with world.database.writing() as session:
        account = get_account(session, "alice@example.org")
        for organization in (None, world.organization_id, world.organization_id):
            give_role(session, account, Role.AGENCY_ADMINISTRATOR, organization, actor=world.actor, at=world.at)
        assert len(list(session.scalars(select(AccountRole)))) == 2
        assert has_administrator(session)


def test_an_auditors_role_holds_from_its_first_day_through_its_last(world: World) -> None:
    first, last = date(2026, 6, 1), date(2026, 6, 30)
    account = world.account("dave", Role.AUDITOR, from_on=first, until_on=last)
    days = [date(2026, 5, 31), first, last, date(2026, 7, 1)]
    with world.database.reading() as session:
        found = [find_actor(session, account, day) for day in days]
    assert [actor is not None and actor.has(Role.AUDITOR) for actor in found] == [False, True, True, False]


def test_a_role_given_again_with_other_days_has_these(world: World) -> None:
    account_id = world.account("dave", Role.AUDITOR, until_on=date(2026, 6, 30))
    with world.database.writing() as session:
        account = get_account(session, "dave@example.org")
        days = {"from_on": None, "until_on": date(2026, 7, 31)}
        give_role(session, account, Role.AUDITOR, world.organization_id, **days, actor=world.actor, at=world.at)
        actor = find_actor(session, account_id, date(2026, 7, 31))
        assert actor is not None
        assert actor.has(Role.AUDITOR)


def test_an_auditor_without_organization_or_last_day_is_refused(world: World) -> None:
    with pytest.raises(BadInput, match="auditor"):
        world.account("dave", Role.AUDITOR, everywhere=True)
    with pytest.raises(BadInput, match="auditor"):
        world.account("dave", Role.AUDITOR, until_on=None)
    with pytest.raises(BadInput, match="begins on 2026-06-02 can't end on 2026-06-01"):
        world.account("dave", Role.AUDITOR, from_on=date(2026, 6, 2), until_on=date(2026, 6, 1))


def test_an_administrator_who_is_not_active_counts_for_none(world: World) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    with world.database.writing() as session:
        assert has_administrator(session)
        get_account(session, "alice@example.org").is_active = False
        session.flush()
        assert not has_administrator(session)
