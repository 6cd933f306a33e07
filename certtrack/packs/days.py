"""Reading what a rule pack says of days."""

from calendar import month_name, monthrange
from collections.abc import Callable
from datetime import date
from typing import get_args

from certtrack.packs.origins import Origins
from certtrack.packs.table import Table
from certtrack.rules.days_rule import (
    AppliesBy,
    Beginning,
    Deadline,
    DeadlineRule,
    End,
    ExamRoute,
    FirstCycle,
    FirstHours,
    Length,
    MonthDay,
    Parity,
    Provisional,
    Start,
    Window,
)
from certtrack.rules.values import Value

_APPLIES: tuple[AppliesBy, ...] = get_args(AppliesBy)
_DEADLINES: tuple[DeadlineRule, ...] = get_args(DeadlineRule)
_PARITIES: tuple[Parity, ...] = get_args(Parity)
_STARTS: tuple[Start, ...] = get_args(Start)
_ENDS: tuple[End, ...] = get_args(End)
_FIRST_HOURS: tuple[FirstHours, ...] = get_args(FirstHours)
_BEGINNINGS: tuple[Beginning, ...] = get_args(Beginning)
_MOST_MONTHS, _MOST_DAYS, _MOST_YEARS = 120, 3660, 20


def read_applies(top: Table) -> tuple[AppliesBy, date]:
    """The table [applies_to]: by which day a version speaks, and from which on. Raises BadPack."""
    table = top.table("applies_to")
    said = [key for key in _APPLIES if table.has(key)]
    if len(said) != 1:
        table.refuse("", f"must hold one of {', '.join(_APPLIES)}, and only one")
    found = said[0], table.day(said[0])
    table.finish()
    return found


def read_deadline(top: Table, values: Origins) -> Value[Deadline]:
    """The table [deadline]; one that is "unknown" is as if only a stated day said it. Raises BadPack."""
    table = top.table("deadline")
    if table.says("rule", "unknown"):
        found = values.maybe(table, "rule", _read_deadline)
        return Value(Deadline("stated"), found.source, found.sure)
    return values.complete(table, _read_deadline)


def read_term(top: Table, values: Origins) -> tuple[Value[int | None], int | None]:
    """The table [term]: its years, and the least months that a term may have. Raises BadPack."""
    table = top.table("term")
    least = table.number("least_months", 1, _MOST_MONTHS) if table.has("least_months") else None
    years = values.maybe(table, "years", lambda inner: inner.number("years", 1, _MOST_YEARS))
    if least is not None and years.value is not None and least >= years.value * 12:
        table.refuse("least_months", f"must be shorter than the term of {years.value * 12} months")
    return years, least


def read_parity(top: Table, values: Origins) -> Value[Parity | None] | None:
    """The table [parity], None where there is none. Raises BadPack."""
    return values.find_maybe(top, "parity", "rule", lambda table: table.choice("rule", _PARITIES))


def read_first_cycle(top: Table, values: Origins) -> Value[FirstCycle] | None:
    """The table [first_cycle], None where there is none. Raises BadPack."""
    return values.find(top, "first_cycle", _read_first_cycle)


def read_window(top: Table, values: Origins) -> Value[Window | None]:
    """The table [window]. Raises BadPack."""
    return values.maybe(top.table("window"), "days_before", _read_window)


def read_lengths(top: Table, key: str, values: Origins) -> Value[tuple[Length, ...] | None] | None:
    """The table [grace] or [late]: every reading of its length; None where there is no such phase. Raises BadPack."""
    return values.find_maybe(top, key, "months", _read_lengths)


def read_exam_route(top: Table, values: Origins, *, has_late: bool) -> Value[ExamRoute] | None:
    """The table [exam_route], None where there is none. Raises BadPack."""
    return values.find(top, "exam_route", lambda table: _read_exam_route(table, has_late=has_late))


def read_provisional(table: Table) -> Provisional:
    """The months of a provisional term. Raises BadPack."""
    extensions = table.number("extensions", 0, 10) if table.has("extensions") else 0
    months = table.number("months", 1, _MOST_MONTHS)
    by = table.number("extension_months", 1, _MOST_MONTHS) if extensions else 0
    return Provisional(months, extensions, by)


def read_month_day(table: Table) -> MonthDay:
    """A day of the year. Raises BadPack for one that there isn't."""
    month = table.number("month", 1, 12)
    day = table.number("day", 1, 31)
    longest = monthrange(2000, month)[1]
    if day > longest:
        table.refuse("day", f"must be a day that there is: {month_name[month]} has at most {longest} days")
    return MonthDay(month, day)


def _read_deadline(table: Table) -> Deadline:
    rule = table.choice("rule", _DEADLINES) if table.has("rule") else "fixed_day"
    return Deadline(rule, read_month_day(table)) if rule == "fixed_day" else Deadline(rule)


def _read_first_cycle(table: Table) -> FirstCycle:
    hours: FirstHours | None = "full"
    if table.has("hours"):
        hours = None if table.is_unknown("hours") else table.choice("hours", _FIRST_HOURS)
    return FirstCycle(
        starts=table.choice("starts", _STARTS) if table.has("starts") else "passed",
        ends=table.choice("ends", _ENDS) if table.has("ends") else "term",
        years=table.number("years", 1, _MOST_YEARS) if table.has("years") else None,
        hours=hours,
        within_months=table.number("within_months", 1, _MOST_MONTHS) if table.has("within_months") else None,
    )


def _read_window(table: Table) -> Window:
    recommended = table.number("recommended_days_before", 1, 365) if table.has("recommended_days_before") else None
    if table.has("opens"):
        return Window(None, _read_inner_day(table, "opens"), recommended)
    return Window(table.number("days_before", 1, 365), None, recommended)


def _read_lengths(table: Table) -> tuple[Length, ...]:
    if table.has("until"):
        return _read_untils(table)
    if table.has("days"):
        return tuple(Length(days=days) for days in _read_numbers(table, "days", _MOST_DAYS))
    return tuple(Length(months=months) for months in _read_numbers(table, "months", _MOST_MONTHS))


def _read_numbers(table: Table, key: str, most: int) -> tuple[int, ...]:
    return table.numbers(key, 1, most) if table.is_list(key) else (table.number(key, 1, most),)


def _read_untils(table: Table) -> tuple[Length, ...]:
    if not table.is_list("until"):
        return (Length(until=_read_inner_day(table, "until")),)
    return tuple(Length(until=_finished(inner, read_month_day)) for inner in table.tables("until"))


def _read_inner_day(table: Table, key: str) -> MonthDay:
    return _finished(table.table(key), read_month_day)


def _finished(table: Table, read: Callable[[Table], MonthDay]) -> MonthDay:
    found = read(table)
    table.finish()
    return found


def _read_exam_route(table: Table, *, has_late: bool) -> ExamRoute:
    counts_from = table.choices("counts_from", _BEGINNINGS)
    if "late_end" in counts_from and not has_late:
        table.refuse("counts_from", 'can\'t be "late_end" without a table [late]')
    attempts = None if table.is_unknown("attempts") else table.number("attempts", 1, 20)
    return ExamRoute(table.number("years", 1, 20), counts_from, attempts)
