"""One's own record: where everything is, and what is made of it."""

FULL = (("/record", "carol"), ("/people/2/transcript", "carol"))
NIGHTLY = (
    ("/account/calendar", "carol"),
    ("/people/2/looks", "carol"),
    ("/people/2/looks", "alice"),
    ("/people/2/names", "carol"),
    ("/people/8/names", "alice"),
    ("/people/2/download", "carol"),
)
