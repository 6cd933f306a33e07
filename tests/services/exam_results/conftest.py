"""The fixture of an office that imports its exam results."""

from kit.exam_results import office

__all__ = ["office"]
