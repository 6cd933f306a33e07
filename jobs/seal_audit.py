"""Sealing the audit: what is sealed can't be changed unseen."""

from certtrack.db.audit import seal_events
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Seal every event that no seal covers yet."""
    sealed = 0
    while not work.stop():
        with work.database.writing() as session:
            just_now = seal_events(session, work.clock.now())
        if not just_now:
            break
        sealed += just_now
    return {"sealed": sealed}
