"""Planning: changes of policies are noticed, reminders expire, then every stage that was reached is decided on."""

from collections import Counter
from dataclasses import asdict

from certtrack.logs import get_log
from certtrack.services.other_days.planning import plan_other_batch
from certtrack.services.reminders.planning import expire_batch, plan_batch
from certtrack.services.reminders.policy_terms import note_policies, rearm_batch
from jobs.looking_back import look_back
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Plan until nothing is due, a batch a transaction; any number of planners may run side by side."""
    at, counts = work.clock.now(), Counter[str](looked_at=0, planned=0, held=0, suppressed=0, superseded=0, expired=0)
    expired = 1
    look_back(work)
    _note_policies(work)
    while expired and not work.stop():
        with work.database.writing() as session:
            expired = expire_batch(session, at=at)
        counts["expired"] += expired
    for plan in (plan_batch, plan_other_batch):
        looked_at = 1
        while looked_at and not work.stop():
            with work.database.writing() as session:
                batch = plan(session, work.rulebook, at=at)
            counts.update(asdict(batch))
            looked_at = batch.looked_at
    return dict(counts)


def _note_policies(work: Workplace) -> None:
    """Notice another policy than before; what a stop leaves of it to be looked at, the next run takes up."""
    with work.database.writing() as session:
        changed = note_policies(session, work.rulebook, actor=work.actor, at=work.clock.now())
    if changed:
        get_log().info("policy_changed", packs=changed)
    is_left = True
    while is_left and not work.stop():
        with work.database.writing() as session:
            is_left = rearm_batch(session, work.rulebook, at=work.clock.now())
