"""Organizations as administrators keep them."""

FULL = (("/admin/organizations/1", "alice"),)
NIGHTLY = (("/admin/organizations", "alice"),)
