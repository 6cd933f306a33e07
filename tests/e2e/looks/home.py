"""Where somebody stands, for themselves and for others, and the parts of a record."""

FULL = (
    ("/home", "carol"),
    ("/people/2/credits", "carol"),
    ("/people/2/history", "alice"),
)
NIGHTLY = (
    ("/people/2/credits", "bob"),
    ("/people/2/path", "alice"),
    ("/people/2/path", "carol"),
    ("/people/2/supervision", "bob"),
    ("/people/2/supervision", "carol"),
    ("/people/2/certifications/2", "alice"),
)
