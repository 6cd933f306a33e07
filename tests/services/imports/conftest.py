"""The fixture of an office that brings in its files on pages."""

from kit.import_desk import desk

__all__ = ["desk"]
