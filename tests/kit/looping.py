"""A process that runs one job over and over, or all of them on their schedule, until somebody kills it."""

import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jobs.deliver_mail
import jobs.plan_reminders
from certtrack.cli import Refusal, watch
from certtrack.cli import main as certtrack
from certtrack.db import engine
from certtrack.mail import compose, smtp
from certtrack.services.reminders.planning import PlanCounts, plan_batch
from certtrack.settings import Settings
from jobs import scheduler
from jobs.catalogue import Job, list_jobs
from jobs.cli import main

PRELOADED = (jobs.deliver_mail, jobs.plan_reminders, compose, smtp, watch)
"""What the jobs need, loaded once for all the processes that are forked from here."""

BUSY_MS = 5_000
"""For how long somebody hurried waits for whoever writes to a SQLite file."""

_HURRIED = {
    "plan_reminders": timedelta(seconds=2),
    "deliver_mail": timedelta(seconds=0.5),
    "deliver_now_mail": timedelta(seconds=5),
    "heartbeat": timedelta(seconds=1),
}

_PAUSE_S = 0.05
"""Between two runs: where nothing is to do they would keep a processor from those who have."""


def run_on(command: list[str], env: dict[str, str], log: Path) -> None:
    """`certtrack-jobs` with these words, again and again; what it writes is added to `log`."""
    _write_to(env, log)
    while True:
        main(command, standalone_mode=False)
        time.sleep(_PAUSE_S)


def run_scheduler(is_hurried: bool, env: dict[str, str], log: Path, batch_s: float) -> None:
    """`certtrack-jobs schedule`; one that `is_hurried` plans each other second, mails twice in one, that is all.

    `batch_s` is how much longer it takes over each batch that it plans.
    """
    _write_to(env, log)

    def plan_slowly(*args: Any, **kwargs: Any) -> PlanCounts:  # handed on as they came
        counts = plan_batch(*args, **kwargs)
        time.sleep(batch_s if counts.looked_at else 0)
        return counts

    with patch.object(jobs.plan_reminders, "plan_batch", plan_slowly):
        if not is_hurried:
            main(["schedule"], standalone_mode=False)
        with patch.object(scheduler, "list_jobs", _list_hurried), patch.object(engine, "_BUSY_MS", BUSY_MS):
            main(["schedule"], standalone_mode=False)


def run_watch(busy_ms: int, env: dict[str, str], log: Path) -> None:
    """`certtrack watch` again and again, as from cron; a SQLite file that is locked is away after `busy_ms`."""
    _write_to(env, log)
    with patch.object(engine, "_BUSY_MS", busy_ms):
        while True:
            with suppress(SystemExit, Refusal):  # what an open alarm, or a database that is away, ends it with
                certtrack(["watch"], standalone_mode=False)
            time.sleep(_PAUSE_S)


def _list_hurried(settings: Settings) -> tuple[Job, ...]:
    return tuple(replace(job, every=_HURRIED[job.name]) for job in list_jobs(settings) if job.name in _HURRIED)


def _write_to(env: dict[str, str], log: Path) -> None:
    os.environ.update(env)
    with log.open("ab") as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        os.dup2(written.fileno(), sys.stderr.fileno())
