"""Which tests run each time and which at night, and which are started first."""

import pytest

_SEEN = pytest.StashKey[set[str]]()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave to the night what PostgreSQL alone would add to a table of cases: there its first case runs each time.

    Not where `on_both` asks for every case. Tests are collected as they stand in their file, whatever is shuffled then.
    """
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return
    is_asked_for = any("database_kind" in mark.args[0] for mark in item.iter_markers("parametrize"))
    if is_asked_for or item.callspec.params.get("database_kind") != "postgresql":
        return
    seen = item.session.stash.setdefault(_SEEN, set())
    name = item.nodeid.partition("[")[0]
    if name in seen:
        item.add_marker(pytest.mark.nightly)
    seen.add(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `long` before the others; within each part the shuffled order stays."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
