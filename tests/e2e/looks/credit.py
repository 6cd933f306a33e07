"""Logging a credit: where it begins, and its form."""

FULL = (("/people/2/credits/new?blank=y", "carol"),)
NIGHTLY = (("/people/2/credits/new?repeat=7", "carol"),)
PLAIN = (
    *(("/people/2/credits/new", "carol"), ("/people/2/credits/new?blank=y", "carol")),
    *(("/people/2/credits/new?repeat=7", "carol"), ("/people/2/credits/7/amend", "bob")),
)
