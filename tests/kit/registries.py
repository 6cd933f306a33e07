"""What each part of the product says for itself, in a file of its own, to tests that hold for all of it."""

from importlib import import_module
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).resolve().parent.parent


def read_registry(folder: str, name: str) -> list[Any]:
    """What each module in that folder of the tests calls `name`, in their order; one that has none is left out."""
    modules = [
        import_module(".".join((*Path(folder).parts, path.stem))) for path in sorted((_TESTS / folder).glob("*.py"))
    ]
    return [getattr(module, name) for module in modules if hasattr(module, name)]
