"""Many rows at once: numbers for rows that name each other, and few statements to write them with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from certtrack.db.base import Base


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """The next numbers of that table, rising, for rows that this transaction writes.

    On SQLite one transaction alone writes, so that they follow the last one; on PostgreSQL the sequence gives them.
    """
    session.flush()
    table = _table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(query, {"name": table.name, "count": count}))
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))


def add_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as they are, by the names of their columns; nothing where there are none."""
    if not rows:
        return
    session.flush()
    session.connection().execute(insert(_table_of(model)), rows)


def add_tuples(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write very many rows in the quickest way that each database has. `columns` says what stands where in a row.

    Values go to the driver as they are: days as their ISO text, and no JSON.
    """
    if not rows:
        return
    session.flush()
    connection, table = session.connection(), _table_of(model).name
    named = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({named}) VALUES ({places})", list(rows))  # noqa: S608  # names of the models
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _table_of(model: type[Base]) -> Table:
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is no table")
    return table
