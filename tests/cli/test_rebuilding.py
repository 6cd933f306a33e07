"""`certtrack rules rebuild`: what differs is written, whatever stops it and however many share the work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from kit.databases import on_both
from kit.world import World
from sqlalchemy import delete, func, select

from certtrack.cli import main
from certtrack.db.models import AuditEvent, StandingSpan
from certtrack.services.standing import lock_certifications

COMMAND = [sys.executable, "-m", "certtrack", "rules", "rebuild"]
MADE = 60


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
    own = {"CERTTRACK_INSTANCE": str(tmp_path), "CERTTRACK_DATABASE_URL": database_url, "CERTTRACK_ENV": "test"}
    return clean | own


def certify(world: World, count: int) -> list[int]:
    with world.database.writing() as session:
        made = [world.add_certification(session, world.add_person(session), date(2027, 10, 31)) for _ in range(count)]
    return [number for number, _ in made]


def list_spans(world: World) -> list[tuple[object, ...]]:
    columns = [column for column in StandingSpan.__table__.columns if column.name != "id"]
    with world.database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(*columns[:2]))]


def clear(world: World) -> None:
    with world.database.writing() as session:
        session.execute(delete(StandingSpan))


def count_events(world: World) -> int:
    with world.database.reading() as session:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "rules.rebuilt")
        return session.scalars(query).one()


def start(env: dict[str, str], *options: str) -> subprocess.Popen[bytes]:
    """What it says goes into a file of the instance."""
    with said_in(env).open("w") as said:
        return subprocess.Popen([*COMMAND, *options], env=env, stdout=said, stderr=said)


def said_in(env: dict[str, str]) -> Path:
    return Path(env["CERTTRACK_INSTANCE"], "said")


def wait_until(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        time.sleep(0.005)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_it_says_what_it_did_and_a_second_time_writes_nothing(
    world: World, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    certify(world, 3)
    right = list_spans(world)
    clear(world)
    first, second = (CliRunner().invoke(main, ["rules", "rebuild", "--as", "alice"]) for _ in range(2))
    assert first.stdout == "Certifications: 3 looked at, 3 with another standing than was written.\n"
    assert "Rebuilding: 3 of 3 certifications, " in first.stderr
    assert second.stdout == "Certifications: 3 looked at, 0 with another standing than was written.\n"
    assert list_spans(world) == right
    assert count_events(world) == 1


@pytest.mark.long
@on_both
def test_two_processes_that_are_killed_leave_nothing_half_and_two_others_do_the_rest(
    world: World, env: dict[str, str]
) -> None:
    certify(world, MADE)
    right = list_spans(world)
    clear(world)
    process = start(env, "--processes", "2")
    wait_until(lambda: list_spans(world))
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    half = list_spans(world)
    assert half
    assert half == [row for row in right if row[0] in {row[0] for row in half}]
    done = subprocess.run([*COMMAND, "--processes", "2"], env=env, capture_output=True, text=True, check=True)
    assert f"Certifications: {MADE} looked at" in done.stdout
    assert list_spans(world) == right


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_ctrl_c_stops_it_with_what_is_done_told(world: World, env: dict[str, str]) -> None:
    numbers = certify(world, 2)
    clear(world)
    with world.database.writing() as session:
        lock_certifications(session, numbers)
        process = start(env)
        wait_until(lambda: "0 of 2" in said_in(env).read_text())
        process.send_signal(signal.SIGINT)
    assert process.wait() == 3
    said = said_in(env).read_text()
    assert "the same command again does the rest" in said
    assert "Traceback" not in said
