"""Reading requirements beside the total and the areas of a rule pack, and the caps on what counts."""

from collections.abc import Sequence
from itertools import combinations
from typing import get_args

from certtrack.packs.origins import Origins
from certtrack.packs.table import Table, check_name
from certtrack.packs.texts import read_text
from certtrack.rules.facts import Activity, CreditRole, Form
from certtrack.rules.hours_rule import Kinds, Limit, Minimum, Unit
from certtrack.rules.values import Holds, Text, Value

_ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
_FORMS: tuple[Form, ...] = get_args(Form)
_ROLES: tuple[CreditRole, ...] = get_args(CreditRole)
_MOST_MINUTES = 60_000
RESERVED = ("total", "service", "supervision")
"""What the other requirements are called: no area and no minimum can be."""

_CLOCK, _COUNT, _ROLE = "clock", "count", "role"


def read_area_minimum(
    key: str, name: Text | None, table: Table | None, values: Origins
) -> tuple[Value[int | None] | None, list[Minimum]]:
    """The minimum of an area: in minutes of the cycle, or as a requirement of its own where it goes by something else.

    That is by a number of credits, by another clock, or for a role alone. Raises BadPack.
    """
    if table is None:
        return None, []
    if not any(table.has(word) for word in ("credits", "every_years", "role")):
        return values.maybe(table, "minutes", lambda inner: inner.number("minutes", 1, _MOST_MINUTES)), []
    dimension = _CLOCK if table.has("every_years") else _ROLE if table.has("role") else _COUNT
    return None, [_read_minimum(key, dimension, name, Kinds(areas=(key,)), table, values)]


def read_minima(outer: Table, values: Origins, areas: Sequence[str]) -> tuple[Minimum, ...]:
    """The tables under [hours.minima]. Raises BadPack; also for a key that is an area's."""
    tables = outer.find_table("minima")
    if tables is None:
        return ()
    found: list[Minimum] = []
    for key in tables.keys():  # noqa: SIM118  # no dict: `keys` lists what is left
        if key in (*areas, *RESERVED):
            tables.refuse(key, "is the name of an area or of another requirement; give this one another name")
        check_name(tables, key, key)
        table = tables.table(key)
        dimension = table.text("dimension")
        name = read_text(table, "name") if table.has("name") else None
        found.append(_read_minimum(key, dimension, name, _read_kinds(table, areas), table, values))
    tables.finish()
    return tuple(found)


def read_most(key: str, name: Text | None, table: Table | None, values: Origins) -> list[Limit]:
    """The cap on an area's own minutes. Raises BadPack."""
    if table is None:
        return []
    return [Limit(key, name, Kinds(areas=(key,)), values.complete(table, _read_minutes))]


def read_limits(outer: Table, values: Origins, areas: Sequence[str]) -> tuple[Limit, ...]:
    """The tables under [hours.limits]. Raises BadPack."""
    tables = outer.find_table("limits")
    if tables is None:
        return ()
    found: list[Limit] = []
    for key in tables.keys():  # noqa: SIM118  # no dict: `keys` lists what is left
        check_name(tables, key, key)
        table = tables.table(key)
        name = read_text(table, "name") if table.has("name") else None
        kinds = _read_kinds(table, areas)
        if kinds == Kinds():
            table.refuse("", "must say which credits it caps: areas, forms, activities, roles or sponsors")
        found.append(Limit(key, name, kinds, values.complete(table, _read_minutes)))
    tables.finish()
    return tuple(found)


def check_apart(table: Table, limits: Sequence[Limit]) -> None:
    """Raise BadPack where two caps cross: one must hold the other, or they share nothing."""
    for one, other in combinations(limits, 2):
        if not (_are_apart(one.kinds, other.kinds) or _holds(one.kinds, other.kinds) or _holds(other.kinds, one.kinds)):
            table.refuse(
                f"limits.{other.key}", f"crosses the cap on {one.key!r}: one must hold the other, or share no credit"
            )


def check_areas(table: Table, key: str, named: Sequence[str], areas: Sequence[str]) -> None:
    """Raise BadPack where one of the areas that are named isn't one of the pack's."""
    for name in named:
        if name not in areas:
            known = ", ".join(areas) or "none"
            table.refuse(key, f"names the area {name!r}, and [hours.areas] has no such area; it has: {known}")


def _read_minimum(key: str, dimension: str, name: Text | None, kinds: Kinds, table: Table, values: Origins) -> Minimum:
    unit: Unit = "credits" if table.has("credits") else "minutes"
    every = table.number("every_years", 1, 20) if table.has("every_years") else None
    role = table.text("role") if table.has("role") else None
    adds = _read_adds(table) if role else "no"
    most = 1000 if unit == "credits" else _MOST_MINUTES
    needed = values.maybe(table, unit, lambda inner: inner.number(unit, 1, most))
    return Minimum(key, dimension, name, kinds, unit, needed, every, role, adds)


def _read_adds(table: Table) -> Holds | None:
    """Whether a role's hours come on top of the total. Raises BadPack."""
    if table.is_unknown("adds_to_total"):
        return None
    return "yes" if table.flag("adds_to_total") else "no"


def _read_kinds(table: Table, areas: Sequence[str]) -> Kinds:
    kinds = Kinds(
        areas=_read_texts(table, "areas"),
        forms=table.choices("forms", _FORMS) if table.has("forms") else (),
        activities=table.choices("activities", _ACTIVITIES) if table.has("activities") else (),
        roles=table.choices("roles", _ROLES) if table.has("roles") else (),
        sponsors=_read_texts(table, "sponsors"),
    )
    check_areas(table, "areas", kinds.areas, areas)
    return kinds


def _read_texts(table: Table, key: str) -> tuple[str, ...]:
    return table.texts(key) if table.has(key) else ()


def _read_minutes(table: Table) -> int:
    return table.number("minutes", 1, _MOST_MINUTES)


def _lists(kinds: Kinds) -> tuple[frozenset[str], ...]:
    lists = (kinds.areas, kinds.forms, kinds.activities, kinds.roles, kinds.sponsors)
    return tuple(frozenset[str](words) for words in lists)


def _are_apart(one: Kinds, other: Kinds) -> bool:
    return any(mine and others and not mine & others for mine, others in zip(_lists(one), _lists(other), strict=True))


def _holds(outer: Kinds, inner: Kinds) -> bool:
    """True where whatever `inner` means `outer` means as well."""
    pairs = zip(_lists(outer), _lists(inner), strict=True)
    return all(not mine or (others and others <= mine) for mine, others in pairs)
