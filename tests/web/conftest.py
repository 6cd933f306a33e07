"""What tests of pages may ask for."""

from kit.credit_pages import carol, office
from kit.databases import edge_database_kind

__all__ = ["carol", "edge_database_kind", "office"]
