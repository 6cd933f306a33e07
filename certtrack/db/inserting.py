"""Inserting what another process may be inserting too."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certtrack.db.base import Base


def insert_into(session: Session, table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what is done where a unique key has such a row already, in the database's own words."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def insert_unless_there(session: Session, table: type[Base], **values: Any) -> bool:  # noqa: ANN401  # any column's value
    """Insert a row; True when it is new, False where a unique key of the table has such a one already.

    Waits for another transaction that has the same key in hand, so that the answer holds.
    """
    session.flush()
    key = next(iter(table.__table__.primary_key))
    done = session.execute(insert_into(session, table).values(**values).on_conflict_do_nothing().returning(key))
    return done.scalar() is not None
