"""Two records of one person."""

NIGHTLY = (("/admin/merges", "alice"),)
