"""Column types and SQL expressions that both databases understand alike."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, DateTime, Dialect, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import literal
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite knows no zones: taken off on the way in, put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database. Raises ValueError for a naive moment, which could be any zone's."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A moment needs a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class db_now(FunctionElement[datetime]):  # noqa: N801  # it reads as the SQL function that it is
    """The database's own clock, now plus `plus_s` seconds: leases and retries are measured on it, never on ours.

    In a statement that is made once `plus_s` is a parameter of that statement.
    """

    inherit_cache = True
    type = Moment()

    def __init__(self, plus_s: float | BindParameter[float] = 0) -> None:
        super().__init__(plus_s if isinstance(plus_s, BindParameter) else literal(float(plus_s), Float()))


@compiles(db_now, "postgresql")
def _postgresql(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(db_now, "sqlite")
def _sqlite(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    # three digits are what SQLite has; six are what SQLAlchemy writes, and texts are compared as texts
    plus = compiler.process(element.clauses, **kw)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {plus} || ' seconds') || '000')"
