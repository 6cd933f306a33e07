"""Forgetting sessions that were over long ago, and forms that nobody went on with."""

from certtrack.auth.kept_forms import purge_forms
from certtrack.auth.sessions import purge_sessions
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Forget them, sessions a batch a transaction."""
    with work.database.writing() as session:
        forms = purge_forms(session, work.clock.now())
    purged = 0
    while not work.stop():
        with work.database.writing() as session:
            just_now = purge_sessions(session, work.clock.now())
        if not just_now:
            break
        purged += just_now
    return {"forms": forms, "sessions": purged}
