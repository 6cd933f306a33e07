"""What the page for authors of packs shows: its worked example, and the pieces that may take a place in it."""

import re
import tomllib
from copy import deepcopy
from typing import Any

from kit.wheel import CHECKOUT

PAGE = (CHECKOUT / "config" / "packs" / "README.md").read_text(encoding="utf-8")
TEXT, *_TEXTS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
EXAMPLE: dict[str, Any] = tomllib.loads(TEXT)
PIECES: list[dict[str, Any]] = [tomllib.loads(text) for text in _TEXTS]


def lay_over(content: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    """The pack with the piece's values in place of its own; a table of tables keeps those that the piece lacks."""
    made = deepcopy(content)
    for key, value in piece.items():
        holds = isinstance(value, dict) and isinstance(made.get(key), dict) and _only_holds(value)
        made[key] = lay_over(made[key], value) if holds else deepcopy(value)
    return made


def _only_holds(table: dict[str, Any]) -> bool:
    return "sure" not in table and any(isinstance(value, dict) for value in table.values())
