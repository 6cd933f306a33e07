"""What a job is given in tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kit.world import World

from certtrack.settings import load_settings
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]


@pytest.fixture
def make_work(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MakeWork:
    """A workplace at the world's moment: `make_work()`, or `make_work(stop=...)`; mails become files."""
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))

    def make(stop: Callable[[], bool] = lambda: False) -> Workplace:
        return Workplace(load_settings(), world.clock, world.database, world.rulebook, world.actor, stop)

    return make
