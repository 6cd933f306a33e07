"""Reading one rule pack from its TOML file."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from certtrack.packs.asks import read_asked, read_audit, read_sharing
from certtrack.packs.days import (
    read_applies,
    read_deadline,
    read_exam_route,
    read_first_cycle,
    read_lengths,
    read_parity,
    read_term,
    read_window,
)
from certtrack.packs.hours import read_hours
from certtrack.packs.origins import CONFIRMED, SURE, Origins
from certtrack.packs.table import Table, read_toml
from certtrack.packs.texts import read_text
from certtrack.packs.training import read_training
from certtrack.rules.pack import (
    PHASES,
    Authority,
    CountsBy,
    EarnUntil,
    Fee,
    Holds,
    Need,
    Pack,
    Phase,
    Sure,
    Text,
    Value,
    Weekend,
)
from certtrack.rules.values import LANGUAGES

_NEEDS: tuple[Need, ...] = get_args(Need)
_EARN_UNTIL: tuple[EarnUntil, ...] = get_args(EarnUntil)
_HOLDS: tuple[Holds, ...] = get_args(Holds)
_WEEKEND: tuple[Weekend, ...] = get_args(Weekend)
_COUNTS_BY: tuple[CountsBy, ...] = get_args(CountsBy)
_KIND: tuple[Literal["credential"], ...] = ("credential",)

T = TypeVar("T")


def read_pack(path: Path) -> Pack:
    """The pack in the file at `path`, each value with its source.

    Raises BadPack that names the file, the key, and what was expected there.
    """
    file = read_toml(path)
    return _read(file.top, SURE, file.sha256, file.raw)


def read_content(name: str, content: dict[str, Any], sha256: str, raw: str) -> Pack:
    """The pack that a file's tables make once a person's confirmations are laid over them.

    `name` is what errors call it. Raises BadPack as `read_pack` does.
    """
    return _read(Table(Path(name), "", content), (*SURE, CONFIRMED), sha256, raw)


def _read(top: Table, sure: tuple[Sure, ...], sha256: str, raw: str) -> Pack:
    pack = _Reader(top, sure).pack(sha256, raw)
    top.finish()
    return pack


class _Reader(Origins):
    def __init__(self, top: Table, sure: tuple[Sure, ...]) -> None:
        super().__init__(top, sure)
        self._top = top

    def pack(self, sha256: str, raw: str) -> Pack:
        top = self._top
        applies_by, applies_from = read_applies(top)
        term_years, least_months = read_term(top, self)
        late = read_lengths(top, "late", self)
        asked, hours = read_asked(top, self), read_hours(top, self)
        return Pack(
            key=top.name("key"),
            version=top.number("version", 1, 9999),
            kind=top.choice("kind", _KIND),
            credential=top.text("credential"),
            zone=read_zone(top),
            currency=top.text("currency"),
            applies_by=applies_by,
            applies_from=applies_from,
            name=read_text(top, "name"),
            name_at_first_use=read_text(top, "name_at_first_use"),
            short_name=read_text(top, "short_name"),
            whom_to_ask=read_text(top, "whom_to_ask"),
            authority=read_authority(top),
            office_names=top.texts("office_names"),
            deadline=read_deadline(top, self),
            term_years=term_years,
            least_months=least_months,
            parity=read_parity(top, self),
            first_cycle=read_first_cycle(top, self),
            window=read_window(top, self),
            grace=read_lengths(top, "grace", self),
            late=late,
            late_hours_months=self.find(top, "late_hours", lambda table: table.number("months_before", 1, 120)),
            exam_route=read_exam_route(top, self, has_late=late is not None),
            provisional=asked.provisional,
            pass_percent=self.find_maybe(top, "pass_mark", "percent", lambda table: table.number("percent", 1, 100)),
            earn_until=self._value("earn_until", "phase", lambda table: table.choice("phase", _EARN_UNTIL)),
            weekend=self._value("weekend", "rule", lambda table: table.choice("rule", _WEEKEND)),
            counts_by=self._value("counts_by", "rule", lambda table: table.choice("rule", _COUNTS_BY)),
            holds=self._by_phase("holds", "holds", lambda table: table.choice("holds", _HOLDS)),
            needs=self._needs(),
            fees=self._by_phase("fees", "cents", _read_fee),
            advice=self._texts("advice"),
            words=self._texts("words"),
            hours=hours,
            training=read_training(top, self),
            asks=asked.asks,
            least_age=asked.least_age,
            audit=read_audit(top, self, hours),
            sharing=read_sharing(top, self, hours),
            sha256=sha256,
            raw=raw,
        )

    def _value(self, key: str, unknowable: str, read: Callable[[Table], T]) -> Value[T | None]:
        return self.maybe(self._top.table(key), unknowable, read)

    def _by_phase(self, key: str, unknowable: str, read: Callable[[Table], T]) -> Mapping[Phase, Value[T | None]]:
        tables = self._phases(key)
        return MappingProxyType({phase: self.maybe(tables[phase], unknowable, read) for phase in tables})

    def _needs(self) -> Mapping[Phase, Value[tuple[Need, ...]]]:
        tables = self._phases("needs")
        read = {phase: self.complete(tables[phase], _read_needs) for phase in tables}
        return MappingProxyType(read)

    def _texts(self, key: str) -> Mapping[Phase, Text]:
        outer = self._top.find_table(key)
        texts = {phase: read_text(outer, phase) for phase in _list_phases(outer)} if outer else {}
        if outer:
            outer.finish()
        return MappingProxyType(texts)

    def _phases(self, key: str) -> dict[Phase, Table]:
        outer = self._top.table(key)
        tables = {phase: outer.table(phase) for phase in _list_phases(outer)}
        outer.finish()
        return tables


def _list_phases(outer: Table) -> Iterator[Phase]:
    return (phase for phase in PHASES if outer.has(phase))


def read_zone(top: Table) -> str:
    """The pack's time zone. Raises BadPack."""
    zone = top.text("zone")
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        top.refuse("zone", "must be a time zone such as Europe/Madrid")


def read_authority(top: Table) -> Authority:
    """Who made the rules. Raises BadPack."""
    table = top.table("authority")
    language = table.choice("language", LANGUAGES) if table.has("language") else LANGUAGES[0]
    authority = Authority(name=read_text(table, "name"), link=table.text("link"), language=language)
    table.finish()
    return authority


def _read_needs(table: Table) -> tuple[Need, ...]:
    return table.choices("items", _NEEDS)


def _read_fee(table: Table) -> Fee:
    total = table.number("cents", 0, 10_000_000)
    return Fee(total, table.number("late_cents", 0, total) if table.has("late_cents") else 0)
