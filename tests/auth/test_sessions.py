"""Sessions on record: how long they last, and that one which was ended is over at once, everywhere."""

from datetime import timedelta
from typing import Any

import pytest
from kit.world import World
from sqlalchemy import select, text

from certtrack.auth.passwords import set_password
from certtrack.auth.sessions import (
    IDLE,
    KEPT_FOR,
    LONGEST,
    end_all,
    end_sessions,
    find_end,
    find_run_out,
    list_sessions,
    note_seen,
    open_session,
    purge_sessions,
)
from certtrack.auth.signed_in import find_signed_in
from certtrack.db.engine import Database
from certtrack.db.models import Account, AuditEvent, AuditValue
from certtrack.security import Role
from certtrack.services.feeds import find_feed, make_feed

SECOND = timedelta(seconds=1)


@pytest.fixture
def bob(world: World) -> int:
    return world.account("bob", Role.SUPERVISOR)


def begin(world: World, account_id: int) -> str:
    with world.database.writing() as session:
        return open_session(session, account_id, user_agent="Firefox", address="203.0.113.77", at=world.at)


def is_open(database: Database, key: str, world: World) -> bool:
    with database.reading() as session:
        return find_signed_in(session, key, world.at) is not None


def find_number(world: World, key: str) -> int:
    with world.database.reading() as session:
        found = find_signed_in(session, key, world.at)
        assert found
        return found.session.id


def test_half_an_hour_without_a_page_ends_a_session_and_a_page_makes_it_last(world: World, bob: int) -> None:
    key = begin(world, bob)
    number = find_number(world, key)
    for _ in range(3):
        world.at += IDLE - SECOND
        assert is_open(world.database, key, world)
        with world.database.writing() as session:
            assert note_seen(session, number, world.at) == world.at + IDLE
    world.at += IDLE
    assert not is_open(world.database, key, world)
    with world.database.writing() as session:
        assert note_seen(session, number, world.at) is None, "too late"
    assert not is_open(world.database, key, world)


def test_twelve_hours_end_a_session_however_busy_it_is_kept(world: World, bob: int) -> None:
    key = begin(world, bob)
    number, ends_at = find_number(world, key), world.at + LONGEST
    while world.at < ends_at - IDLE:
        world.at += timedelta(minutes=20)
        with world.database.writing() as session:
            last = note_seen(session, number, world.at)
    with world.database.reading() as session:
        found = find_signed_in(session, key, world.at)
        assert found
        assert find_end(found.session) == last == ends_at
    world.at = ends_at - SECOND
    assert is_open(world.database, key, world)
    world.at = ends_at
    assert not is_open(world.database, key, world)


def test_one_that_was_ended_is_over_at_once_for_another_process_and_the_others_go_on(
    world: World, bob: int, database_url: str
) -> None:
    here, phone, library = (begin(world, bob) for _ in range(3))
    other = Database(database_url)
    assert is_open(other, phone, world)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        values: dict[str, Any] = {"actor": "account:1", "at": world.at}
        assert end_sessions(session, account, only=find_number(world, phone), **values) == 1
        assert end_sessions(session, account, only=find_number(world, here) + 900, **values) == 0
    assert [is_open(other, key, world) for key in (here, phone, library)] == [True, False, True]
    with world.database.writing() as session:
        assert end_sessions(session, account, but=find_number(world, here), **values) == 1
    assert [is_open(other, key, world) for key in (here, phone, library)] == [True, False, False]
    other.close()
    with world.database.reading() as session:
        ended = session.scalars(
            select(AuditValue.details)
            .join(AuditEvent, AuditEvent.id == AuditValue.event_id)
            .where(AuditEvent.action == "account.sessions_ended")
        ).all()
    assert [len(one["sessions"]) for one in ended] == [1, 1]


def test_nobody_ends_a_session_of_somebody_else(world: World, bob: int) -> None:
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    key = begin(world, alice)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        assert end_sessions(session, account, actor="account:1", at=world.at, only=find_number(world, key)) == 0
    assert is_open(world.database, key, world)


def test_a_new_password_ends_every_session(world: World, bob: int) -> None:
    keys = [begin(world, bob) for _ in range(2)]
    with world.database.writing() as session:
        set_password(session, session.get_one(Account, bob), "a hash", actor="account:1", at=world.at)
    assert not any(is_open(world.database, key, world) for key in keys)


@pytest.mark.parametrize("way", ["password", "all"])
def test_a_new_password_and_ending_all_others_end_the_calendar_and_ending_one_session_does_not(
    world: World, way: str
) -> None:
    carol = world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    here, phone = begin(world, carol), begin(world, carol)
    values: dict[str, Any] = {"actor": "account:1", "at": world.at}
    with world.database.writing() as session:
        account = session.get_one(Account, carol)
        make_feed(session, account, actor=world.actor, at=world.at)
        end_sessions(session, account, only=find_number(world, phone), **values)
        assert find_feed(session, carol)
    with world.database.writing() as session:
        account = session.get_one(Account, carol)
        if way == "password":
            set_password(session, account, "a hash", **values)
        else:
            end_all(session, account, but=find_number(world, here), **values)
        assert find_feed(session, carol) is None
    assert is_open(world.database, here, world) is (way == "all")


def test_neither_the_key_nor_the_whole_address_is_in_the_database(world: World, bob: int) -> None:
    key = begin(world, bob)
    with world.database.reading() as session:
        kept = str(session.execute(text("SELECT * FROM web_session")).all())
        assert [one.address for one in list_sessions(session, bob, world.at)] == ["203.0.113.0/24"]
    assert key not in kept
    assert "203.0.113.77" not in kept


def test_whose_a_session_was_that_ran_out_is_known_for_a_day_unless_somebody_ended_it(world: World, bob: int) -> None:
    ran_out, ended = begin(world, bob), begin(world, bob)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        end_sessions(session, account, actor="account:1", at=world.at, only=find_number(world, ended))
    for after, known in ((LONGEST, [True, False]), (timedelta(days=1), [False, False])):
        with world.database.reading() as session:
            found = [find_run_out(session, key, world.at + after) is not None for key in (ran_out, ended)]
        assert found == known


def test_sessions_that_were_over_thirty_days_ago_are_forgotten(world: World, bob: int) -> None:
    begin(world, bob)
    world.at += KEPT_FOR
    recent = begin(world, bob)
    with world.database.writing() as session:
        assert purge_sessions(session, world.at) == 0
        assert purge_sessions(session, world.at + LONGEST + SECOND) == 1
    assert is_open(world.database, recent, world)
