"""The office's own pages."""

FULL = (
    ("/admin", "alice"),
    ("/admin/accounts/3", "alice"),
    ("/admin/audit", "alice"),
)
NIGHTLY = (
    ("/admin/accounts", "alice"),
    ("/admin/accounts?words=zzz", "alice"),
    ("/admin/accounts/new", "alice"),
    ("/admin/accounts/1", "alice"),
    ("/admin/audit?person=2", "alice"),
)
