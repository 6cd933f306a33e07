"""Numbers of records as addresses and forms name them."""

HIGHEST = 2**31 - 1
"""The highest that a record can have on either database; asked for a higher one, both break off."""


def read_number(text: str) -> int:
    """The number of a record. Raises ValueError for what none can have."""
    number = int(text)
    if not 0 < number <= HIGHEST:
        raise ValueError(f"no record has the number {text}")
    return number
