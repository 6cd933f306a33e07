"""The queue's desk and one's own decisions; supervision, as each of its pages has it."""

FULL = (("/credits/decided", "bob"),)
PLAIN = (
    ("/credits", "alice"),
    ("/credits?claim=7", "alice"),
)
NIGHTLY = (
    ("/credits?claim=7", "alice"),
    ("/supervision/1", "alice"),
    ("/supervision/1", "carol"),
    ("/supervision/1/amend", "alice"),
    ("/supervision/1/withdraw", "alice"),
    ("/supervision/supervisors", "alice"),
    ("/supervision/supervisors/new", "alice"),
    ("/supervision/supervisors/1/amend", "alice"),
    ("/stand-ins", "bob"),
)
