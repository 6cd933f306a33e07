"""Who confirms a value of the rules, and who counts by them, in two transactions at one moment."""

from sqlalchemy.orm import Session

from certtrack.db.advisory import take_lock

_LOCK = 4_207_316_004  # any number that nobody else uses on this database


def share_rules(session: Session) -> None:
    """Count by the rules as they are from here on: whoever confirms a value waits until this transaction ends.

    Without it a certification that was counted by the rules of before could be put on record once the recount is
    through, which hasn't seen it.
    """
    take_lock(session, _LOCK, is_shared=True)


def hold_rules(session: Session) -> None:
    """Let whoever counts by the rules or confirms a value wait until this transaction ends, after those at work now."""
    take_lock(session, _LOCK)
