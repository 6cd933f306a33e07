"""The mapping file: what an office's own words mean, where the usual names don't say it.

`sheet = "Roster"`: which sheet of a workbook, where several could be meant.
`confirmed_by = "Alice Example"`: who says that the words mean this.
`[columns] expires = "Good through"`: our word = the head in the file. Our words are those of the layout.
Each kind of file has tables of its own, in which the file's word stands on the left: `"Peer Spec I" = "cps"`.
"""

import tomllib
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, TypeVar

from certtrack.errors import BadInput
from certtrack.services.people import fold
from certtrack.services.sheets.cells import Unreadable, read_address
from certtrack.services.sheets.layout import Layout

T = TypeVar("T")

_COLUMNS_EXAMPLE = 'name = "Staff member"'


@dataclass(frozen=True, slots=True)
class Mapping:
    """What was confirmed about a file; `heads` are as written. Without a file all of it is empty."""

    sheet: str | None = None
    heads: Table[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A mapping file as it was read: its words by table, as they are written, and who confirmed them, if it says so."""

    file_name: str
    sheet: str | None
    confirmed_by: str | None
    heads: Table[str, str]
    tables: Table[str, Table[str, str]]

    def translate(self, table: str, read: Callable[[str], T]) -> dict[str, T]:
        """The words of that table, folded, with what `read` makes of their meanings.

        `read` raises BadInput without the place: it is put before what it says.
        """
        found: dict[str, T] = {}
        for word, meaning in self.tables[table].items():
            try:
                found[fold(word)] = read(meaning)
            except BadInput as error:
                raise BadInput(f"{self.file_name}: {table}.{word}: {error}") from error
        return found


def parse_mapping(file_name: str, data: bytes, layout: Layout) -> Confirmed:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    values = _parse(file_name, data)
    examples = {"columns": _COLUMNS_EXAMPLE, **layout.tables}
    known = ("sheet", *(("confirmed_by",) if layout.is_confirmed else ()), *examples)
    if unknown := sorted(values.keys() - set(known)):
        raise BadInput(f"{file_name}: there is no {unknown[0]!r} in a mapping; use {', '.join(known)}.")
    tables = {name: _read_words(file_name, name, values.get(name, {}), line) for name, line in examples.items()}
    heads = tables.pop("columns")
    for column in heads:
        if column not in layout.columns:
            raise BadInput(f"{file_name}: columns.{column} isn't one of {', '.join(layout.columns)}.")
    confirmed_by = _read_text(file_name, values, "confirmed_by", "the name of a person")
    if layout.is_confirmed and any(tables.values()) and confirmed_by is None:
        raise BadInput(
            f"{file_name} doesn't say who has confirmed what its words mean; "
            'put their name at its top: confirmed_by = "Alice Example".'
        )
    return Confirmed(
        file_name=file_name,
        sheet=_read_text(file_name, values, "sheet", "the name of a sheet"),
        confirmed_by=confirmed_by,
        heads=heads,
        tables=tables,
    )


def read_meant_address(address: str) -> str:
    """The address that a word stands for. Raises BadInput."""
    try:
        return read_address(address)
    except Unreadable as error:
        raise BadInput(f"{address!r} isn't an address.") from error


def _parse(file_name: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{file_name}: a mapping is a text in UTF-8; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file_name} isn't written as a mapping: {error}.") from error


def _read_text(file_name: str, values: Table[str, Any], key: str, what: str) -> str | None:
    text = values.get(key)
    if text is not None and not (isinstance(text, str) and text.strip()):
        raise BadInput(f"{file_name}: {key} must be {what}, in quotation marks.")
    return text


def _read_words(file_name: str, table: str, values: object, example: str) -> dict[str, str]:
    if not isinstance(values, dict):
        raise BadInput(f"{file_name}: [{table}] must hold lines such as {example}.")
    for word, meaning in values.items():
        if not (isinstance(meaning, str) and meaning.strip()):
            raise BadInput(f"{file_name}: {table}.{word} must be a text in quotation marks: {example}.")
    return values
