"""Several selects as one statement: what hangs on nothing of one another is asked for at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, String, Text, cast, inspect, literal_column, null, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

AnySelect = Select[*tuple[Any, ...]]
_Place = tuple[object, int]


def ask_together(session: Session, *queries: AnySelect) -> list[list[Any]]:
    """The rows of each of these selects, in the order of `queries`, by one statement.

    A row of one thing is that thing, another a tuple. A mapped class gives objects of its own that belong to no
    session: they are to be read, and nothing is to be followed from them. No select's order of rows is kept.
    """
    return Together(*queries).ask(session)


class Together:
    """Such a statement, to be made once and asked again and again: to make it takes longer than to run it.

    What differs from one time to the next are its parameters (`certtrack.db.parameters`), by their names.
    """

    def __init__(self, *queries: AnySelect) -> None:
        self._makers = [_Maker(query) for query in queries]
        layout = _lay_out([maker.types for maker in self._makers])
        self._statement = union_all(*(_fill(place, query, layout) for place, query in enumerate(queries)))
        self._places = [_find_places(maker.types, layout) for maker in self._makers]

    def ask(self, session: Session, values: Mapping[str, Any] | None = None) -> list[list[Any]]:
        """What `ask_together` gives, with these values of its parameters."""
        session.flush()
        found: list[list[Any]] = [[] for _ in self._makers]
        for kind, *row in session.execute(self._statement, values):
            found[kind].append(self._makers[kind].make([row[place] for place in self._places[kind]]))
        return found


class _Maker:
    """Makes of the values of a select's row what the select asks for."""

    def __init__(self, query: AnySelect) -> None:
        columns = list(query.selected_columns)
        self.types = [column.type for column in columns]
        self._parts: list[tuple[type[Any] | None, list[str]]] = []
        rest = iter(columns)
        for one in query.column_descriptions:
            entity = one.get("entity") if one["expr"] is one.get("entity") else None
            width = len(inspect(entity).mapper.columns) if entity is not None else 1
            self._parts.append((entity, [str(next(rest).key) for _ in range(width)]))

    def make(self, values: list[Any]) -> Any:  # noqa: ANN401  # a value, an object, or a tuple of both
        made, start = [], 0
        for entity, names in self._parts:
            mine = values[start : start + len(names)]
            made.append(mine[0] if entity is None else entity(**dict(zip(names, mine, strict=True))))
            start += len(names)
        return made[0] if len(made) == 1 else tuple(made)


def _lay_out(rows: list[list[TypeEngine[Any]]]) -> list[tuple[_Place, TypeEngine[Any]]]:
    """So many columns of each type as the row that has most of it."""
    layout: dict[_Place, TypeEngine[Any]] = {}
    for types in rows:
        layout |= {place: _widen(of) for place, of in zip(_number(types), types, strict=True) if place not in layout}
    return list(layout.items())


def _fill(kind: int, query: AnySelect, layout: list[tuple[_Place, TypeEngine[Any]]]) -> AnySelect:
    """The select's columns in their places, and NULL of a type, which PostgreSQL wants, in all others."""
    its = query.subquery()
    columns = dict(zip(_number([column.type for column in its.c]), its.c, strict=True))
    values = (columns.get(place, cast(null(), of)) for place, of in layout)
    return select(literal_column(str(kind)).label("kind"), *(one.label(f"v{at}") for at, one in enumerate(values)))


def _find_places(types: list[TypeEngine[Any]], layout: list[tuple[_Place, TypeEngine[Any]]]) -> list[int]:
    at = {place: number for number, (place, _) in enumerate(layout)}
    return [at[place] for place in _number(types)]


def _number(types: list[TypeEngine[Any]]) -> list[_Place]:
    """Each as the first, second and so on of its type."""
    counts: dict[object, int] = {}
    found: list[_Place] = []
    for of in types:
        kind = type(_widen(of))
        counts[kind] = counts.get(kind, 0) + 1
        found.append((kind, counts[kind]))
    return found


def _widen(of: TypeEngine[Any]) -> TypeEngine[Any]:
    if isinstance(of, Integer):
        return BigInteger()
    return Text() if isinstance(of, String) else of
