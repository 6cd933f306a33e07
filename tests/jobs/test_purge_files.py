"""The job that takes away files that back nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from kit.credits import list_events, log, make_new
from kit.files import keep, pdf, picture
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Evidence
from certtrack.services.evidence.purge import list_orphans
from jobs.purge_files import run
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def list_kept(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*/*")}


def load_keys(world: World) -> set[str]:
    with world.database.reading() as session:
        return set(session.scalars(select(Evidence.key)))


def test_what_backs_nothing_is_gone_after_two_days_and_what_backed_something_stays(
    world: World, make_work: MakeWork, folder: Path
) -> None:
    world.at = WallClock().now()
    carol = world.person()
    cps, _ = world.certify(carol, world.today + timedelta(days=90))
    attached = keep(world, folder, carol)
    log(world, carol, make_new(3, last_on=world.today, files=(attached,)), cps)
    keep(world, folder, carol, pdf())

    world.at += timedelta(days=1)
    assert run(make_work()) == {"forgotten": 0, "orphans": 0, "imports": 0}
    world.at += timedelta(days=1, seconds=1)
    assert run(make_work(stop=lambda: True)) == {"forgotten": 0, "orphans": 0, "imports": 0}
    assert run(make_work()) == {"forgotten": 1, "orphans": 0, "imports": 0}

    assert len(load_keys(world)) == 1
    assert list_kept(folder) == load_keys(world)
    assert list_events(world, "evidence")[-1] == ("evidence.forgotten", [carol])


def test_what_a_process_kept_and_never_put_on_record_is_gone_after_sixty_days(
    world: World, make_work: MakeWork, folder: Path, tmp_path: Path
) -> None:
    world.at = WallClock().now()
    number = keep(world, folder, world.person(), picture())
    with world.database.writing() as session:
        session.delete(session.get_one(Evidence, number))

    world.at += timedelta(days=59)
    assert run(make_work()) == {"forgotten": 0, "orphans": 0, "imports": 0}
    assert len(list_kept(folder)) == 1, "an older database may have been put back: the right one still names it"
    world.at += timedelta(days=1, minutes=1)
    assert run(make_work()) == {"forgotten": 0, "orphans": 1, "imports": 0}
    assert list_kept(folder) == set()


def test_a_key_that_a_record_names_is_no_orphan(world: World, folder: Path) -> None:
    keep(world, folder, world.person())
    (known,) = load_keys(world)
    with world.database.reading() as session:
        assert list_orphans(session, [known, "ab" * 16]) == ["ab" * 16]
