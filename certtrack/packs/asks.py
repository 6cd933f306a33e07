"""Reading what a rule pack asks for beside the hours, who is audited, and what may count for two credentials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from certtrack.packs.days import read_provisional
from certtrack.packs.minima import check_areas
from certtrack.packs.origins import Origins
from certtrack.packs.table import Table
from certtrack.rules.hours_rule import HoursRule
from certtrack.rules.pack import Ask, AskKind, AskStep, Audit, AuditKind, Provisional, Sharing
from certtrack.rules.values import Holds, Value

_KINDS: tuple[AskKind, ...] = get_args(AskKind)
_AUDITS: tuple[AuditKind, ...] = get_args(AuditKind)
_COUNTS: tuple[Holds, ...] = get_args(Holds)
_MOST_MINUTES = 600_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for beside the hours, the provisional term, and the least age; None where nothing is said of it."""

    asks: tuple[Ask, ...]
    provisional: Value[Provisional] | None
    least_age: Value[int | None] | None


def read_asked(top: Table, values: Origins) -> Asked:
    """The tables [entry.*], [provisional] and [renewal.*]. Raises BadPack."""
    asks: list[Ask] = []
    least_age, provisional = None, None
    if entry := top.find_table("entry"):
        asks += _read_step("entry", entry, values)
        least_age = values.find_maybe(entry, "age", "years", lambda table: table.number("years", 1, 120))
        entry.finish()
    if step := top.find_table("provisional"):
        asks += _read_step("provisional", step, values)
        provisional = values.complete(step, read_provisional)
    if renewal := top.find_table("renewal"):
        asks += _read_step("renewal", renewal, values)
        renewal.finish()
    return Asked(tuple(asks), provisional, least_age)


def read_audit(top: Table, values: Origins, hours: HoursRule | None) -> Value[Audit | None] | None:
    """The table [audit], None where there is none. Raises BadPack."""
    return values.find_maybe(top, "audit", "kind", lambda table: _read_audit(table, hours))


def read_sharing(top: Table, values: Origins, hours: HoursRule | None) -> tuple[Sharing, ...]:
    """The tables [[sharing]]. Raises BadPack."""
    if not top.has("sharing"):
        return ()
    found: list[Sharing] = []
    for table in top.tables("sharing"):
        others = table.texts("with")
        areas = _read_areas(table, "areas", hours)
        counts = values.maybe(table, "counts", lambda inner: inner.choice("counts", _COUNTS))
        found.append(Sharing(others, counts, areas))
    return tuple(found)


def _read_step(step: AskStep, table: Table, values: Origins) -> Sequence[Ask]:
    found: list[Ask] = []
    for kind in _KINDS:
        if inner := table.find_table(kind):
            minutes = values.maybe(inner, "minutes", lambda one: one.number("minutes", 1, _MOST_MINUTES))
            found.append(Ask(step, kind, minutes))
    return found


def _read_audit(table: Table, hours: HoursRule | None) -> Audit:
    return Audit(
        kind=table.choice("kind", _AUDITS),
        months=table.numbers("months", 1, 12) if table.has("months") else (),
        percent=table.number("percent", 1, 100) if table.has("percent") else None,
        always_areas=_read_areas(table, "always_areas", hours),
        keep_years=table.number("keep_years", 1, 100) if table.has("keep_years") else None,
        reply_days=table.number("reply_days", 1, 365) if table.has("reply_days") else None,
    )


def _read_areas(table: Table, key: str, hours: HoursRule | None) -> tuple[str, ...]:
    areas = table.texts(key) if table.has(key) else ()
    check_areas(table, key, areas, [area.key for area in hours.areas] if hours else [])
    return areas
