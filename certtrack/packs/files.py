"""The files that packs lie in, found by their names before any is read: KEY.toml, a further version KEY@2.toml."""

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path

from certtrack.errors import BadPack
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack

_EXAMPLES = "examples"


def list_files(folder: Path) -> list[Path]:
    """The *.toml files of a folder, by name; a folder that isn't there holds none."""
    return sorted(folder.glob("*.toml"))


def list_shipped(folder: Path) -> list[Path]:
    """Every pack that is shipped, by name; those that are only examples come last."""
    return [*list_files(folder), *list_files(folder / _EXAMPLES)]


def find_used(folder: Path, used: Sequence[str]) -> list[Path]:
    """The shipped packs that an installation uses: those whose key matches a pattern of `used`, in which * is anything.

    An example is used only where its whole key is named. Raises BadPack where a pattern names none: it may be misspelt.
    """
    shipped = list_shipped(folder)
    for pattern in used:
        if not any(_is_named(path, pattern) for path in shipped):
            keys = ", ".join(sorted({key_of(path) for path in shipped}))
            raise BadPack(
                f"The setting 'packs' names {pattern!r}, and no shipped pack is called so. There are: {keys}."
            )
    return [path for path in shipped if any(_is_named(path, pattern) for pattern in used)]


def is_example(path: Path) -> bool:
    """True for a shipped pack that no installation uses unless it is named."""
    return path.parent.name == _EXAMPLES


def key_of(path: Path) -> str:
    """The key that a shipped pack's file name says."""
    return path.stem.partition("@")[0]


def check_name(path: Path, key: str, version: int) -> None:
    """Raise BadPack where a shipped file's name isn't its key, with the version where that isn't the first."""
    name = f"{key}.toml" if version == 1 else f"{key}@{version}.toml"
    if path.name != name:
        raise BadPack(f"{path}: 'key' and 'version' make its name {name}; call the file so, or mend them.")


def check_versions(found: Mapping[Path, Pack | ServicePack]) -> None:
    """Raise BadPack where two files tell one version differently, or two versions of a pack speak from the same day."""
    files = sorted(found, key=lambda path: (found[path].key, found[path].version))
    for one, other in combinations(files, 2):
        before, after = found[one], found[other]
        if before.ref == after.ref and before.sha256 != after.sha256:
            raise BadPack(
                f"{one} and {other} tell {before.ref} differently. A version is never changed: "
                "give the newer file the next number."
            )
        if before.key == after.key and before.version != after.version and _begins(before) == _begins(after):
            raise BadPack(
                f"{other}: 'applies_to' lets version {after.version} speak from {after.applies_from}, as {one} lets "
                f"version {before.version}; a version begins on a day of its own."
            )


def _begins(pack: Pack | ServicePack) -> tuple[str, date]:
    return pack.applies_by if isinstance(pack, Pack) else "period", pack.applies_from


def _is_named(path: Path, pattern: str) -> bool:
    return key_of(path) == pattern if is_example(path) else fnmatchcase(key_of(path), pattern)
