"""The scheduler's sign of life."""

from collections.abc import Callable

from kit.world import World

from certtrack.services.schedule import is_silent
from jobs.heartbeat import run
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]


def test_after_a_beat_the_scheduler_is_not_silent_whatever_the_installations_clock_says(
    world: World, make_work: MakeWork
) -> None:
    with world.database.reading() as session:
        assert is_silent(session, 30)
    assert run(make_work()) == {}
    with world.database.reading() as session:
        assert not is_silent(session, 30)
