"""Accounts and roles."""

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AccountRole
from certtrack.errors import NotFound, Refused
from certtrack.security import Role
from certtrack.services.accounts import find_account, get_account, give_role, has_administrator


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
