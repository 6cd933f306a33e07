"""The job that plans."""

from datetime import date
from pathlib import Path

import pytest
from kit.planning import Planner
from kit.world import World

from certtrack.settings import load_settings
from jobs.plan_reminders import run
from jobs.workplace import Workplace

DUE = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))


def work(world: World, *, stopped: bool = False) -> Workplace:
    return Workplace(load_settings(), world.clock, world.database, world.rulebook, world.actor, lambda: stopped)


def test_the_job_plans_until_nothing_is_due(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    world.move_to(date(2026, 5, 4))
    assert run(work(world))["planned"] == 1
    assert planner.waiting(cycle) == ["before_180"]
    assert not any(run(work(world)).values())


def test_a_job_that_is_to_stop_begins_nothing(world: World) -> None:
    world.certify(world.person(), DUE)
    world.move_to(date(2026, 5, 4))
    assert not any(run(work(world, stopped=True)).values())
