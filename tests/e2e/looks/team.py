"""A supervisor's team and what the list of people leads to; no page of these has a script of its own."""

FULL = (("/team", "bob"), ("/coverage", "bob"))
NIGHTLY = (
    ("/team", "alice"),
    ("/team?open=hours&credential=cps", "bob"),
    ("/team?open=answer&credential=cpps", "bob"),
    ("/team/calendar", "bob"),
    ("/people/waiting", "alice"),
    ("/coverage?as_of=2028-01-15", "alice"),
)
WRONG = (("/team?due_before=2026-02-30", "bob"),)
