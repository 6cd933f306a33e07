"""One's own record, with all that can be made of it."""

FULL = (
    ("/record", "carol"),
    ("/account/calendar", "carol"),
    ("/people/2/transcript", "carol"),
    ("/people/2/looks", "carol"),
    ("/people/2/names", "carol"),
    ("/people/2/download", "carol"),
)
