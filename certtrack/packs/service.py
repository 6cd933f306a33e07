"""Service packs: reading one from its TOML file, and all of an installation."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from certtrack.errors import BadPack, NotFound
from certtrack.packs.files import check_name, check_versions, list_files
from certtrack.packs.hours import read_counts
from certtrack.packs.origins import CONFIRMED, SURE, Origins
from certtrack.packs.reading import read_authority, read_zone
from certtrack.packs.table import Table, read_toml
from certtrack.packs.texts import read_text
from certtrack.rules.pack import Holds
from certtrack.rules.service import (
    MetBy,
    Period,
    PeriodUnit,
    PerService,
    ServicePack,
    SessionKind,
    Side,
    Way,
    WeekBegins,
)
from certtrack.rules.values import Sure

_UNITS: tuple[PeriodUnit, ...] = get_args(PeriodUnit)
_TESTS: tuple[MetBy, ...] = get_args(MetBy)
_DAYS: tuple[WeekBegins, ...] = get_args(WeekBegins)
_KINDS: tuple[SessionKind, ...] = get_args(SessionKind)
_WAYS: tuple[Way, ...] = get_args(Way)
_SIDES: tuple[Side, ...] = get_args(Side)
_COUNTS: tuple[Holds, ...] = ("yes", "no")
_YES = (True,)
_MOST_MINUTES = 60_000


class ServicePacks:
    """Every version of every service pack. Raises BadPack where two of them contradict each other."""

    def __init__(self, packs: Iterable[ServicePack] = ()) -> None:
        self._by_ref: dict[str, ServicePack] = {}
        for pack in packs:
            known = self._by_ref.setdefault(pack.ref, pack)
            if known.sha256 != pack.sha256:
                raise BadPack(
                    f"Two files tell {pack.ref} differently. A version is never changed: "
                    "give the newer file the next number."
                )

    def list(self) -> tuple[ServicePack, ...]:
        """All of them, by key and then by version."""
        return tuple(sorted(self._by_ref.values(), key=lambda pack: (pack.key, pack.version)))

    def get(self, key: str, on: date | None = None) -> ServicePack:
        """The version that speaks for a period which ends `on`; the newest where no day is given.

        A day before all versions is answered by the oldest. Raises NotFound for a key that no service pack has.
        """
        versions = [pack for pack in self.list() if pack.key == key]
        if not versions:
            raise NotFound(f"No service pack is called {key!r}.")
        if on is None:
            return versions[-1]
        return next((pack for pack in reversed(versions) if pack.applies_from <= on), versions[0])


def load_service_packs(folders: Sequence[Path], shipped: Sequence[Path] = ()) -> ServicePacks:
    """The service packs in the files `shipped`, each named after its pack, and in the *.toml files of `folders`.

    A folder that isn't there holds none. Raises BadPack where a file can't be used, is shipped under another name, or
    two files tell one version differently.
    """
    files = [*shipped, *(path for folder in folders for path in list_files(folder))]
    found = {path: read_service_pack(path) for path in files if read_toml(path).top.says("kind", "service")}
    for path in shipped:
        if path in found:
            check_name(path, found[path].key, found[path].version)
    check_versions(found)
    return ServicePacks(found.values())


def read_service_pack(path: Path) -> ServicePack:
    """The service pack in the file at `path`, each value with its source.

    Raises BadPack that names the file, the key, and what was expected there.
    """
    file = read_toml(path)
    return _read(file.top, file.sha256, file.raw)


def read_service_content(name: str, content: dict[str, Any], sha256: str, raw: str) -> ServicePack:
    """The service pack that these tables make, a person's confirmations among them; `name` is what errors call it.

    Raises BadPack as `read_service_pack`.
    """
    return _read(Table(Path(name), "", content), sha256, raw, (*SURE, CONFIRMED))


def _read(top: Table, sha256: str, raw: str, sure: tuple[Sure, ...] = SURE) -> ServicePack:
    values = Origins(top, sure)
    top.choice("kind", ("service",))
    per_service = top.find_table("per_service")
    pack = ServicePack(
        key=top.name("key"),
        version=top.number("version", 1, 9999),
        zone=read_zone(top),
        applies_from=_read_applies_from(top),
        name=read_text(top, "name"),
        short_name=read_text(top, "short_name"),
        whom_to_ask=read_text(top, "whom_to_ask"),
        authority=read_authority(top),
        staff=values.complete(top.table("staff"), lambda table: table.choice("includes_peer_specialists", _YES)),
        period=values.complete(top.table("period"), _read_period),
        per_service=values.complete(per_service, _read_per_service) if per_service else None,
        met_by=values.maybe(top.table("met_by"), "tests", lambda table: table.choice("tests", _TESTS)),
        week_begins=values.maybe(top.table("week_begins"), "on", lambda table: table.choice("on", _DAYS)),
        kinds=values.complete(top.table("kinds"), lambda table: table.choices("items", _KINDS)),
        ways=read_counts(top.find_table("ways"), _WAYS, values),
        signed_by=values.complete(top.table("signed_by"), lambda table: table.choices("sides", _SIDES)),
        qualified=values.maybe(top.table("supervisor"), "qualified", lambda table: table.choice("qualified", _COUNTS)),
        sha256=sha256,
        raw=raw,
    )
    top.finish()
    return pack


def _read_applies_from(top: Table) -> date:
    table = top.table("applies_to")
    day = table.day("period_ends_on_or_after")
    table.finish()
    return day


def _read_period(table: Table) -> Period:
    return Period(table.choice("unit", _UNITS), table.number("minutes", 1, _MOST_MINUTES))


def _read_per_service(table: Table) -> PerService:
    return PerService(table.number("minutes", 1, _MOST_MINUTES), table.number("service_minutes", 1, _MOST_MINUTES))
