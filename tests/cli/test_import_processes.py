"""`certtrack import roster` as a process: killed in the middle, two at once, and on a terminal."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.roster import carol, make_csv
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Certification, ImportRun, Person

COMMAND = [sys.executable, "-m", "certtrack", "import", "roster"]
ROWS = 100


@pytest.fixture
def env(world: World, database_url: str, tmp_path: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
    own = {
        "CERTTRACK_INSTANCE": str(tmp_path / "instance"),
        "CERTTRACK_DATABASE_URL": database_url,
        "CERTTRACK_ENV": "test",
    }
    return clean | own


def make_file(folder: Path, rows: int) -> Path:
    file = folder / "roster.csv"
    letters = "abcdefghijklmnopqrstuvwxyz"
    people = [
        carol(
            name=f"Fam{letters[n // 26]}{letters[n % 26]}, Ann",
            address=f"p{n}@example.org",
            number=f"CPS-{n}",
            expires="10/31/2027",
            exam="03/22/2025",
        )
        for n in range(rows)
    ]
    file.write_bytes(make_csv(*people))
    return file


def count(world: World, model: type[Certification | ImportRun | Person]) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.long
@on_both
def test_an_import_killed_in_the_middle_is_completed_by_the_same_file(
    world: World, env: dict[str, str], tmp_path: Path
) -> None:
    file = make_file(tmp_path, ROWS)
    process = subprocess.Popen([*COMMAND, file], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while count(world, Certification) < 20 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    half = count(world, Certification)
    assert 20 <= half < ROWS
    assert count(world, Person) == half + 1  # each row is whole or isn't there
    done = subprocess.run([*COMMAND, file], env=env, capture_output=True, text=True, check=True)
    assert f"Importing: {ROWS} of {ROWS} rows" in done.stderr
    assert (count(world, Certification), count(world, Person), count(world, ImportRun)) == (ROWS, ROWS + 1, 1)


@on_both
def test_two_imports_at_once_put_everybody_on_record_once(world: World, env: dict[str, str], tmp_path: Path) -> None:
    file = make_file(tmp_path, 60)
    both = [subprocess.Popen([*COMMAND, file], env=env, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert (count(world, Certification), count(world, Person)) == (60, 61)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_terminal_gets_a_bar_and_the_result_stays_apart(world: World, env: dict[str, str], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*COMMAND, str(make_file(tmp_path, 20))]
    done = subprocess.run(command, env=env | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert "Importing" in shown
    assert "100%" in shown
    assert b"%" not in done.stdout
    assert b"rows_new" in done.stdout
