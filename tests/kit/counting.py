"""The statements that a database is asked: SELECT, INSERT, UPDATE and DELETE, and nothing that only frames them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from certtrack.db.engine import Database

_FRAMES = re.compile(r"\s*(BEGIN|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|SELECT pg_advisory)", re.IGNORECASE)


@contextmanager
def counting_statements(database: Database) -> Iterator[list[str]]:
    """What this database is asked meanwhile, in order: no lock, and no beginning or end of a transaction."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not _FRAMES.match(statement):
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
