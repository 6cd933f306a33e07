"""The sign of life that another process waits for."""

from certtrack.services.schedule import beat
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Say that the scheduler is alive."""
    with work.database.writing() as session:
        beat(session)
    return {}
