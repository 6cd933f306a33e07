"""The packs that a case may name: shipped ones, examples, those of an installation, and files by their path."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from certtrack.errors import BadInput, BadPack
from certtrack.packs import Packs, ServicePacks, read_pack, read_service_pack
from certtrack.packs.files import key_of, list_files, list_shipped
from certtrack.packs.table import read_toml
from certtrack.resources import get_resource
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack

AnyPack = Pack | ServicePack


class PackSource:
    """Finds a pack by its key, by KEY@VERSION, or by the path of its file; a file is read when it is first asked for.

    `folders` are those of installations, whose files may have any name; `near` is where a path is looked for before the
    working directory.
    """

    def __init__(self, folders: Sequence[Path] = (), near: Path | None = None) -> None:
        self._folders = tuple(folders)
        self._near = near
        self._read: dict[Path, AnyPack] = {}
        self._by_key: dict[str, Packs | ServicePacks] = {}

    def get(self, name: str, on: date | None = None) -> AnyPack:
        """The pack of that name: of a bare key the version that speaks for a cycle due `on`, the newest without a day.

        Raises BadInput where there is none, with those that there are; BadPack where its file can't be used.
        """
        if name.endswith(".toml") or "/" in name:
            return self._read_file(self._find_file(name))
        key, _, version = name.partition("@")
        versions = self._find_versions(key)
        if not version:
            return versions.get(key, on)
        found = next((pack for pack in versions.list() if str(pack.version) == version), None)
        if found is None:
            there = ", ".join(str(pack.version) for pack in versions.list())
            raise BadInput(f"pack names {name!r}, and {key} has no version {version}; it has: {there}.")
        return found

    def list_keys(self) -> list[str]:
        """The keys of all packs that can be named so, in their order."""
        return sorted({key_of(path) for path in self._shipped} | {pack.key for pack in self._own})

    @cached_property
    def _shipped(self) -> list[Path]:
        return list_shipped(get_resource("config") / "packs")

    @cached_property
    def _own(self) -> list[AnyPack]:
        return [self._read_file(path) for folder in self._folders for path in list_files(folder)]

    def _find_versions(self, key: str) -> Packs | ServicePacks:
        if key not in self._by_key:
            shipped = [self._read_file(path) for path in self._shipped if key_of(path) == key]
            found = [*shipped, *(pack for pack in self._own if pack.key == key)]
            if not found:
                there = ", ".join(self.list_keys())
                raise BadInput(f"pack names {key!r}, and there is no such pack; there are: {there}.")
            self._by_key[key] = _join(key, found)
        return self._by_key[key]

    def _find_file(self, name: str) -> Path:
        places = [folder / name for folder in (self._near, Path()) if folder is not None]
        found = next((path for path in places if path.is_file()), None)
        if found is None:
            raise BadInput(f"pack names the file {name!r}, and there is none.")
        return found

    def _read_file(self, path: Path) -> AnyPack:
        if path not in self._read:
            is_service = read_toml(path).top.says("kind", "service")
            self._read[path] = read_service_pack(path) if is_service else read_pack(path)
        return self._read[path]


def _join(key: str, found: Sequence[AnyPack]) -> Packs | ServicePacks:
    """The versions of one pack. Raises BadPack where two files tell one differently."""
    credentials = [pack for pack in found if isinstance(pack, Pack)]
    services = [pack for pack in found if isinstance(pack, ServicePack)]
    if credentials and services:
        raise BadPack(f"{key} is a pack of a credential in one file and of a service in another.")
    return Packs(credentials) if credentials else ServicePacks(services)
