"""Planning: reminders that waited too long expire, then every stage that was reached is decided on."""

from collections import Counter
from dataclasses import asdict

from certtrack.services.planning import expire_batch, plan_batch
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Plan until nothing is due, a batch a transaction; any number of planners may run side by side."""
    at, counts = work.clock.now(), Counter[str](looked_at=0, planned=0, held=0, suppressed=0, superseded=0, expired=0)
    expired = looked_at = 1
    while expired and not work.stop():
        with work.database.writing() as session:
            expired = expire_batch(session, at=at)
        counts["expired"] += expired
    while looked_at and not work.stop():
        with work.database.writing() as session:
            batch = plan_batch(session, work.rulebook, at=at)
        counts.update(asdict(batch))
        looked_at = batch.looked_at
    return dict(counts)
