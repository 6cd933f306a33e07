"""Going on with what was given to a group, or is taken back, and isn't through yet."""

from certtrack.services.group_acts.acts import list_unfinished
from certtrack.services.group_acts.running import work_at
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Write each to its end, a batch a transaction; in the name of who decided it."""
    with work.database.reading() as session:
        acts = list_unfinished(session)
    for act_id in acts:
        work_at(work.database.writing, work.rulebook, act_id, now=work.clock.now, is_enough=work.stop)
    return {"acts": len(acts)}
