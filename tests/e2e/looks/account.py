"""One's own account."""

FULL = (
    ("/account", "alice"),
    ("/account/password", "carol"),
    ("/account/second-step", "carol"),
    ("/account/recovery-codes", "carol"),
)
