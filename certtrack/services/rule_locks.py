"""Who confirms a value of the rules, and who counts by them, in two transactions at one moment.

On SQLite only one transaction writes at a time, so there is nothing to lock.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_LOCK = 4_207_316_004  # any number that nobody else uses on this database


def share_rules(session: Session) -> None:
    """Count by the rules as they are from here on: whoever confirms a value waits until this transaction ends.

    Without it a certification that was counted by the rules of before could be put on record once the recount is
    through, which hasn't seen it.
    """
    _lock(session, "pg_advisory_xact_lock_shared")


def hold_rules(session: Session) -> None:
    """Let whoever counts by the rules or confirms a value wait until this transaction ends, after those at work now."""
    _lock(session, "pg_advisory_xact_lock")


def _lock(session: Session, kind: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT {kind}(:key)"), {"key": _LOCK})
