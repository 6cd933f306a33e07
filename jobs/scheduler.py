"""The scheduler: a process of its own, and the only module that names APScheduler.

It guarantees nothing: the database does. A second scheduler, a restart or a missed run cost work, never a mail.
"""

import logging
import signal
import threading
from datetime import datetime
from functools import partial
from types import FrameType

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    EVENT_SCHEDULER_STARTED,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.exc import DBAPIError

from certtrack.clock import WallClock
from certtrack.logs import get_log
from certtrack.services.schedule import forget_other_jobs, note_ended
from jobs.catalogue import Job, list_jobs
from jobs.running import run_job
from jobs.workplace import Workplace

_TROUBLE = {EVENT_JOB_ERROR: "job_failed", EVENT_JOB_MISSED: "job_missed", EVENT_JOB_MAX_INSTANCES: "job_overrun"}


def run_schedule(work: Workplace, stopping: threading.Event) -> None:
    """Run every job of the catalogue until SIGTERM or SIGINT; jobs under way are waited for.

    Each runs once at the start, so that a restart makes good what was missed. `stopping` is what `work.stop` asks.
    """
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # `_hear` says it, without anybody's data
    jobs = list_jobs(work.settings)
    with work.database.writing() as session:
        forget_other_jobs(session, [job.name for job in jobs])
    pool = ThreadPoolExecutor(len(jobs))
    scheduler = make_scheduler(work, jobs, pool)
    ending = _stop_on_signals(scheduler, pool, stopping)
    get_log().info("scheduler_started", jobs=len(jobs))
    scheduler.start()
    ending.join()
    get_log().info("scheduler_stopped")


def make_scheduler(work: Workplace, jobs: tuple[Job, ...], pool: ThreadPoolExecutor) -> BlockingScheduler:
    """A scheduler that holds `jobs`, not started yet: each is due at once in `pool`, and never twice at a time."""
    scheduler = BlockingScheduler(
        timezone="UTC",
        executors={"default": pool},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(
            run_job,
            "interval",
            args=(job, work, partial(_find_next_run, scheduler, job.name)),
            seconds=job.every.total_seconds(),
            id=job.name,
            name=job.name,
            next_run_time=WallClock().now(),
        )
    scheduler.add_listener(partial(_hear, work), EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    return scheduler


def _find_next_run(scheduler: BlockingScheduler, name: str) -> datetime | None:
    job = scheduler.get_job(name)
    next_run_at: datetime | None = job.next_run_time if job else None
    return next_run_at


def _hear(work: Workplace, event: JobExecutionEvent | JobSubmissionEvent) -> None:
    log = get_log(job=event.job_id)
    error = getattr(event, "exception", None)
    if isinstance(error, DBAPIError):
        log.error(_TROUBLE[event.code], kind=type(error).__name__)  # comes again with each job: no trace
    else:
        log.error(_TROUBLE[event.code], exc_info=error)
    if event.code == EVENT_JOB_MISSED:
        with work.database.writing() as session:
            note_ended(session, event.job_id, "missed")


def _stop_on_signals(
    scheduler: BlockingScheduler, pool: ThreadPoolExecutor, stopping: threading.Event
) -> threading.Thread:
    started = threading.Event()
    scheduler.add_listener(lambda _event: started.set(), EVENT_SCHEDULER_STARTED)

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    def end() -> None:
        # not in the handler: the signal may come while the main thread holds a lock that a job's end needs
        stopping.wait()
        started.wait()
        scheduler.pause()
        pool.shutdown(wait=True)  # not by the scheduler: it would wait with the lock in hand that a job's end needs
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ending = threading.Thread(target=end, name="ending")
    ending.start()
    return ending
