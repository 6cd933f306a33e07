"""The scheduler, as a process of its own on an instance of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.world import make_world
from sqlalchemy import select, text

from certtrack.clock import WallClock
from certtrack.db.engine import Database
from certtrack.db.models import Email, Job, Reminder
from certtrack.services.schedule import is_silent, list_job_records
from certtrack.settings import load_settings
from jobs.catalogue import list_jobs

PATIENCE_S = 60
NAMES = {job.name for job in list_jobs(load_settings(env="test"))}

on_sqlite_alone = pytest.mark.parametrize("database_kind", ["sqlite"])
"""Where one who writes keeps all others waiting, or an error is named as SQLite names it."""


@dataclass
class Instance:
    """An instance's folder, its database, and the schedulers that were started on it."""

    folder: Path
    database: Database
    started: list[subprocess.Popen[bytes]]

    def start(self) -> subprocess.Popen[bytes]:
        """One more scheduler; it beats each fifth of a second."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
        given = {
            "CERTTRACK_ENV": "test",
            "CERTTRACK_INSTANCE": str(self.folder),
            "CERTTRACK_DATABASE_URL": self.database.engine.url.render_as_string(hide_password=False),
            "CERTTRACK_HEARTBEAT_LIMIT_S": "1.2",
        }
        command = [sys.executable, "-m", "jobs", "schedule"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=clean | given, cwd=self.folder, stderr=log)
        self.started.append(process)
        return process

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def records(self) -> dict[str, Job]:
        with self.database.reading() as session:
            return {record.name: record for record in list_job_records(session)}

    def wait(self, is_so: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < until, f"{what} never came:\n{self.log.read_text()}"
            assert all(process.poll() is None for process in self.started), self.log.read_text()
            time.sleep(0.05)

    def wait_for_all(self) -> dict[str, Job]:
        """Every job has run once: what is on record."""
        self.wait(lambda: len([one for one in self.records().values() if one.last_outcome]) == len(NAMES), "every job")
        return self.records()

    def stop(self, number: int = signal.SIGTERM) -> list[int]:
        for process in self.started:
            process.send_signal(number)
        return [process.wait(PATIENCE_S) for process in self.started]


@pytest.fixture
def instance(tmp_path: Path, database: Database) -> Iterator[Instance]:
    """An instance without a scheduler; who asks for `database_kind` says on which of the two it stands."""
    started = list[subprocess.Popen[bytes]]()
    yield Instance(tmp_path, database, started)
    for process in started:
        process.kill()
        process.wait()


def test_every_job_runs_at_the_start_and_its_next_run_is_on_record(instance: Instance) -> None:
    before = WallClock().now()
    instance.start()
    records = instance.wait_for_all()
    assert set(records) == NAMES
    assert {record.last_outcome for record in records.values()} == {"done"}
    for record in records.values():
        assert record.last_started_at is not None
        assert record.last_ended_at is not None
        assert record.next_run_at is not None
        # one that runs every few seconds may have begun anew
        assert before - timedelta(seconds=1) <= min(record.last_started_at, record.last_ended_at)
        assert record.next_run_at > before
    day_later = records["purge_bodies"].next_run_at
    assert day_later is not None
    assert day_later - before > timedelta(hours=23)
    assert instance.stop() == [0]


def test_the_scheduler_goes_on_saying_that_it_is_alive_and_is_silent_once_it_has_ended(instance: Instance) -> None:
    instance.start()
    first = instance.wait_for_all()["heartbeat"].heartbeat_at
    instance.wait(lambda: instance.records()["heartbeat"].heartbeat_at != first, "a second beat")
    assert instance.stop(signal.SIGINT) == [0]
    time.sleep(1.3)
    with instance.database.reading() as session:
        assert is_silent(session, 1.2)


def test_a_scheduler_that_is_stopped_at_once_ends_well(instance: Instance) -> None:
    instance.start()
    instance.wait(lambda: instance.log.exists() and "scheduler_started" in instance.log.read_text(), "the start")
    assert instance.stop() == [0]
    assert "scheduler_stopped" in instance.log.read_text()


@on_sqlite_alone
def test_jobs_under_way_are_waited_for_and_their_end_is_on_record(instance: Instance) -> None:
    process = instance.start()
    instance.wait_for_all()
    with instance.database.writing() as session:
        session.execute(text("SELECT 1"))  # from here on nobody else can write: the next beat waits
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None
    assert process.wait(PATIENCE_S) == 0
    for record in instance.records().values():
        assert record.last_started_at is not None
        assert record.last_ended_at is not None
        assert record.last_started_at <= record.last_ended_at
        assert record.last_outcome == "done"


@on_sqlite_alone
def test_a_job_that_meets_an_error_stops_no_other_and_is_on_record_by_its_kind_alone(instance: Instance) -> None:
    with instance.database.writing() as session:
        session.execute(text("DROP TABLE audit_seal"))
    instance.start()
    records = instance.wait_for_all()
    sealer = records.pop("seal_audit")
    assert (sealer.last_outcome, sealer.last_error) == ("failed", "OperationalError")
    assert sealer.next_run_at is not None
    assert {(record.last_outcome, record.last_error) for record in records.values()} == {("done", None)}
    beat = records["heartbeat"].heartbeat_at
    instance.wait(lambda: instance.records()["heartbeat"].heartbeat_at != beat, "another beat")
    assert instance.stop() == [0]
    said = instance.log.read_text()
    assert "job_failed" in said
    assert "SELECT" not in said


@on_both
def test_two_schedulers_side_by_side_mail_everybody_once(instance: Instance) -> None:
    world = make_world(instance.database, at=WallClock().now())
    for _ in range(8):
        world.certify(world.person(zone="Etc/UTC"), world.today + timedelta(days=30), armed_on=date(2020, 1, 1))
    instance.start()
    instance.start()
    instance.wait(lambda: instance.log.read_text().count("scheduler_started") == 2, "the start of both")
    instance.wait_for_all()
    with instance.database.reading() as session:
        stages = list(session.execute(select(Reminder.subject_id, Reminder.stage)))
        mails = list(session.scalars(select(Email.recipient_id)))
    assert len(stages) == len(set(stages))
    assert len({subject for subject, _ in stages}) == 8
    assert len(mails) == len(set(mails))
    assert instance.stop() == [0, 0]
    assert "job_failed" not in instance.log.read_text()
