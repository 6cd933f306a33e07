"""The files of the checkout, as they are committed: without what is built, installed or left behind."""

import re
from collections.abc import Iterator
from pathlib import Path

from kit.wheel import CHECKOUT

_FOLDERS = (".ci", "benchmarks", "certtrack", "config", "jobs", "migrations", "templates", "tests")
_LOOSE = (
    *(".gitignore", ".npmrc", "CHANGELOG.md", "LICENSE", "README.md", "hatch_build.py", "package.json"),
    *("package-lock.json", "pyproject.toml"),
)
_OF_OFFICES = CHECKOUT / "tests" / "data"  # in whatever encoding they keep them
_LEFT_BEHIND = {"__pycache__", "vendor"}


def list_files(*folders: str) -> list[Path]:
    """The files under these folders of the checkout; under all of them, and beside them, where none is named."""
    found = [CHECKOUT / name for name in ([] if folders else _LOOSE)]
    for folder in folders or _FOLDERS:
        found += [path for path in sorted((CHECKOUT / folder).rglob("*")) if path.is_file() and _is_ours(path)]
    return found


def read_texts(*folders: str) -> Iterator[tuple[str, str]]:
    """Each file's place in the checkout with its text; files that hold no text, and those of offices, are left out."""
    for path in list_files(*folders):
        data = path.read_bytes()
        if b"\0" not in data and path.parent != _OF_OFFICES:
            yield str(path.relative_to(CHECKOUT)), data.decode("utf-8")


def find_lines(pattern: str, *folders: str, flags: int = 0) -> list[str]:
    """Where `pattern` stands, each as PLACE:LINE: TEXT."""
    wanted = re.compile(pattern, flags)
    return [
        f"{place}:{number}: {line.strip()}"
        for place, text in read_texts(*folders)
        for number, line in enumerate(text.splitlines(), start=1)
        if wanted.search(line)
    ]


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(CHECKOUT).parts
    return not _LEFT_BEHIND.intersection(parts) and path.suffix not in {".mo", ".pyc"}
