"""Numbers as one parameter: a statement stays the same text however many they are, and is made and compiled once."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, BigInteger, BindParameter, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Numbers(TypeDecorator[Iterable[int]]):
    """Whole numbers: an array, and on SQLite, which has none, its JSON."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the database has for it."""
        kind: TypeEngine[Any] = Text() if dialect.name == "sqlite" else ARRAY(BigInteger())
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> Any:  # noqa: ANN401  # each driver's own
        """As the driver takes them."""
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class is_among(FunctionElement[bool]):  # noqa: N801  # it reads as the SQL that it is
    """True where the column's number is among those that the statement is given under that name."""

    inherit_cache = True
    # of no type: as a Boolean SQLite would be asked whether it is 1, and would use no index

    def __init__(self, column: InstrumentedAttribute[int], name: str) -> None:
        numbers: BindParameter[Any] = bindparam(name, type_=Numbers())
        super().__init__(column, numbers)


@compiles(is_among, "postgresql")
def _postgresql(element: is_among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} = ANY ({numbers})"


@compiles(is_among, "sqlite")
def _sqlite(element: is_among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401  # SQLAlchemy's signature
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608  # parts that SQLAlchemy has written
