"""Running one job once, with its start and its end on record."""

from collections.abc import Callable
from datetime import datetime

from certtrack.logs import get_log
from certtrack.services.schedule import JobOutcome, note_ended, note_next_run, note_started
from jobs.catalogue import Job
from jobs.workplace import Workplace

NextRun = Callable[[], datetime | None]


def run_job(job: Job, work: Workplace, next_run: NextRun | None = None) -> dict[str, int]:
    """Run it now; its counts. What it raises goes on to the caller, once it is on record.

    `next_run` says when the schedule has it next; None by hand, which leaves what is on record of that.
    """
    with work.database.writing() as session:
        note_started(session, job.name)
    try:
        counts = job.load()(work)
    except Exception as error:
        # the kind alone: an error's text may hold somebody's data
        _note_end(job, work, next_run, "failed", type(error).__name__)
        raise
    _note_end(job, work, next_run, "done", None)
    if any(counts.values()):
        get_log(job=job.name).info("job_done", **counts)
    return counts


def _note_end(job: Job, work: Workplace, next_run: NextRun | None, outcome: JobOutcome, error: str | None) -> None:
    with work.database.writing() as session:
        note_ended(session, job.name, outcome, error=error)
        if next_run is not None:
            note_next_run(session, job.name, next_run())
