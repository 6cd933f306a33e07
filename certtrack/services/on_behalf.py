"""Work that one asks for and another process does, batch by batch."""

from certtrack.security import Actor


def in_its_name(key: str) -> Actor:
    """The actor in whose name a batch is written: who asked for all of it, whatever process goes on with it."""
    return Actor(key=key, is_command=True)
