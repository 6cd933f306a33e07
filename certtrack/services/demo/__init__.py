"""The demonstration: plainly fictional people, one in every interesting standing."""

from certtrack.services.demo.loading import Login, has_demo, load_demo

__all__ = ["Login", "has_demo", "load_demo"]
