"""Every rule pack that there is: those that are shipped, whether this installation uses them or not, and its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.packs import find_used, read_pack, read_service_pack
from certtrack.packs.confirming import list_keys
from certtrack.packs.files import check_name, is_example, list_files, list_shipped
from certtrack.packs.survey import list_conflicting, list_unknown
from certtrack.packs.table import read_toml
from certtrack.resources import get_resource
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.services.rulebook import load_confirmed

Place = Literal["shipped", "example", "own"]


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of one pack, and the keys of what in it is unknown, has several readings, or was confirmed here.

    `confirmed` is None where there is no database to ask; what it names is unknown in the file all the same.
    """

    file: Path
    pack: Pack | ServicePack
    place: Place
    is_used: bool
    unknown: tuple[str, ...]
    conflicting: tuple[str, ...]
    confirmed: tuple[str, ...] | None


def list_packs(session: Session | None, instance: Path, used: Sequence[str]) -> list[Listed]:
    """All of them, by key and version; `used` is the setting `packs`. Raises BadPack, which names file and key.

    Without a session nothing is known of what was confirmed.
    """
    confirmed = None if session is None else {(one.pack_key, one.key) for one in load_confirmed(session)}
    listed = [
        Listed(
            file=file,
            pack=pack,
            place=place,
            is_used=is_used,
            unknown=list_unknown(pack.raw),
            conflicting=tuple(list_conflicting(pack.raw)),
            confirmed=None if confirmed is None else _find_confirmed(pack, confirmed),
        )
        for file, pack, place, is_used in _read_all(instance, used)
    ]
    return sorted(listed, key=lambda one: (one.pack.key, one.pack.version))


def read_any(file: Path) -> Pack | ServicePack:
    """The pack in a file, of either kind. Raises BadPack, which names file and key."""
    return read_service_pack(file) if read_toml(file).top.says("kind", "service") else read_pack(file)


def _read_all(instance: Path, used: Sequence[str]) -> Iterator[tuple[Path, Pack | ServicePack, Place, bool]]:
    folder = get_resource("config") / "packs"
    in_use = set(find_used(folder, used))
    for file in list_shipped(folder):
        pack = read_any(file)
        check_name(file, pack.key, pack.version)
        yield file, pack, "example" if is_example(file) else "shipped", file in in_use
    for file in list_files(instance / "packs"):
        yield file, read_any(file), "own", True


def _find_confirmed(pack: Pack | ServicePack, confirmed: set[tuple[str, str]]) -> tuple[str, ...]:
    if isinstance(pack, ServicePack):
        return ()
    return tuple(key for key in list_keys(pack) if (pack.key, key) in confirmed)
