"""A second step: each code is good once, nothing can be read from the database, and a reset ends all that was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from kit.second_steps import SEALER, App, give_step
from kit.world import World
from sqlalchemy import select, text

from certtrack.auth.sealing import Sealer
from certtrack.auth.second_steps import (
    accept_code,
    accept_recovery_code,
    count_recovery_codes,
    drop_second_step,
    find_second_step,
    make_recovery_codes,
    set_second_step,
)
from certtrack.auth.totp import make_secret
from certtrack.db.models import Account, AuditEvent, SecondStep
from certtrack.security import Role

STEP = timedelta(seconds=30)


@pytest.fixture
def bob(world: World) -> int:
    return world.account("bob", Role.SUPERVISOR)


def enter(world: World, account_id: int, code: str) -> bool:
    with world.database.writing() as session:
        return accept_code(session, SEALER, account_id, code, at=world.at)


def recover(world: World, account_id: int, code: str) -> bool:
    with world.database.writing() as session:
        return accept_recovery_code(session, SEALER, account_id, code, at=world.at)


def test_a_code_is_accepted_once_and_none_of_its_step_or_before_it_is_afterwards(world: World, bob: int) -> None:
    app, _ = give_step(world, bob)
    assert not enter(world, bob, app.show(world.at))  # it was used to set the step
    assert enter(world, bob, app.show(world.at + STEP))
    assert not enter(world, bob, app.show(world.at + STEP))
    assert not enter(world, bob, app.show(world.at))
    world.at += 3 * STEP
    assert not enter(world, bob, "000000")
    assert enter(world, bob, app.show(world.at))


def test_of_eight_that_bring_one_code_at_once_one_comes_in(world: World, bob: int) -> None:
    app, codes = give_step(world, bob)
    world.at += 2 * STEP
    for accept, code in ((enter, app.show(world.at)), (recover, codes[3])):
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(lambda _: accept(world, bob, code), range(8))) == [False] * 7 + [True]  # noqa: B023  # used up within the round


def test_a_code_of_somebody_else_opens_nothing(world: World, bob: int) -> None:
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    app, codes = give_step(world, alice)
    give_step(world, bob)
    assert not enter(world, bob, app.show(world.at + STEP))
    assert not recover(world, bob, codes[0])
    assert not enter(world, world.account("carol", Role.SPECIALIST), app.show(world.at + STEP))


def test_ten_recovery_codes_are_good_once_each_however_they_are_typed(world: World, bob: int) -> None:
    _, codes = give_step(world, bob)
    assert len(set(codes)) == 10
    assert recover(world, bob, codes[0])
    assert not recover(world, bob, codes[0])
    assert recover(world, bob, f" {codes[1].upper().replace('-', ' ')} ")
    assert not recover(world, bob, "")
    with world.database.reading() as session:
        assert count_recovery_codes(session, bob) == 8


def test_new_recovery_codes_end_those_before(world: World, bob: int) -> None:
    _, codes = give_step(world, bob)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        new = make_recovery_codes(session, SEALER, account, actor="account:1", at=world.at)
    assert not recover(world, bob, codes[0])
    assert recover(world, bob, new[0])


def test_neither_the_secret_nor_a_code_can_be_read_from_the_database(world: World, bob: int) -> None:
    app, codes = give_step(world, bob)
    with world.database.reading() as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in ("second_step", "recovery_code")]  # noqa: S608  # two names of ours
        kept = str(rows)
        sealed = session.scalars(select(SecondStep.secret)).one()
    assert app.secret not in kept
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    assert SEALER.unseal(sealed) == app.secret
    assert Sealer(b"another key").unseal(sealed) is None


def test_with_another_key_no_code_is_right_and_nothing_breaks(world: World, bob: int) -> None:
    app, codes = give_step(world, bob)
    with world.database.writing() as session:
        other = Sealer(b"another key")
        assert not accept_code(session, other, bob, app.show(world.at + STEP), at=world.at)
        assert not accept_recovery_code(session, other, bob, codes[0], at=world.at)


def test_a_step_is_set_only_by_whoever_has_the_secret_in_their_app(world: World, bob: int) -> None:
    app, codes = give_step(world, bob)
    other = App(make_secret())
    with world.database.writing() as session:
        account, wrong = session.get_one(Account, bob), app.show(world.at)
        assert set_second_step(session, SEALER, account, other.secret, wrong, actor="account:1", at=world.at) is None
    assert enter(world, bob, app.show(world.at + STEP))
    assert recover(world, bob, codes[0])


def test_a_reset_takes_step_and_codes_off_ends_sessions_and_is_audited(world: World, bob: int) -> None:
    app, codes = give_step(world, bob)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        before = account.fs_uniquifier
        assert drop_second_step(session, account, actor="alice", at=world.at, is_reset=True)
        assert account.fs_uniquifier != before
        assert not drop_second_step(session, account, actor="alice", at=world.at, is_reset=True)
        assert find_second_step(session, bob) is None
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.actor == "alice")).all()
    assert actions == ["account.second_step_reset"]
    assert not enter(world, bob, app.show(world.at + STEP))
    assert not recover(world, bob, codes[0])
