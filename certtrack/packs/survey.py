"""A pack's file value by value: what it says under which key, what it leaves unknown, and what has several readings."""

import tomllib
from collections.abc import Iterator, Mapping

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


def list_conflicting(raw: str) -> tuple[str, ...]:
    """The keys of all tables of which the file says that what is published differs."""
    return tuple(
        key.rpartition(".")[0] for key, value in list_values(raw).items() if value == "conflicting" and _is_sure(key)
    )


def _is_sure(key: str) -> bool:
    return key.rpartition(".")[2] == _SURE


def _walk(value: object, key: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for position, inner in enumerate(value, start=1):
            yield from _walk(inner, f"{key}[{position}]")
    else:
        yield key, value
