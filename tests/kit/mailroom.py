"""Processes that plan and deliver mail by themselves over a test's database and mail server."""

import multiprocessing
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic, sleep

from kit.delivery import DUE, FROM, STAGE_DAY, Deliverer
from kit.looping import run_on, run_scheduler, run_watch
from kit.smtp import Taken
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Attempt, Reminder
from certtrack.services.standing import projecting_once

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

    def start_scheduler(self, *, is_hurried: bool, batch_s: float = 0) -> ForkServerProcess:
        """One more scheduler: of all jobs, or hurried of those of mail alone, whose minutes pass in a moment.

        It takes `batch_s` seconds longer than it must over each batch that it plans.
        """
        return self._start(_PROCESSES.Process(target=run_scheduler, args=(is_hurried, self.env, self.log, batch_s)))

    def start_watch(self, busy_ms: int = 500) -> ForkServerProcess:
        """One more that does nothing but look whether all is well, and tell."""
        return self._start(_PROCESSES.Process(target=run_watch, args=(busy_ms, self.env, self.log)))

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

    def count_failures(self, job: str) -> int:
        """How often that job of a scheduler broke off."""
        lines = self.log.read_text().splitlines()
        return sum("job_failed" in line and f"job={job}" in line.split() for line in lines)

    def move_to(self, day: date, hour_utc: int) -> None:
        """Let it be that hour for all of them."""
        offset = datetime.combine(day, time(hour_utc), UTC) - datetime.now(UTC)
        file = Path(self.env["CERTTRACK_CLOCK_FILE"])
        whole = file.with_name("offset-to-come")
        whole.write_text(str(round(offset.total_seconds())))
        whole.replace(file)  # whoever read it half written, so empty, would take it for today

    def wait(self, is_so: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Come back when it is so; what they wrote is the failure's text."""
        deadline = monotonic() + patience_s
        while not is_so():
            assert monotonic() < deadline, self.log.read_text()[-4000:]
            assert all(process.is_alive() for process in self.running), self.log.read_text()[-4000:]
            sleep(0.1)


@contextmanager
def open_mailroom(deliverer: Deliverer, folder: Path, **more: str) -> Iterator[Mailroom]:
    """A room on the day of the first stage, in which nobody works yet; who does is killed when the block ends.

    `more` are settings by their names without the prefix.
    """
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
    room.move_to(STAGE_DAY, 17)
    try:
        yield room
    finally:
        for process in list(room.running):
            room.kill(process)


def certify_many(world: World, size: int) -> None:
    """As many people whose first stage the schedulers find reached."""
    with world.database.writing() as session, projecting_once(session, world.rulebook, at=world.at):
        for _ in range(size):
            world.add_certification(session, world.add_person(session), DUE)


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
