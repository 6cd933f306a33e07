"""Days as addresses and forms name them."""

from datetime import date

from certtrack.rules.calendar import check_day


def read_day(text: str | None) -> date | None:
    """The day written as YEAR-MONTH-DAY; None for none. Raises ValueError for what is no day that counts."""
    return check_day(date.fromisoformat(text)) if text else None
