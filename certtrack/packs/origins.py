"""Reading values of a pack together with the sources that it names for them."""

from collections.abc import Callable
from typing import TypeVar

from certtrack.packs.table import Table
from certtrack.rules.values import Source, Sure, Value

SURE: tuple[Sure, ...] = ("verified", "inferred", "conflicting", "unverified", "unknown")
"""How sure a file can be."""
CONFIRMED: Sure = "confirmed"
"""What is said by people, over the file."""

T = TypeVar("T")


class Origins:
    """Reads values with the sources that a pack names. Raises BadPack where `top` has none."""

    def __init__(self, top: Table, sure: tuple[Sure, ...] = SURE) -> None:
        self._sure = sure
        self._sources = _read_sources(top)

    def maybe(self, table: Table, unknowable: str, read: Callable[[Table], T]) -> Value[T | None]:
        """The value, None where the key `unknowable` says "unknown". Raises BadPack."""
        if not table.is_unknown(unknowable):
            return self.complete(table, read)
        source, sure = self._origin(table)
        if sure != "unknown":
            table.refuse("sure", f'must be "unknown" where {unknowable} is')
        table.finish()
        return Value(None, source, sure)

    def complete(self, table: Table, read: Callable[[Table], T]) -> Value[T]:
        """The value, which is known. Raises BadPack."""
        value = read(table)
        source, sure = self._origin(table)
        if sure == "unknown":
            table.refuse("sure", "says that nothing is known, and yet a value is given")
        table.finish()
        return Value(value, source, sure)

    def find(self, outer: Table, key: str, read: Callable[[Table], T]) -> Value[T] | None:
        """The value in the table `key`, which is known; None where there is no such table. Raises BadPack."""
        table = outer.find_table(key)
        return self.complete(table, read) if table else None

    def find_maybe(self, outer: Table, key: str, unknowable: str, read: Callable[[Table], T]) -> Value[T | None] | None:
        """As `find`, where it may be "unknown"."""
        table = outer.find_table(key)
        return self.maybe(table, unknowable, read) if table else None

    def _origin(self, table: Table) -> tuple[Source, Sure]:
        name = table.text("source")
        if name not in self._sources:
            table.refuse("source", f"names {name!r}, and [sources] has none of that name")
        return self._sources[name], table.choice("sure", self._sure)


def _read_sources(top: Table) -> dict[str, Source]:
    outer = top.table("sources")
    return {name: _read_source(outer.table(name)) for name in outer.keys()}  # noqa: SIM118  # no dict: `keys` lists what is left


def _read_source(table: Table) -> Source:
    link = table.text("link") if table.has("link") else ""
    source = Source(title=table.text("title"), link=link, as_of=table.day("as_of"))
    table.finish()
    return source
