"""Forgetting drafts that nobody goes on with."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from certtrack.services.credits import drafts
from certtrack.services.recertifying import saving
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Forget drafts of credits that nobody has saved for 60 days, and of applications that nobody has for a year.

    The latter also where their cycle is over. A batch a transaction.
    """
    credits_ = _purge(work, drafts.purge_drafts, timedelta(days=drafts.KEPT_DAYS))
    applications = _purge(work, saving.purge_application_drafts, timedelta(days=saving.KEPT_DAYS))
    return {"purged": credits_ + applications}


def _purge(work: Workplace, purge: Callable[[Session, datetime], int], kept: timedelta) -> int:
    purged = 0
    while not work.stop():
        with work.database.writing() as session:
            just_now = purge(session, work.clock.now() - kept)
        if not just_now:
            break
        purged += just_now
    return purged
