"""People as their office keeps them."""

FULL = (("/people/2/office", "alice"),)
NIGHTLY = (("/admin/people/new", "alice"),)
