"""What a pack says, rule by rule, with its source and how sure it is; what was confirmed here stands in its place."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from certtrack.packs.confirming import AnyPack, Confirmed, list_keys
from certtrack.packs.table import UNKNOWN, load_tables
from certtrack.rules.values import Source

_BESIDE = ("source", "sure")
_UNSURE = ("unverified", "conflicting", "inferred", "verified", "confirmed")
_KINDS_OF_HOURS = {"areas": "area", "minima": "other_minimum", "limits": "limit", "forms": "form"}
_OWN_ROWS = ("needs", "fees", "holds", "ways")


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One rule of a pack. `key` is its table in the file; `kind` what it is about, `name` of which phase, area or form.

    `values` are the file's, with what was confirmed in place of what is unknown. `unknown`: the whole keys of those
    that nobody has settled. `to_confirm`: those that the file leaves unknown and somebody may put on record, or take
    back. `confirmed`: what was put on record of them.
    """

    key: str
    kind: str
    name: str
    values: Mapping[str, Any]
    source: Source
    sure: str
    unknown: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    confirmed: tuple[Confirmed, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        """True where a value of it isn't known, and nobody has settled it here."""
        return bool(self.unknown)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of how many rules something is unknown, unsure in one of three ways, or confirmed here.

    Unsure is what isn't verified, what is published in several readings, and what only follows from what is published.
    """

    unknown: int
    unverified: int
    conflicting: int
    inferred: int
    confirmed: int

    @property
    def unsure(self) -> int:
        """Of how many rules something is known, and not for sure."""
        return self.unverified + self.conflicting + self.inferred


def list_rules(pack: AnyPack, confirmed: Sequence[Confirmed] = ()) -> tuple[ShownRule, ...]:
    """Every rule of the pack, what is unknown first, then by how sure it is, each in the order of the file."""
    content = load_tables(pack.raw)
    sources = {name: _read_source(table) for name, table in content["sources"].items()}
    settled = {one.key: one for one in confirmed if one.pack_key == pack.key}
    open_keys = frozenset(list_keys(pack))
    rules = [_show(key, table, sources, settled, open_keys) for key, table in _list_tables(content, "")]
    return tuple(sorted(rules, key=_order))


def with_value(rule: ShownRule, key: str, value: str | None) -> ShownRule:
    """The rule as it would read with that value, as the command takes it; None: with nothing known of it."""
    name = key.rpartition(".")[2]
    values = {**rule.values, name: UNKNOWN if value is None else read_value(value)}
    unknown = tuple(f"{rule.key}.{each}" for each, one in values.items() if one == UNKNOWN)
    return replace(rule, values=values, unknown=unknown)


def count_rules(rules: Sequence[ShownRule]) -> Counts:
    """How many of these rules ask for somebody's look."""
    sure = [rule.sure for rule in rules if not rule.is_open]
    return Counts(
        unknown=sum(rule.is_open for rule in rules),
        unverified=sure.count("unverified"),
        conflicting=sure.count("conflicting"),
        inferred=sure.count("inferred"),
        confirmed=sum(bool(rule.confirmed) for rule in rules),
    )


def find_from_on(pack: AnyPack) -> tuple[str, date]:
    """By what a version speaks (such as `due_on_or_after`), and from which day on."""
    [(by, day)] = load_tables(pack.raw)["applies_to"].items()
    return by, day


def read_value(text: str) -> object:
    """A value as the file would have it: a number, a list, True or False; anything else is a word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _list_tables(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in table.items():
        place = f"{path}.{name}" if path else name
        rows = inner if isinstance(inner, list) else [inner]
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                continue
            if "sure" in row and "source" in row:
                yield (f"{place}[{number}]" if isinstance(inner, list) else place), row
            if not isinstance(inner, list):
                yield from _list_tables(row, place)


def _show(
    key: str,
    table: Mapping[str, Any],
    sources: Mapping[str, Source],
    settled: Mapping[str, Confirmed],
    open_keys: frozenset[str],
) -> ShownRule:
    values = {name: value for name, value in table.items() if name not in _BESIDE and not _is_rule(value)}
    whole = {name: f"{key}.{name}" for name in values}
    found = tuple(settled[one] for one in whole.values() if one in settled and one in open_keys)
    for one in found:
        values[one.key.rpartition(".")[2]] = read_value(one.value)
    kind, name = _name(key.partition("[")[0].split("."))
    source, sure = sources[table["source"]], str(table["sure"])
    if found:
        source, sure = _make_source(found[-1]), "confirmed"
    return ShownRule(
        key=key,
        kind=kind,
        name=name,
        values=values,
        source=source,
        sure=sure,
        unknown=tuple(whole[each] for each, value in values.items() if value == UNKNOWN),
        to_confirm=tuple(one for one in whole.values() if one in open_keys),
        confirmed=found,
    )


def _name(parts: Sequence[str]) -> tuple[str, str]:
    """What a table is about, and of which phase, area, form or step."""
    first, last = parts[0], parts[-1]
    if first == "hours" and parts[1] in _KINDS_OF_HOURS:
        part = f"_{parts[3]}" if len(parts) > 3 else ""
        return _KINDS_OF_HOURS[parts[1]] + part, parts[2]
    if first in _OWN_ROWS:
        return first, last
    if (first, last) == ("entry", "age"):
        return "least_age", ""
    if len(parts) == 2 and first == "training":
        return f"training_{last}", ""
    return (first, last) if len(parts) == 2 and first != "hours" else (last, "")


def _make_source(one: Confirmed) -> Source:
    return Source(one.source, one.source if one.source.startswith(("http://", "https://")) else "", one.on)


def _read_source(table: Mapping[str, Any]) -> Source:
    return Source(table["title"], table.get("link", ""), table["as_of"])


def _is_rule(value: object) -> bool:
    rows = value if isinstance(value, list) else [value]
    return any(isinstance(row, dict) and "sure" in row for row in rows)


def _order(rule: ShownRule) -> tuple[bool, int]:
    return not rule.is_open, _UNSURE.index(rule.sure) if rule.sure in _UNSURE else 0
