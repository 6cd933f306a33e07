"""What tests of pages about hours may ask for."""

from kit.credit_pages import carol, office

__all__ = ["carol", "office"]
