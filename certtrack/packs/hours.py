"""Reading the hours of a rule pack: the total, the areas, and what doesn't count."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar, get_args

from certtrack.packs.table import Table
from certtrack.packs.texts import read_text
from certtrack.rules.facts import Activity, Form
from certtrack.rules.pack import Area, Holds, HoursRule, ProofNeeded, SameBy, Value

_ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
_FORMS: tuple[Form, ...] = get_args(Form)
_COUNTS: tuple[Holds, ...] = ("yes", "no")
_PROOFS: tuple[ProofNeeded, ...] = ("none", "certificate")
_SAME_BY: tuple[SameBy, ...] = get_args(SameBy)
_MOST_MINUTES = 60_000

T = TypeVar("T")
K = TypeVar("K", bound=str)


class Values(Protocol):
    """Reads a value with its source and how sure it is."""

    def complete(self, table: Table, read: Callable[[Table], T]) -> Value[T]:
        """The value, which is known. Raises BadPack."""
        ...

    def maybe(self, table: Table, unknowable: str, read: Callable[[Table], T]) -> Value[T | None]:
        """The value, None where the key `unknowable` says "unknown". Raises BadPack."""
        ...


def read_hours(top: Table, values: Values) -> HoursRule | None:
    """The table [hours], None where the pack has none. Raises BadPack."""
    table = top.find_table("hours")
    if table is None:
        return None
    rule = HoursRule(
        total=values.complete(table.table("total"), _read_minutes),
        areas=_read_areas(table, values),
        excluded=values.complete(table.table("excluded"), lambda inner: inner.choices("activities", _ACTIVITIES)),
        forms=read_counts(table.find_table("forms"), _FORMS, values),
        proof=values.complete(table.table("proof"), lambda inner: inner.choice("needed", _PROOFS)),
        ceu_minutes=values.maybe(table.table("ceu"), "minutes", _read_minutes),
        same_by=_read_same_by(table, values),
    )
    table.finish()
    return rule


def _read_same_by(table: Table, values: Values) -> Value[tuple[SameBy, ...]] | None:
    inner = table.find_table("duplicates")
    return values.complete(inner, lambda found: found.choices("same_by", _SAME_BY)) if inner else None


def _read_areas(table: Table, values: Values) -> tuple[Area, ...]:
    outer = table.table("areas")
    areas = tuple(_read_area(key, outer.table(key), values) for key in outer.keys())  # noqa: SIM118  # no dict: `keys` lists what is left
    outer.finish()
    return areas


def _read_area(key: str, table: Table, values: Values) -> Area:
    name = read_text(table, "name") if table.has("name") else None
    minimum = values.maybe(table.table("minimum"), "minutes", _read_minutes)
    return Area(key, name, values.complete(table, lambda _: True), minimum)


def read_counts(table: Table | None, keys: Iterable[K], values: Values) -> Mapping[K, Value[Holds | None]]:
    """Whether each of `keys` that has a table of its own counts, "unknown" included. Raises BadPack."""
    if table is None:
        return MappingProxyType({})
    counts = {
        key: values.maybe(table.table(key), "counts", lambda inner: inner.choice("counts", _COUNTS))
        for key in keys
        if table.has(key)
    }
    table.finish()
    return MappingProxyType(counts)


def _read_minutes(table: Table) -> int:
    return table.number("minutes", 1, _MOST_MINUTES)
