"""Which tests are started first: those that take long, so that none of them runs alone at the end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests marked `long` before the others; within each part the shuffled order stays."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
