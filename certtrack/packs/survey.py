"""A pack's file value by value: what it says under which key, what it leaves unknown, and what has several readings."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from certtrack.packs.table import UNKNOWN

_SURE = "sure"


def list_values(raw: str) -> dict[str, object]:
    """Every value of the file by its dotted key, in the file's order; a list of tables has numbers: `sharing[1].with`.

    `raw` is the text of a file that was read before.
    """
    return dict(_walk(tomllib.loads(raw), ""))


def list_unknown(raw: str) -> tuple[str, ...]:
    """The keys of all values that the file calls unknown, whether somebody could settle them or not."""
    return tuple(key for key, value in list_values(raw).items() if value == UNKNOWN and not _is_sure(key))


def list_conflicting(raw: str) -> dict[str, Mapping[str, object]]:
    """All tables of which the file says that what is published differs, by their keys, with what stands in them."""
    return {key: table for key, table in _walk_tables(tomllib.loads(raw), "") if table.get(_SURE) == "conflicting"}


def _is_sure(key: str) -> bool:
    return key.rpartition(".")[2] == _SURE


def _walk(value: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, _join(key, name))
    elif _is_of_tables(value):
        for position, inner in enumerate(value, start=1):
            yield from _walk(inner, f"{key}[{position}]")
    else:
        yield key, value


def _walk_tables(value: object, key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(value, Mapping):
        yield key, value
        for name, inner in value.items():
            yield from _walk_tables(inner, _join(key, name))
    elif _is_of_tables(value):
        for position, inner in enumerate(value, start=1):
            yield from _walk_tables(inner, f"{key}[{position}]")


def _is_of_tables(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
