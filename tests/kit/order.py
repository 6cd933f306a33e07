"""Which tests run each time and which at night, and which are started first."""

from pathlib import Path

import pytest

_SEEN = pytest.StashKey[dict[tuple[Path, str], list[str]]]()
_ON_ONE = (Path("tests") / "services", Path("tests") / "jobs")
_ONE_IN = 3
"""Of so many tests of a service or a job one runs on PostgreSQL each time."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the night what a second kind of database alone would add.

    On PostgreSQL that is all but the first of a table of cases. A test of `services` or `jobs` runs on one of the two
    each time, the first of a file and every third from there on PostgreSQL, and on both at night. Not where `on_both`
    asks for every case, as whatever happens side by side must. Tests are collected as they stand in their file,
    whatever is shuffled then.
    """
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return
    is_asked_for = any("database_kind" in mark.args[0] for mark in item.iter_markers("parametrize"))
    kind = item.callspec.params.get("database_kind")
    if is_asked_for or not isinstance(kind, str):
        return
    seen = item.session.stash.setdefault(_SEEN, {}).setdefault((item.path, kind), [])
    is_first_case = item.originalname not in seen
    if is_first_case:
        seen.append(item.originalname)
    is_on_one = any(item.path.is_relative_to(item.config.rootpath / folder) for folder in _ON_ONE)
    is_for_postgres = is_first_case and (not is_on_one or len(seen) % _ONE_IN == 1)
    if (kind == "postgresql" and not is_for_postgres) or (kind == "sqlite" and is_on_one and is_for_postgres):
        item.add_marker(pytest.mark.nightly)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `long` before the others; within each part the shuffled order stays."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
