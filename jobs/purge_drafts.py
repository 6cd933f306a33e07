"""Forgetting drafts that nobody goes on with."""

from datetime import timedelta

from certtrack.services.credits.drafts import KEPT_DAYS, purge_drafts
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Forget the drafts that nobody has saved for 60 days, a batch a transaction."""
    purged = 0
    while not work.stop():
        with work.database.writing() as session:
            just_now = purge_drafts(session, work.clock.now() - timedelta(days=KEPT_DAYS))
        if not just_now:
            break
        purged += just_now
    return {"purged": purged}
