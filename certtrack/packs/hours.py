"""Reading the hours of a rule pack: the total, the areas, and what doesn't count."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar, get_args

from certtrack.packs.minima import RESERVED, check_apart, read_area_minimum, read_limits, read_minima, read_most
from certtrack.packs.origins import Origins
from certtrack.packs.table import Table, check_name
from certtrack.packs.texts import read_text
from certtrack.rules.facts import Activity, Form
from certtrack.rules.hours_rule import (
    Area,
    CountedOver,
    HoursRule,
    Limit,
    Minimum,
    ProofNeeded,
    SameBy,
    SameCourse,
)
from certtrack.rules.values import Holds, Value

_ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
_FORMS: tuple[Form, ...] = get_args(Form)
_COUNTS: tuple[Holds, ...] = ("yes", "no")
_PROOFS: tuple[ProofNeeded, ...] = ("none", "certificate")
_SAME_BY: tuple[SameBy, ...] = get_args(SameBy)
_SAME_COURSE: tuple[SameCourse, ...] = get_args(SameCourse)
_COUNTED_OVER: tuple[CountedOver, ...] = get_args(CountedOver)
_MOST_MINUTES = 60_000

K = TypeVar("K", bound=str)


def read_hours(top: Table, values: Origins) -> HoursRule | None:
    """The table [hours], None where the pack has none. Raises BadPack."""
    table = top.find_table("hours")
    if table is None:
        return None
    total = values.maybe(table.table("total"), "minutes", _read_minutes)
    areas, of_areas, most = _read_areas(table, values)
    keys = [area.key for area in areas] + [one.key for one in of_areas]
    minima = (*of_areas, *read_minima(table, values, keys))
    limits = (*most, *read_limits(table, values, keys))
    check_apart(table, limits)
    _check_sum(table, total, areas)
    _check_each(table, total, minima)
    rule = HoursRule(
        total=total,
        areas=areas,
        proof=values.complete(table.table("proof"), lambda inner: inner.choice("needed", _PROOFS)),
        ceu_minutes=values.maybe(table.table("ceu"), "minutes", _read_minutes),
        excluded=values.find(table, "excluded", lambda inner: inner.choices("activities", _ACTIVITIES)),
        forms=read_counts(table.find_table("forms"), _FORMS, values),
        same_by=values.find(table, "duplicates", lambda inner: inner.choices("same_by", _SAME_BY)),
        counted_over=table.choice("counted_over", _COUNTED_OVER) if table.has("counted_over") else "cycle",
        minima=minima,
        limits=limits,
        elective=values.find(table, "elective", _read_minutes),
        presenting=values.find_maybe(table, "presenting", "counts", lambda inner: inner.choice("counts", _COUNTS)),
        same_course=values.find_maybe(
            table, "same_course", "counts", lambda inner: inner.choice("counts", _SAME_COURSE)
        ),
        smallest=values.find(table, "smallest", _read_minutes),
        rounded_to=values.find(table, "rounding", _read_minutes),
        carried=values.find_maybe(
            table, "carry_over", "minutes", lambda inner: inner.number("minutes", 0, _MOST_MINUTES)
        ),
        college_minutes=values.find_maybe(table, "college", "minutes", _read_minutes),
    )
    table.finish()
    return rule


def read_counts(table: Table | None, keys: Iterable[K], values: Origins) -> Mapping[K, Value[Holds | None]]:
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


def _read_areas(table: Table, values: Origins) -> tuple[tuple[Area, ...], tuple[Minimum, ...], tuple[Limit, ...]]:
    """The areas; those of their minima that go by a clock, a count or a role of their own; and what caps them."""
    outer = table.find_table("areas")
    areas: list[Area] = []
    minima: list[Minimum] = []
    limits: list[Limit] = []
    if outer is None:
        return (), (), ()
    for key in outer.keys():  # noqa: SIM118  # no dict: `keys` lists what is left
        check_name(outer, key, key)
        if key == "total":
            outer.refuse(key, "is what all the hours are called; give this area another name")
        if key in RESERVED:
            outer.refuse(key, f"is the name of another requirement; an area can't be called {key}")
        inner = outer.table(key)
        name = read_text(inner, "name") if inner.has("name") else None
        plain, special = read_area_minimum(key, name, inner.find_table("minimum"), values)
        minima += special
        limits += read_most(key, name, inner.find_table("most"), values)
        areas.append(Area(key, name, values.complete(inner, lambda _: True), plain))
    outer.finish()
    return tuple(areas), tuple(minima), tuple(limits)


def _check_sum(table: Table, total: Value[int | None], areas: Sequence[Area]) -> None:
    asked = sum(area.minimum.value or 0 for area in areas if area.minimum)
    if total.value is not None and asked > total.value:
        table.refuse("areas", f"ask for {asked} minutes in all, and the total is {total.value}")


def _check_each(table: Table, total: Value[int | None], minima: Sequence[Minimum]) -> None:
    for one in minima:
        asked = one.needed.value or 0
        of_cycle = one.unit == "minutes" and one.every_years is None and one.role is None
        if total.value is not None and of_cycle and asked > total.value:
            table.refuse(f"minima.{one.key}", f"asks for {asked} minutes, and the total is {total.value}")


def _read_minutes(table: Table) -> int:
    return table.number("minutes", 1, _MOST_MINUTES)
