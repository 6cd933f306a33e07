"""The fixtures of an office that imports."""

from kit.beginnings import imported
from kit.roster import office

__all__ = ["imported", "office"]
