"""`certtrack-jobs run run_imports` as a process that is killed in the middle: another one goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.import_desk import make_desk
from kit.roster import carol, make_csv
from kit.world import World

from certtrack.clock import WallClock
from certtrack.db.models import Certification, ImportedRow, ImportRun, Person
from certtrack.services.imports.uploads import ask_to_write

ROWS = 200
PATIENCE_S = 240
COMMAND = [sys.executable, "-m", "jobs", "run", "run_imports"]
_LETTERS = "abcdefghijklmnopqrst"


@dataclass
class Worker:
    """Processes that run the job once, by a clock that can be put forward."""

    env: dict[str, str]
    clock: Path

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(COMMAND, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_once(self, is_so: Callable[[], bool]) -> None:
        """Start one, and kill it in the middle of its work."""
        process, until = self.start(), time.monotonic() + PATIENCE_S
        while not is_so():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL

    def run(self) -> None:
        assert self.start().wait(PATIENCE_S) == 0

    def put_forward(self, by: timedelta) -> None:
        self.clock.write_text(str(int(self.clock.read_text()) + round(by.total_seconds())))


@pytest.fixture
def worker(world: World, database_url: str, tmp_path: Path) -> Worker:
    clock = tmp_path / "offset"
    clock.write_text(str(round((world.at - WallClock().now()).total_seconds())))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
    own = {
        "CERTTRACK_ENV": "test",
        "CERTTRACK_INSTANCE": str(tmp_path / "instance"),
        "CERTTRACK_DATABASE_URL": database_url,
        "CERTTRACK_CLOCK_FILE": str(clock),
    }
    return Worker(clean | own, clock)


def make_people() -> bytes:
    return make_csv(
        *(
            carol(
                name=f"Fam{_LETTERS[n // 20]}{_LETTERS[n % 20]}, Ann",
                address=f"p{n}@example.org",
                number=f"CPS-{n}",
                supervisor="",
            )
            for n in range(ROWS)
        )
    )


@pytest.mark.long
@on_both
def test_a_file_goes_in_once_whichever_process_is_killed_while_it_looks_or_writes(world: World, worker: Worker) -> None:
    desk = make_desk(world)
    people = desk.count(Person)
    number = desk.give(make_people())
    worker.kill_once(lambda: desk.look(number).total == ROWS)
    left = desk.look(number)
    assert (left.state, left.leased_until is not None, desk.count(Certification)) == ("to_look", True, 0)
    worker.run()
    assert desk.look(number).state == "to_look", "the one that was killed has it for two minutes yet"
    worker.put_forward(timedelta(minutes=3))
    worker.run()
    seen = desk.look(number)
    assert (seen.state, seen.told["counts"]["certifications_new"], desk.count(Certification)) == ("looked", ROWS, 0)
    desk.do(ask_to_write, number, at=world.at)
    worker.kill_once(lambda: desk.count(Certification) >= ROWS // 10)
    half = desk.count(Certification)
    assert half < ROWS
    assert desk.count(Person) == people + half, "each row is whole, or isn't there"
    assert desk.look(number).done == half
    worker.put_forward(timedelta(minutes=3))
    worker.run()
    done = desk.look(number)
    assert (done.state, done.told["held"]["total"], done.told["counts"]["rows_same"]) == ("done", 0, half)
    assert (desk.count(Certification), desk.count(Person)) == (ROWS, people + ROWS)
    assert (len(desk.list_all(ImportedRow)), desk.count(ImportRun)) == (ROWS, 1)
