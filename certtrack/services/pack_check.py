"""What somebody who writes a rule pack is told of it: whether it can be used, and what is left to find out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from certtrack.packs.files import check_versions, key_of, list_files, list_shipped
from certtrack.packs.survey import list_conflicting, list_unknown
from certtrack.resources import get_resource
from certtrack.rules.pack import HoursRule, Pack
from certtrack.rules.service import ServicePack
from certtrack.services.pack_list import read_any

FindingCode = Literal["sum", "unknown", "conflicting", "overlap"]


@dataclass(frozen=True, slots=True)
class PackFinding:
    """Something that a pack may well have, and its author is to know. `key` is dotted, and names a value or a table.

    `sum`: the parts are `parts` minutes, beside `unknown` of which nothing is published, and the total is `total`.
    `unknown`: nothing is published. `conflicting`: several readings, `values` by their names. `overlap`: the version
    `version` speaks from `from_on`, so that one of the two never does.
    """

    code: FindingCode
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def check_pack(file: Path, instance: Path) -> tuple[Pack | ServicePack, list[PackFinding]]:
    """The pack in a file and what was found of it, beside all other versions that are shipped or in the instance.

    Raises BadPack where it can't be used, by itself or beside them; the message names file and key.
    """
    pack = read_any(file)
    others = {path: other for path, other in _read_versions(pack.key, instance) if not path.samefile(file)}
    check_versions({**others, file: pack})
    found = list(_list_open(pack.raw))
    if isinstance(pack, Pack):
        credentials = [other for other in others.values() if isinstance(other, Pack)]
        found = [*_check_sum(pack.hours), *_find_overlaps(pack, credentials), *found]
    return pack, found


def _read_versions(key: str, instance: Path) -> Iterator[tuple[Path, Pack | ServicePack]]:
    """Every file of that key."""
    shipped = [path for path in list_shipped(get_resource("config") / "packs") if key_of(path) == key]
    for path in (*shipped, *list_files(instance / "packs")):
        pack = read_any(path)
        if pack.key == key:
            yield path, pack


def _list_open(raw: str) -> Iterator[PackFinding]:
    for key, table in list_conflicting(raw).items():
        given = {name: value for name, value in table.items() if name not in ("source", "sure")}
        readings = {name: value for name, value in given.items() if isinstance(value, list)}
        yield PackFinding("conflicting", key, readings or given)
    for key in list_unknown(raw):
        yield PackFinding("unknown", key)


def _check_sum(hours: HoursRule | None) -> Iterator[PackFinding]:
    """The minima of the areas and what is printed as "any other", held against the total."""
    if hours is None or hours.elective is None or hours.total.value is None:
        return
    minima = [area.minimum.value for area in hours.areas if area.minimum]
    parts = sum(minutes or 0 for minutes in minima) + hours.elective.value
    unknown = minima.count(None)
    if unknown or parts != hours.total.value:
        yield PackFinding("sum", "hours", {"parts": parts, "total": hours.total.value, "unknown": unknown})


def _find_overlaps(pack: Pack, others: Sequence[Pack]) -> Iterator[PackFinding]:
    """Versions that stand the other way round: the newer one speaks from an earlier day."""
    for other in others:
        older, newer = sorted((pack, other), key=lambda one: one.version)
        if older.applies_by == newer.applies_by and newer.applies_from < older.applies_from:
            yield PackFinding("overlap", "applies_to", {"version": other.version, "from_on": other.applies_from})
