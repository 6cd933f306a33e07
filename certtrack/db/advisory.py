"""Locks of the database that no row stands for; none on SQLite, where only one transaction writes at a time."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def take_lock(session: Session, key: int, *, is_shared: bool = False) -> None:
    """Hold the lock of that number until the transaction ends, waiting for whoever holds it; asked once in each.

    Any number of transactions share it with `is_shared`; without, there is no other that has it.
    """
    kind = "pg_advisory_xact_lock_shared" if is_shared else "pg_advisory_xact_lock"
    known = (kind, key)
    if session.get_bind().dialect.name != "postgresql" or session.info.get(known, "") is session.get_transaction():
        return
    session.execute(text(f"SELECT {kind}(:key)"), {"key": key})
    if not session.in_nested_transaction():  # a savepoint that is rolled back gives the lock away
        session.info[known] = session.get_transaction()
