"""The fixture of an office that imports."""

from kit.roster import office

__all__ = ["office"]
