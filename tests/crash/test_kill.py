"""Delivery processes that are killed at random points, or frozen: every mail arrives, and few arrive twice."""

import multiprocessing
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from kit.delivery import FROM, STAGE_DAY, Deliverer
from kit.figures import FIGURES
from kit.looping import run_on
from kit.smtp import Taken
from sqlalchemy import func, select

from certtrack.db.models import Attempt, Reminder

WORKERS = 4
PATIENCE_S = 90

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["kit.looping"])  # a worker that is killed while it starts would prove nothing


@dataclass
class Mailroom:
    """Processes that do nothing but run `deliver_mail`, each with a short lease and deadline."""

    env: dict[str, str]
    log: Path
    running: list[ForkServerProcess] = field(default_factory=list)

    def start(self) -> ForkServerProcess:
        process = _PROCESSES.Process(target=run_on, args=(["run", "deliver_mail"], self.env, self.log))
        process.start()
        self.running.append(process)
        return process

    def kill(self, process: ForkServerProcess) -> None:
        process.kill()
        process.join(10)
        assert process.exitcode == -signal.SIGKILL, self.log.read_text()[-3000:]
        process.close()
        self.running.remove(process)


@contextmanager
def open_mailroom(deliverer: Deliverer, folder: Path) -> Iterator[Mailroom]:
    offset = datetime(STAGE_DAY.year, STAGE_DAY.month, STAGE_DAY.day, 17, tzinfo=UTC) - datetime.now(UTC)
    (folder / "offset").write_text(str(round(offset.total_seconds())))
    settings = {
        "ENV": "test",
        "INSTANCE": str(folder / "instance"),
        "DATABASE_URL": deliverer.world.database.engine.url.render_as_string(hide_password=False),
        "CLOCK_FILE": str(folder / "offset"),
        "SMTP_HOST": deliverer.smtp.host,
        "SMTP_PORT": str(deliverer.smtp.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": FROM,
        "MAIL_LEASE_S": "3",
        "MAIL_DEADLINE_S": "1",
    }
    (folder / "log").touch()
    room = Mailroom({f"CERTTRACK_{name}": value for name, value in settings.items()}, folder / "log")
    try:
        yield room
    finally:
        for process in list(room.running):
            room.kill(process)


def wait_for(is_so: Callable[[], bool], room: Mailroom, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, room.log.read_text()[-4000:]
        time.sleep(0.1)


def count_unsent(deliverer: Deliverer) -> int:
    query = select(func.count()).select_from(Reminder).where(Reminder.state != "sent")
    with deliverer.world.database.reading() as session:
        return session.scalars(query).one()


def is_all_sent(deliverer: Deliverer) -> bool:
    deliverer.end_waits()  # a deadline may have passed on a busy machine: then a mail waits for a minute
    return count_unsent(deliverer) == 0


def list_at_work(deliverer: Deliverer, room: Mailroom) -> list[ForkServerProcess]:
    """Those who have handed over a mail: to kill somebody who only starts would prove nothing."""
    with deliverer.world.database.reading() as session:
        workers = session.scalars(select(Attempt.worker).distinct())
        known = {worker.rpartition(":")[2] for worker in workers}
    return [process for process in room.running if str(process.pid) in known]


def count_doubts(deliverer: Deliverer, room: Mailroom) -> int:
    """How often a living worker was too slow, on a busy machine, for its deadline or its lease."""
    query = select(func.count()).select_from(Attempt).where(Attempt.outcome == "unknown", Attempt.worker != "")
    with deliverer.world.database.reading() as session:
        return session.scalars(query).one() + room.log.read_text().count("lease_lost")


def list_copies(deliverer: Deliverer) -> dict[str, list[Taken]]:
    copies: dict[str, list[Taken]] = defaultdict(list)
    for taken in deliverer.smtp.list_taken():
        copies[taken.recipients[0]].append(taken)
    return copies


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("mails", "kills", "late_s"), [(120, 5, 0.05), pytest.param(2_000, 100, 0.15, marks=pytest.mark.nightly)]
)
def test_killed_at_random_points_every_mail_arrives_and_twice_at_most_once_for_each_kill(
    deliverer: Deliverer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    mails: int,
    kills: int,
    late_s: float,
) -> None:
    deliverer.ripen_many(mails)
    deliverer.smtp.set_behaviour("late", at="DATA", seconds=late_s)  # mostly each process is in the worst place
    chance = random.Random()  # noqa: S311  # when somebody is killed is no secret
    with open_mailroom(deliverer, tmp_path) as room:
        for _ in range(WORKERS):
            room.start()
        wait_for(lambda: deliverer.smtp.count_taken() > 0, room)
        for _ in range(kills):
            wait_for(lambda: bool(list_at_work(deliverer, room)), room)
            time.sleep(chance.uniform(0, 0.3))
            room.kill(chance.choice(list_at_work(deliverer, room)))
            room.start()
        killed_early = mails - deliverer.smtp.count_taken()
        wait_for(lambda: is_all_sent(deliverer), room, mails * PATIENCE_S / 500)
    copies = list_copies(deliverer)
    twice = sum(len(taken) for taken in copies.values()) - len(copies)
    doubts = count_doubts(deliverer, room)
    figures = f"{len(copies)} of {mails} mails arrived, {twice} second copies, after {kills} kills and {doubts} doubts"
    record_property(FIGURES, figures)
    print(figures)  # noqa: T201  # the figures are what the test is for
    assert killed_early > 0, "the last kill came while there was work"
    assert len(copies) == mails
    assert twice <= kills + doubts
    assert all(len({mail.message_id for mail in taken}) == 1 for taken in copies.values())
    assert all(len({mail.data for mail in taken}) == 1 for taken in copies.values())
    assert not deliverer.is_stopped()


def test_a_worker_that_is_frozen_for_longer_than_its_lease_costs_one_more_copy_at_most(
    deliverer: Deliverer, tmp_path: Path
) -> None:
    deliverer.ripen_many(1)
    deliverer.smtp.set_behaviour("late", at="DATA", seconds=0.8)
    with open_mailroom(deliverer, tmp_path) as room:
        frozen = room.start()
        wait_for(lambda: deliverer.smtp.count_taken() == 1, room)
        assert frozen.pid is not None
        os.kill(frozen.pid, signal.SIGSTOP)
        deliverer.smtp.behave()
        room.start()
        wait_for(lambda: count_unsent(deliverer) == 0, room)
        os.kill(frozen.pid, signal.SIGCONT)
        wait_for(lambda: "lease_lost" in room.log.read_text(), room)
        assert frozen.is_alive(), "it goes on with its work"
    first, second = deliverer.smtp.list_taken()
    assert (first.message_id, first.data) == (second.message_id, second.data)
    assert deliverer.outcomes() == ["unknown", "accepted"]
    assert deliverer.states() == ["sent"]
