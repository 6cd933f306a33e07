"""What is on record once, put on record many times more: row by row in the database, which takes no time."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, String, Table, Text, UniqueConstraint, insert, select

from certtrack.db.base import Base
from certtrack.db.engine import Database

_FAR = 1_000_000
"""How far apart the numbers of one copy are from those of the next; the same for every table."""
_NEVER = ("audit_", "cause", "email", "import", "job", "pack_version", "team_mail", "web_")
_SUBJECTS = {"cycle": "cycle", "credit": "credit", "application_step": "application_step"}
"""What a `subject_kind` is a row of, if not of `other_day`."""
_SOURCES = {"exam_sitting": "exam_registration", "background_check": "background_check"}


def multiply(database: Database, times: int, *roots: Mapping[str, Collection[int] | None]) -> None:
    """Copy these rows so many times, and with them every row that belongs to a copied one: once for each of `roots`.

    They say by table the numbers of the rows; None: all of them. To what isn't copied the copies belong as they do.
    """
    with database.writing() as session:
        connection = session.connection()
        gathered = [_gather(connection, one) for one in roots]
        for place in range(times * len(roots)):
            rows = gathered[place % len(roots)]
            for table, originals in rows.items():
                connection.execute(insert(table), [_copy(table, row, rows, place + 1) for row in originals.values()])


_Rows = dict[Table, dict[Any, dict[str, Any]]]


def _gather(connection: Connection, roots: Mapping[str, Collection[int] | None]) -> _Rows:
    rows: _Rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name.startswith(_NEVER):
            continue
        wanted = roots.get(table.name, ())
        found = {
            row.get("id", place): row
            for place, row in enumerate(dict(one) for one in connection.execute(select(table)).mappings())
            if wanted is None or row.get("id") in wanted or any(_list_owners(table, row, rows))
        }
        if found:
            rows[table] = found
    return rows


def _list_owners(table: Table, row: dict[str, Any], rows: _Rows) -> list[str]:
    """The columns of the row that name a copied one."""
    owners = [
        column.name
        for column in table.columns
        for key in column.foreign_keys
        if row[column.name] in rows.get(key.column.table, {})
    ]
    kinds = [("subject_id", _SUBJECTS.get(row.get("subject_kind", ""), "other_day"))]
    kinds += [("source_id", _SOURCES.get(row.get("kind", ""), "certification"))]
    return owners + [name for name, of in kinds if name in row and row[name] in rows.get(Base.metadata.tables[of], {})]


def _copy(table: Table, row: dict[str, Any], rows: _Rows, place: int) -> dict[str, Any]:
    far = _FAR * place
    owners = {name: row[name] + far for name in _list_owners(table, row, rows)}
    own = {"id": row["id"] + far} if "id" in row else {}
    unique = {name: _tell_apart(table, name, row[name], place) for name in _list_unique_words(table) if row[name]}
    return row | owners | own | unique


def _tell_apart(table: Table, name: str, word: str, place: int) -> str:
    """The word of that copy; what has no room for more gives up its end."""
    length = getattr(table.columns[name].type, "length", None)
    told = f"{word}-{place}"
    return told if length is None or len(told) <= length else f"{place}-{word}"[:length]


def _list_unique_words(table: Table) -> set[str]:
    """Columns with words of which no two rows may have the same, whatever else they have."""
    alone = [constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    alone += [index.columns for index in table.indexes if index.unique]
    names = {column.name for columns in alone if len(columns) == 1 for column in columns if _is_word(column)}
    return names | ({"number"} if table.name == "certification" else set())


def _is_word(column: Any) -> bool:
    return isinstance(column.type, String | Text)
