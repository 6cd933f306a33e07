"""How often a test run looks for garbage: seldom, and never among thousands of tests, modules and programs."""

import gc


def pytest_collection_finish() -> None:
    """Leave alone what was loaded until here; a test makes tens of thousands of objects, which live for a moment."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
