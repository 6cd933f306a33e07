"""Recertifying step by step, the packet, and the words to be agreed to."""

AT = "/people/2/certifications/2"
FULL = ((f"{AT}/recertify", "carol"), (f"{AT}/recertify/statement", "carol"))
NIGHTLY = (
    (f"{AT}/recertify/hours", "carol"),
    (f"{AT}/recertify/evidence", "carol"),
    (f"{AT}/recertify/fee", "carol"),
    (f"{AT}/recertify/send", "carol"),
    (f"{AT}/recertify/send", "bob"),
    (f"{AT}/packet?certificates=1", "carol"),
    ("/people/18/certifications/18/recertify/exam", "alice"),
    ("/wordings", "alice"),
    ("/wordings/1/new", "alice"),
)
