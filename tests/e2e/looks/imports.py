"""Files that are brought in."""

FULL = (("/imports", "alice"),)
