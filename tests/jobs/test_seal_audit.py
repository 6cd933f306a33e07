"""The job that seals the audit."""

from collections.abc import Callable, Iterator

from kit.world import World

from certtrack.db.audit import NewEvent, count_events, record_events, verify
from jobs.seal_audit import run
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]


def add_events(world: World, many: int) -> None:
    with world.database.writing() as session:
        record_events(session, [NewEvent("a.b", ("x", no), (), {}) for no in range(many)], at=world.at, actor="t")


def test_everything_is_sealed_in_one_run_and_verifies(world: World, make_work: MakeWork) -> None:
    add_events(world, 5_001)
    with world.database.reading() as session:
        many = count_events(session)
    assert run(make_work()) == {"sealed": many}
    assert run(make_work()) == {"sealed": 0}
    with world.database.reading() as session:
        assert verify(session) == []


def test_a_sealer_that_is_to_stop_leaves_the_rest_to_the_next(world: World, make_work: MakeWork) -> None:
    add_events(world, 5_001)
    asked: Iterator[bool] = iter((False, True))
    assert run(make_work(stop=lambda: next(asked))) == {"sealed": 5_000}
    assert run(make_work())["sealed"] >= 1
    with world.database.reading() as session:
        assert verify(session) == []
