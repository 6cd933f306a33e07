"""What a person has confirmed of a pack's unknown values, laid over the pack: the file itself is never changed."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from certtrack.errors import BadInput, BadPack
from certtrack.packs.collection import Packs
from certtrack.packs.reading import read_content
from certtrack.packs.service import ServicePacks, read_service_content
from certtrack.packs.table import UNKNOWN, load_tables
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack

AnyPack = Pack | ServicePack
_P = TypeVar("_P", bound=AnyPack)
_SOURCE = "confirmed:"
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One value of a pack that its file calls unknown. `key` is dotted, down to the value; `value` is as in TOML.

    `source` says who said it or where it stands, `on` the day of that.
    """

    pack_key: str
    key: str
    value: str
    source: str
    on: date


def find_key(versions: Sequence[AnyPack], key: str) -> str:
    """The whole key of the unknown value that `key` names in one of a pack's versions; its last word may be left out.

    The versions are in their order, and the newest that has it speaks. Raises BadInput where none has an unknown value
    of that name.
    """
    for pack in reversed(versions):
        table = _find_table(load_tables(pack.raw), key.split("."))
        if table is None:
            continue
        path, content = table
        names = [name for name, value in content.items() if value == UNKNOWN and name != "sure"]
        if content.get("sure") == UNKNOWN and len(names) == 1 and key in (path, f"{path}.{names[0]}"):
            return f"{path}.{names[0]}"
    newest = versions[-1]
    known = ", ".join(list_keys(newest))
    raise BadInput(f"{newest.ref} has no unknown value called {key!r}. Those that it has: {known}.")


def list_keys(pack: AnyPack) -> list[str]:
    """The keys of all values that the pack's file calls unknown, in the file's order."""
    return list(_list_unknown(load_tables(pack.raw), ""))


def confirm(pack: _P, confirmed: Sequence[Confirmed]) -> _P:
    """The pack with these values in place of its unknown ones; key, version and hash stay those of its file.

    What isn't unknown in this version is left alone: it has been published. Raises BadInput where a value isn't one
    that can stand there.
    """
    own = [one for one in confirmed if one.pack_key == pack.key]
    unknown = set(list_keys(pack)) if own else set()
    laid = [one for one in own if one.key in unknown]
    if not laid:
        return pack
    content = tomllib.loads(pack.raw)  # its own, to write into
    for one in laid:
        _lay(content, one)
    read: Callable[..., Any] = read_service_content if isinstance(pack, ServicePack) else read_content
    try:
        whole: _P = read(pack.ref, content, pack.sha256, pack.raw)
    except BadPack as error:
        raise BadInput(str(error)) from error
    return whole


@lru_cache(maxsize=32)
def confirm_all(packs: Packs, confirmed: tuple[Confirmed, ...]) -> Packs:
    """All packs with what is confirmed; the same answer for the same question, made once."""
    return Packs(confirm(pack, confirmed) for pack in packs.list()) if confirmed else packs


@lru_cache(maxsize=32)
def confirm_services(services: ServicePacks, confirmed: tuple[Confirmed, ...]) -> ServicePacks:
    """All service packs with what is confirmed, likewise."""
    return ServicePacks(confirm(pack, confirmed) for pack in services.list()) if confirmed else services


def _lay(content: dict[str, Any], one: Confirmed) -> None:
    path, _, name = one.key.rpartition(".")
    table = content
    for part in path.split("."):
        table = table[part]
    source = f"{_SOURCE}{one.key}"
    table |= {name: _read(one.value), "source": source, "sure": "confirmed"}
    link = {"link": one.source} if one.source.startswith(_WEB) else {}
    content["sources"][source] = {"title": one.source, "as_of": one.on} | link


def _read(value: str) -> object:
    """A number or a list as TOML has them; anything else is a word."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _find_table(content: Mapping[str, Any], parts: Sequence[str]) -> tuple[str, Mapping[str, Any]] | None:
    """The innermost table on the way of these words, and its key."""
    table, passed = content, list[str]()
    for part in parts:
        inner = table.get(part)
        if not isinstance(inner, dict):
            break
        table, passed = inner, [*passed, part]
    return (".".join(passed), table) if passed else None


def _list_unknown(table: Mapping[str, Any], path: str) -> Sequence[str]:
    found: list[str] = []
    for name, value in table.items():
        place = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            found += _list_unknown(value, place)
        elif value == UNKNOWN and name != "sure" and table.get("sure") == UNKNOWN:
            found.append(place)
    return found
