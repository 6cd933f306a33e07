"""Forgetting the text of old mails."""

from datetime import timedelta

from certtrack.services.delivery.purge import purge_bodies
from jobs.workplace import Workplace

_KEPT = timedelta(days=90)  # long enough to see what somebody was sent in their last stages


def run(work: Workplace) -> dict[str, int]:
    """Empty the mails that were settled more than 90 days ago, a batch a transaction."""
    purged = 0
    while not work.stop():
        with work.database.writing() as session:
            just_now = purge_bodies(session, work.clock.now() - _KEPT)
        if not just_now:
            break
        purged += just_now
    return {"purged": purged}
