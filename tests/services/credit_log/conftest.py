"""The fixture of an office that imports its log."""

from kit.credit_log import office

__all__ = ["office"]
