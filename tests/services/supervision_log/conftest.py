"""The fixture of an office that imports its log of supervision."""

from kit.supervision_log import office

__all__ = ["office"]
