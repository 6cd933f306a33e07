"""Making standings anew after a value of the rules was confirmed, or rules came in a new version."""

from certtrack.services.actors import job_actor
from certtrack.services.recounts import (
    begin_for_new_versions,
    find_outdated,
    list_open_recounts,
    work_at_recount,
)
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Begin a recount for each pack that is new here, and go on with every one that is open, a batch a transaction."""
    database, rulebook, begun = work.database, work.rulebook, 0
    with database.reading() as session:
        is_outdated = bool(find_outdated(session, rulebook))
    if is_outdated:
        with database.writing() as session:
            by = job_actor("recount_rules").key
            begun = begin_for_new_versions(session, rulebook, by=by, at=work.clock.now())
    with database.reading() as session:
        recounts = list_open_recounts(session, rulebook)
    for recount_id in recounts:
        work_at_recount(database.writing, rulebook, recount_id, now=work.clock.now, is_enough=work.stop)
    return {"begun": begun, "recounts": len(recounts)}
