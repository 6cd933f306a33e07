"""Reading one rule pack from its TOML file."""

from calendar import month_name, monthrange
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from certtrack.packs.hours import read_hours
from certtrack.packs.table import Table, read_toml
from certtrack.packs.texts import read_text
from certtrack.packs.training import read_training
from certtrack.rules.pack import (
    PHASES,
    Authority,
    Beginning,
    CountsBy,
    EarnUntil,
    ExamRoute,
    Fee,
    Holds,
    MonthDay,
    Need,
    Pack,
    Phase,
    Source,
    Sure,
    Text,
    Value,
    Weekend,
)

_SURE: tuple[Sure, ...] = ("verified", "inferred", "conflicting", "unverified", "unknown")
_CONFIRMED: Sure = "confirmed"
_NEEDS: tuple[Need, ...] = ("application", "ce_form", "certificates", "fee", "late_fee", "exam", "training")
_BEGINNINGS: tuple[Beginning, ...] = ("due", "late_end")
_EARN_UNTIL: tuple[EarnUntil, ...] = ("due", "grace", "late")
_HOLDS: tuple[Holds, ...] = ("yes", "no")
_WEEKEND: tuple[Weekend, ...] = ("none", "next_day")
_COUNTS_BY: tuple[CountsBy, ...] = ("received", "received_or_postmarked")
_PARITY: tuple[Literal["exam_year"], ...] = ("exam_year",)
_KIND: tuple[Literal["credential"], ...] = ("credential",)

T = TypeVar("T")


def read_pack(path: Path) -> Pack:
    """The pack in the file at `path`, each value with its source.

    Raises BadPack that names the file, the key, and what was expected there.
    """
    file = read_toml(path)
    return _read(file.top, _SURE, file.sha256, file.raw)


def read_content(name: str, content: dict[str, Any], sha256: str, raw: str) -> Pack:
    """The pack that a file's tables make once a person's confirmations are laid over them.

    `name` is what errors call it. Raises BadPack as `read_pack` does.
    """
    return _read(Table(Path(name), "", content), (*_SURE, _CONFIRMED), sha256, raw)


def _read(top: Table, sure: tuple[Sure, ...], sha256: str, raw: str) -> Pack:
    pack = _Reader(top, sure).pack(sha256, raw)
    top.finish()
    return pack


class Origins:
    """Reads values with the sources that a pack names. Raises BadPack where `top` has none."""

    def __init__(self, top: Table, sure: tuple[Sure, ...] = _SURE) -> None:
        self._sure = sure
        self._sources = _read_sources(top)

    def maybe(self, table: Table, unknowable: str, read: Callable[[Table], T]) -> Value[T | None]:
        """See `certtrack.packs.hours.Values`."""
        if not table.is_unknown(unknowable):
            return self.complete(table, read)
        source, sure = self._origin(table)
        if sure != "unknown":
            table.refuse("sure", f'must be "unknown" where {unknowable} is')
        table.finish()
        return Value(None, source, sure)

    def complete(self, table: Table, read: Callable[[Table], T]) -> Value[T]:
        """See `certtrack.packs.hours.Values`."""
        value = read(table)
        source, sure = self._origin(table)
        if sure == "unknown":
            table.refuse("sure", "says that nothing is known, and yet a value is given")
        table.finish()
        return Value(value, source, sure)

    def _origin(self, table: Table) -> tuple[Source, Sure]:
        name = table.text("source")
        if name not in self._sources:
            table.refuse("source", f"names {name!r}, and [sources] has none of that name")
        return self._sources[name], table.choice("sure", self._sure)


class _Reader(Origins):
    def __init__(self, top: Table, sure: tuple[Sure, ...]) -> None:
        super().__init__(top, sure)
        self._top = top

    def pack(self, sha256: str, raw: str) -> Pack:
        top = self._top
        late = self._find("late", lambda table: table.numbers("months", 1, 120))
        return Pack(
            key=top.text("key"),
            version=top.number("version", 1, 9999),
            kind=top.choice("kind", _KIND),
            credential=top.text("credential"),
            zone=read_zone(top),
            currency=top.text("currency"),
            applies_from=_read_applies_from(top),
            name=read_text(top, "name"),
            name_at_first_use=read_text(top, "name_at_first_use"),
            short_name=read_text(top, "short_name"),
            whom_to_ask=read_text(top, "whom_to_ask"),
            authority=read_authority(top),
            office_names=top.texts("office_names"),
            deadline=self._known("deadline", _read_month_day),
            term_years=self._known("term", lambda table: table.number("years", 1, 20)),
            parity=self._value("parity", "rule", lambda table: table.choice("rule", _PARITY)),
            window_days=self._value("window", "days_before", lambda table: table.number("days_before", 1, 365)),
            grace=self._find("grace", lambda table: table.number("months", 1, 120)),
            late=late,
            exam_route=self._find("exam_route", lambda table: _read_exam_route(table, has_late=late is not None)),
            pass_percent=self._pass_percent(),
            earn_until=self._value("earn_until", "phase", lambda table: table.choice("phase", _EARN_UNTIL)),
            weekend=self._value("weekend", "rule", lambda table: table.choice("rule", _WEEKEND)),
            counts_by=self._value("counts_by", "rule", lambda table: table.choice("rule", _COUNTS_BY)),
            holds=self._by_phase("holds", "holds", lambda table: table.choice("holds", _HOLDS)),
            needs=self._needs(),
            fees=self._by_phase("fees", "cents", _read_fee),
            advice=self._advice(),
            hours=read_hours(top, self),
            training=read_training(top, self),
            sha256=sha256,
            raw=raw,
        )

    def _known(self, key: str, read: Callable[[Table], T]) -> Value[T]:
        return self.complete(self._top.table(key), read)

    def _find(self, key: str, read: Callable[[Table], T]) -> Value[T] | None:
        table = self._top.find_table(key)
        return self.complete(table, read) if table else None

    def _value(self, key: str, unknowable: str, read: Callable[[Table], T]) -> Value[T | None]:
        return self.maybe(self._top.table(key), unknowable, read)

    def _by_phase(self, key: str, unknowable: str, read: Callable[[Table], T]) -> Mapping[Phase, Value[T | None]]:
        tables = self._phases(key)
        return MappingProxyType({phase: self.maybe(tables[phase], unknowable, read) for phase in tables})

    def _pass_percent(self) -> Value[int | None] | None:
        table = self._top.find_table("pass_mark")
        return self.maybe(table, "percent", lambda inner: inner.number("percent", 1, 100)) if table else None

    def _needs(self) -> Mapping[Phase, Value[tuple[Need, ...]]]:
        tables = self._phases("needs")
        read = {phase: self.complete(tables[phase], _read_needs) for phase in tables}
        return MappingProxyType(read)

    def _advice(self) -> Mapping[Phase, Text]:
        outer = self._top.find_table("advice")
        texts = {phase: read_text(outer, phase) for phase in PHASES if outer.has(phase)} if outer else {}
        if outer:
            outer.finish()
        return MappingProxyType(texts)

    def _phases(self, key: str) -> dict[Phase, Table]:
        outer = self._top.table(key)
        tables = {phase: outer.table(phase) for phase in PHASES if outer.has(phase)}
        outer.finish()
        return tables


def _read_sources(top: Table) -> dict[str, Source]:
    outer = top.table("sources")
    return {name: _read_source(outer.table(name)) for name in outer.keys()}  # noqa: SIM118  # no dict: `keys` lists what is left


def _read_source(table: Table) -> Source:
    link = table.text("link") if table.has("link") else ""
    source = Source(title=table.text("title"), link=link, as_of=table.day("as_of"))
    table.finish()
    return source


def read_zone(top: Table) -> str:
    """The pack's time zone. Raises BadPack."""
    zone = top.text("zone")
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        top.refuse("zone", "must be a time zone such as Europe/Madrid")


def _read_applies_from(top: Table) -> date:
    table = top.table("applies_to")
    day = table.day("due_on_or_after")
    table.finish()
    return day


def read_authority(top: Table) -> Authority:
    """Who made the rules. Raises BadPack."""
    table = top.table("authority")
    authority = Authority(name=read_text(table, "name"), link=table.text("link"))
    table.finish()
    return authority


def _read_month_day(table: Table) -> MonthDay:
    month = table.number("month", 1, 12)
    day = table.number("day", 1, 31)
    longest = monthrange(2000, month)[1]
    if day > longest:
        table.refuse("day", f"must be a day that there is: {month_name[month]} has at most {longest} days")
    return MonthDay(month, day)


def _read_exam_route(table: Table, *, has_late: bool) -> ExamRoute:
    counts_from = table.choices("counts_from", _BEGINNINGS)
    if "late_end" in counts_from and not has_late:
        table.refuse("counts_from", 'can\'t be "late_end" without a table [late]')
    attempts = None if table.is_unknown("attempts") else table.number("attempts", 1, 20)
    return ExamRoute(table.number("years", 1, 20), counts_from, attempts)


def _read_needs(table: Table) -> tuple[Need, ...]:
    return table.choices("items", _NEEDS)


def _read_fee(table: Table) -> Fee:
    total = table.number("cents", 0, 10_000_000)
    return Fee(total, table.number("late_cents", 0, total) if table.has("late_cents") else 0)
