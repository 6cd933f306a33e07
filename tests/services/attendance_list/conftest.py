"""The fixture of an office that imports its attendance lists."""

from kit.attendance_list import office

__all__ = ["office"]
