"""The format of a pack, declared: the JSON Schema is made of it, and tests hold the reader to it."""

from certtrack.packs.format.whole import make_schema

__all__ = ["make_schema"]
