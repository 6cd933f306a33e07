"""The fixtures of an office that imports."""

from kit.roster import office
from kit.shared_office import imported

__all__ = ["imported", "office"]
