"""The mapping file: what an office's own words mean, where the usual names don't say it.

`sheet = "Roster"`: which sheet of a workbook, where several could be meant.
`[columns] expires = "Good through"`: our word = the head in the file. Our words are `COLUMNS`.
`[credentials] "Peer Spec I" = "cps"`: the file's word = a credential, by its key or one of its usual names.
`[supervisors] "B. Supervisor" = "bob@example.org"`: the file's word = that supervisor's address, confirmed by whoever
wrote the mapping. A name alone never says who somebody is.
"""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Literal

from certtrack.errors import BadInput
from certtrack.packs import Packs
from certtrack.rules.pack import Pack
from certtrack.services.people import fold
from certtrack.services.roster.cells import Unreadable, read_address

Column = Literal[
    "name", "first_name", "last_name", "address", "number", "credential", "exam_date", "expires", "supervisor"
]
COLUMNS: tuple[Column, ...] = (
    "name",
    "first_name",
    "last_name",
    "address",
    "number",
    "credential",
    "exam_date",
    "expires",
    "supervisor",
)
_TABLES = ("columns", "credentials", "supervisors")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What was confirmed about a file. Words are folded; `heads` are as written; without a file all of it is empty."""

    sheet: str | None = None
    heads: Table[str, str] = field(default_factory=dict)
    credentials: Table[str, Pack] = field(default_factory=dict)
    supervisors: Table[str, str] = field(default_factory=dict)


NO_MAPPING = Mapping()


def read_mapping(file_name: str, data: bytes, packs: Packs) -> Mapping:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    values = _parse(file_name, data)
    if unknown := sorted(values.keys() - {"sheet", *_TABLES}):
        raise BadInput(f"{file_name}: there is no {unknown[0]!r} in a mapping; use sheet, {', '.join(_TABLES)}.")
    sheet = values.get("sheet")
    if sheet is not None and not (isinstance(sheet, str) and sheet.strip()):
        raise BadInput(f"{file_name}: sheet must be the name of a sheet, in quotation marks.")
    tables = {name: _read_words(file_name, name, values.get(name, {})) for name in _TABLES}
    _check_columns(file_name, tables["columns"])
    return Mapping(
        sheet=sheet,
        heads=tables["columns"],
        credentials={
            fold(word): _find_pack(file_name, word, name, packs) for word, name in tables["credentials"].items()
        },
        supervisors={fold(word): _read_confirmed(file_name, word, to) for word, to in tables["supervisors"].items()},
    )


def find_pack(packs: Packs, text: str) -> Pack | None:
    """The pack of that key, of that credential, or that offices call so; None where there is none."""
    by_key = packs.find(text)
    by_credential = next((pack for pack in packs.list() if pack.credential == text), None)
    return by_key or by_credential or packs.find_by_office_name(text)


def _parse(file_name: str, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{file_name}: a mapping is a text in UTF-8; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file_name} isn't written as a mapping: {error}.") from error


def _read_words(file_name: str, table: str, values: object) -> dict[str, str]:
    if not isinstance(values, dict):
        raise BadInput(f"{file_name}: [{table}] must hold lines such as {_EXAMPLES[table]}.")
    for word, meaning in values.items():
        if not (isinstance(meaning, str) and meaning.strip()):
            raise BadInput(f"{file_name}: {table}.{word} must be a text in quotation marks: {_EXAMPLES[table]}.")
    return values


_EXAMPLES = {
    "columns": 'name = "Staff member"',
    "credentials": '"Peer Spec I" = "cps"',
    "supervisors": '"B. Supervisor" = "bob@example.org"',
}


def _check_columns(file_name: str, columns: Table[str, str]) -> None:
    for column in columns:
        if column not in COLUMNS:
            raise BadInput(f"{file_name}: columns.{column} isn't one of {', '.join(COLUMNS)}.")


def _find_pack(file_name: str, word: str, name: str, packs: Packs) -> Pack:
    pack = find_pack(packs, name)
    if pack is None:
        known = ", ".join(sorted({pack.credential for pack in packs.list()}))
        raise BadInput(f"{file_name}: credentials.{word}: no rule pack is for {name!r}; there are: {known}.")
    return pack


def _read_confirmed(file_name: str, word: str, address: str) -> str:
    try:
        return read_address(address)
    except Unreadable as error:
        raise BadInput(f"{file_name}: supervisors.{word}: {address!r} isn't an address.") from error
