"""The queue's desk."""

FULL = (("/credits/decided", "bob"),)
PLAIN = (
    ("/credits", "alice"),
    ("/credits/decided", "bob"),
)
