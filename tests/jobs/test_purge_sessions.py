"""The job that forgets sessions and forms that are over."""

from collections.abc import Callable
from datetime import timedelta

from kit.second_steps import SEALER
from kit.world import World

from certtrack.auth.kept_forms import Form, keep_form
from certtrack.auth.sessions import KEPT_FOR, LONGEST, open_session
from certtrack.security import Role
from jobs.purge_sessions import run
from jobs.workplace import Workplace


def test_what_was_over_thirty_days_ago_is_forgotten(world: World, make_work: Callable[..., Workplace]) -> None:
    bob = world.account("bob", Role.SUPERVISOR)
    with world.database.writing() as session:
        open_session(session, bob, user_agent="", address="", at=world.at)
        keep_form(session, SEALER, bob, Form("/people", (), False, world.at))
    assert run(make_work()) == {"forms": 0, "sessions": 0}
    world.at += KEPT_FOR + LONGEST + timedelta(seconds=1)
    assert run(make_work(stop=lambda: True)) == {"forms": 1, "sessions": 0}
    assert run(make_work()) == {"forms": 0, "sessions": 1}
