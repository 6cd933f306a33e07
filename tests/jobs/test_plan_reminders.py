"""The job that plans."""

from datetime import date
from pathlib import Path

from kit.planning import Planner
from kit.world import World

from certtrack.settings import Settings
from jobs.plan_reminders import run
from jobs.workplace import Workplace

DUE = date(2026, 10, 31)


def work(world: World, tmp_path: Path, *, stopped: bool = False) -> Workplace:
    settings = Settings(instance=tmp_path)
    return Workplace(settings, world.clock, world.database, world.rulebook, world.actor, lambda: stopped)


def test_the_job_plans_until_nothing_is_due(world: World, planner: Planner, tmp_path: Path) -> None:
    _, cycle = world.certify(world.person(), DUE)
    world.move_to(date(2026, 5, 4))
    assert run(work(world, tmp_path))["planned"] == 1
    assert planner.waiting(cycle) == ["before_180"]
    assert not any(run(work(world, tmp_path)).values())


def test_a_job_that_is_to_stop_begins_nothing(world: World, tmp_path: Path) -> None:
    world.certify(world.person(), DUE)
    world.move_to(date(2026, 5, 4))
    assert not any(run(work(world, tmp_path, stopped=True)).values())
