"""A form that came too late waits for its owner: sealed, one at most, and not forever."""

from datetime import timedelta

from kit.second_steps import SEALER
from kit.world import World
from sqlalchemy import text

from certtrack.auth.kept_forms import KEPT_FOR, LARGEST, Form, drop_form, find_form, keep_form, purge_forms
from certtrack.auth.sealing import Sealer
from certtrack.security import Role


def make_form(world: World, words: str = "Told her by phone") -> Form:
    return Form("/people/2/telling", (("words", words), ("stage", "late"), ("stage", "grace")), False, world.at)


def keep(world: World, account_id: int, form: Form) -> bool:
    with world.database.writing() as session:
        return keep_form(session, SEALER, account_id, form)


def test_the_last_form_waits_as_it_came_and_nobody_reads_it_in_the_database(world: World) -> None:
    bob = world.account("bob", Role.SUPERVISOR)
    form = make_form(world)
    assert keep(world, bob, make_form(world, "something before"))
    assert keep(world, bob, form)
    with world.database.reading() as session:
        assert find_form(session, SEALER, bob) == form
        assert find_form(session, Sealer(b"another key"), bob) is None
        assert find_form(session, SEALER, bob + 1) is None
        assert "by phone" not in str(session.execute(text("SELECT * FROM kept_form")).all())
    with world.database.writing() as session:
        drop_form(session, bob)
        assert find_form(session, SEALER, bob) is None


def test_one_that_is_too_large_is_not_kept_and_the_one_before_still_is(world: World) -> None:
    bob = world.account("bob", Role.SUPERVISOR)
    keep(world, bob, make_form(world))
    assert not keep(world, bob, make_form(world, "x" * LARGEST))
    with world.database.reading() as session:
        assert find_form(session, SEALER, bob) == make_form(world)


def test_one_that_nobody_went_on_with_is_forgotten_after_seven_days(world: World) -> None:
    keep(world, world.account("bob", Role.SUPERVISOR), make_form(world))
    with world.database.writing() as session:
        assert purge_forms(session, world.at + KEPT_FOR) == 0
        assert purge_forms(session, world.at + KEPT_FOR + timedelta(seconds=1)) == 1
