"""What tests of commands may ask for."""

from kit.databases import edge_database_kind

__all__ = ["edge_database_kind"]
