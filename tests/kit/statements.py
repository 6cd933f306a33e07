"""Statements are compiled once for a whole test run, as they are once in a process that serves: not for each database.

What was compiled is looked up by the dialect, of which every engine has its own; here those of one kind are equal.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_COMPILED: dict[Any, Any] = {}


class _Alike:
    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class AlikeSqlite(_Alike, SQLiteDialect_pysqlite):
    """SQLite, as it is everywhere."""

    supports_statement_cache = True


class AlikePostgres(_Alike, PGDialect_psycopg):
    """PostgreSQL, as it is everywhere."""

    supports_statement_cache = True


def share_statements() -> None:
    """Have every engine that is made from here on take what was compiled for another one."""
    registry.register("sqlite", __name__, AlikeSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, AlikePostgres.__name__)
