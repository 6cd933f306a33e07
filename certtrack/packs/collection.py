"""All rule packs of an installation."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from certtrack.errors import BadPack, NotFound
from certtrack.packs.files import check_name, check_versions, list_files
from certtrack.packs.reading import read_pack
from certtrack.packs.table import read_toml
from certtrack.rules.pack import Pack
from certtrack.rules.terms import speaks_for


class Packs:
    """Every version of every pack. Raises BadPack where two of them contradict each other."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._by_ref = _by_ref(packs)
        self._by_key: dict[str, tuple[Pack, ...]] = {}
        for pack in self.list():
            self._by_key[pack.key] = (*self._by_key.get(pack.key, ()), pack)
        self._by_office_name = _by_office_name(self.list())

    def list(self) -> tuple[Pack, ...]:
        """All packs, by key and then by version."""
        return tuple(sorted(self._by_ref.values(), key=lambda pack: (pack.key, pack.version)))

    def find(self, key: str, version: int | None = None) -> Pack | None:
        """That version of a pack, or its newest; None where there is none."""
        versions = self._versions(key)
        if version is None:
            return versions[-1] if versions else None
        return next((pack for pack in versions if pack.version == version), None)

    def get(self, key: str, on: date | None = None) -> Pack:
        """The version that speaks for a cycle due `on`; the newest where no day is given.

        A day before all versions is answered by the oldest. Raises NotFound for a key that no pack has.
        """
        versions = self._versions(key)
        if not versions:
            raise NotFound(f"No rule pack is called {key!r}.")
        if on is None:
            return versions[-1]
        return next((pack for pack in reversed(versions) if speaks_for(pack, on)), versions[0])

    def find_by_office_name(self, text: str) -> Pack | None:
        """The newest version of the pack that an office calls so; case, dots and spaces don't matter.

        None where no pack has such a name.
        """
        return self._by_office_name.get(_fold(text))

    def _versions(self, key: str) -> tuple[Pack, ...]:
        return self._by_key.get(key, ())


def load_packs(folders: Sequence[Path], shipped: Sequence[Path] = ()) -> Packs:
    """The packs of credentials in the files `shipped`, each named after its pack, and in the *.toml files of `folders`.

    A folder that isn't there holds none. Raises BadPack where a file can't be used, is shipped under another name, or
    two files tell one version differently.
    """
    files = [*shipped, *(path for folder in folders for path in list_files(folder))]
    found = {path: read_pack(path) for path in files if not read_toml(path).top.says("kind", "service")}
    for path in shipped:
        if path in found:
            check_name(path, found[path].key, found[path].version)
    check_versions(found)
    return Packs(found.values())


def _by_ref(packs: Iterable[Pack]) -> dict[str, Pack]:
    found: dict[str, Pack] = {}
    for pack in packs:
        known = found.setdefault(pack.ref, pack)
        if known.sha256 != pack.sha256:
            raise BadPack(
                f"Two files tell {pack.ref} differently. A version is never changed: "
                "give the newer file the next number."
            )
    return found


def _by_office_name(packs: Iterable[Pack]) -> dict[str, Pack]:
    found: dict[str, Pack] = {}
    for pack in packs:
        for name in (*pack.office_names, pack.short_name.en, pack.name.en):
            known = found.get(_fold(name), pack)
            if known.key != pack.key:
                raise BadPack(
                    f"{known.key} and {pack.key} both claim the office name {name!r}; keep it in one of them."
                )
            found[_fold(name)] = pack
    return found


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
