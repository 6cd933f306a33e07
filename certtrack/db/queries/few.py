"""Numbers that one select finds, a few of them: PostgreSQL gathers them first and then asks an index for each."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class is_of_few(FunctionElement[bool]):  # noqa: N801  # it reads as the SQL that it is
    """True where the column's number is one that the select finds, which are few: hundreds, and not all there are.

    It says what `column.in_(numbers)` says. PostgreSQL takes the people of a way to be ten times as many as they are,
    and to find so many it would go through everybody's rows.
    """

    inherit_cache = True
    # of no type: as a Boolean SQLite would be asked whether it is 1, and would use no index

    def __init__(self, column: InstrumentedAttribute[int], numbers: Select[int]) -> None:
        super().__init__(column, numbers.scalar_subquery())


@compiles(is_of_few)
def _plain(element: is_of_few, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} IN {numbers}"


@compiles(is_of_few, "postgresql")
def _postgresql(element: is_of_few, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # likewise
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} = ANY (ARRAY {numbers})"
