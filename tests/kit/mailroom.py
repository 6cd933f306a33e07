"""Processes that plan and deliver mail by themselves over a test's database and mail server."""

import multiprocessing
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from kit.delivery import FROM, STAGE_DAY, Deliverer
from kit.looping import run_on, run_scheduler
from kit.smtp import Taken
from sqlalchemy import func, select

from certtrack.db.models import Attempt, Reminder

PATIENCE_S = 180

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["kit.looping"])  # a worker that is killed while it starts would prove nothing


@dataclass
class Mailroom:
    """Processes on one installation, each with a short lease and deadline."""

    env: dict[str, str]
    log: Path
    running: list[ForkServerProcess] = field(default_factory=list)

    def start(self) -> ForkServerProcess:
        """One more that does nothing but run `deliver_mail`."""
        return self._start(_PROCESSES.Process(target=run_on, args=(["run", "deliver_mail"], self.env, self.log)))

    def start_scheduler(self, *, is_hurried: bool) -> ForkServerProcess:
        """One more scheduler: of all jobs, or hurried of those of mail alone, whose minutes pass in a moment."""
        return self._start(_PROCESSES.Process(target=run_scheduler, args=(is_hurried, self.env, self.log)))

    def _start(self, process: ForkServerProcess) -> ForkServerProcess:
        process.start()
        self.running.append(process)
        return process

    def kill(self, process: ForkServerProcess) -> None:
        """End it at once; it ran until now."""
        process.kill()
        process.join(10)
        assert process.exitcode == -signal.SIGKILL, self.log.read_text()[-3000:]
        process.close()
        self.running.remove(process)

    def wait(self, is_so: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Come back when it is so; what they wrote is the failure's text."""
        deadline = time.monotonic() + patience_s
        while not is_so():
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            assert all(process.is_alive() for process in self.running), self.log.read_text()[-4000:]
            time.sleep(0.1)


@contextmanager
def open_mailroom(deliverer: Deliverer, folder: Path, **more: str) -> Iterator[Mailroom]:
    """A room on the day of the first stage, in which nobody works yet; who does is killed when the block ends.

    `more` are settings by their names without the prefix.
    """
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
    room = Mailroom({f"CERTTRACK_{name}": value for name, value in (settings | more).items()}, folder / "log")
    try:
        yield room
    finally:
        for process in list(room.running):
            room.kill(process)


def count_states(deliverer: Deliverer) -> Counter[str]:
    """How many reminders are in which state."""
    with deliverer.world.database.reading() as session:
        return Counter(session.scalars(select(Reminder.state)))


def count_doubts(deliverer: Deliverer, room: Mailroom) -> int:
    """How often a living worker was too slow, on a busy machine, for its deadline or its lease."""
    query = select(func.count()).select_from(Attempt).where(Attempt.outcome == "unknown", Attempt.worker != "")
    with deliverer.world.database.reading() as session:
        return session.scalars(query).one() + room.log.read_text().count("lease_lost")


def list_copies(deliverer: Deliverer) -> dict[str, list[Taken]]:
    """The mails that came, by address; two copies have one Message-ID and the same bytes."""
    copies: dict[str, list[Taken]] = defaultdict(list)
    for taken in deliverer.smtp.list_taken():
        copies[taken.recipients[0]].append(taken)
    assert all(len({(mail.message_id, mail.data) for mail in taken}) == 1 for taken in copies.values())
    return copies
