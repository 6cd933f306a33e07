"""A column that no index is to be chosen by: SQLite takes one for every equality, even where most rows are equal."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class unindexed(FunctionElement[Any]):  # noqa: N801  # it reads as the SQL that it is
    """The column's value. PostgreSQL knows how many rows are equal, and chooses by that."""

    inherit_cache = True

    def __init__(self, column: InstrumentedAttribute[Any] | ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _plain(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    [column] = element.clauses
    return compiler.process(column, **kw)


@compiles(unindexed, "sqlite")
def _sqlite(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # likewise
    return f"+{_plain(element, compiler, **kw)}"
