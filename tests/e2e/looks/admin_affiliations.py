"""Somebody's times at offices."""

NIGHTLY = (("/people/2/office/join", "alice"),)
