"""Which tests run each time and which at night, and which are started first."""

from pathlib import Path

import pytest

_SEEN = pytest.StashKey[dict[Path, list[str]]]()
_SERVICES = Path("tests") / "services"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the night what PostgreSQL alone would add: all but the first of a table of cases.

    Of a file of `services` every fourth test runs there each time, beginning with its first, and all do at night. Not
    where `on_both` asks for every case, as whatever happens side by side must. Tests are collected as they stand in
    their file, whatever is shuffled then.
    """
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return
    is_asked_for = any("database_kind" in mark.args[0] for mark in item.iter_markers("parametrize"))
    if is_asked_for or item.callspec.params.get("database_kind") != "postgresql":
        return
    seen = item.session.stash.setdefault(_SEEN, {}).setdefault(item.path, [])
    is_first_case = item.originalname not in seen
    if is_first_case:
        seen.append(item.originalname)
    is_of_services = item.path.is_relative_to(item.config.rootpath / _SERVICES)
    if not is_first_case or (is_of_services and len(seen) % 4 != 1):
        item.add_marker(pytest.mark.nightly)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `long` before the others; within each part the shuffled order stays."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
