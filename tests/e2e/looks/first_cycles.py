"""A certification that somebody brings along, put on record from its certificate."""

FULL = (("/people/2/certificate", "alice"),)
NIGHTLY: tuple[tuple[str, str], ...] = ()
