"""A certification that somebody brings along, put on record from its certificate."""

FULL = (("/people/2/certificate", "alice"),)
NIGHTLY = (("/people/2/certifications/2/day", "alice"),)
