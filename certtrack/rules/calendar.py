"""Days: adding months and years with the month's end kept, inside the years that the records may hold."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

FIRST_DAY = date(1900, 1, 1)
"""The earliest day that a record may hold. The latest is `date.max`, which also stands for "never"."""

IsDayOff = Callable[[date], bool]
"""True for a day on which offices are closed: a weekend or a holiday."""


def check_day(day: date) -> date:
    """`day` itself. Raises ValueError outside 1900 to 9999: such a year is a slip of the pen."""
    if day < FIRST_DAY:
        raise ValueError(f"{day.isoformat()} lies before {FIRST_DAY.isoformat()}")
    return day


def add_days(day: date, days: int) -> date:
    """`day` moved by `days`, which may be negative; never beyond `date.max`."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        if days < 0:
            raise
        return date.max


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months, clamped to the month's end: January 31 and one month is February 28 or 29.

    Never beyond `date.max`: what would end later never ends. Raises ValueError before the year 1.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if years > date.max.year:
        return date.max
    if years < date.min.year:
        raise ValueError(f"{day.isoformat()} and {months} months lies before the year 1")
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """`day` moved by whole years; February 29 becomes February 28 where the year has none."""
    return add_months(day, 12 * years)


def make_day(year: int, month: int, day: int) -> date:
    """The day of that name in `year`, clamped to the month's end; never beyond `date.max`."""
    return add_years(date(2000, month, day), year - 2000)


def move_earlier(day: date, is_day_off: IsDayOff) -> date:
    """The last working day on or before `day`."""
    while is_day_off(day):
        day -= timedelta(days=1)
    return day


def skip_weekend(day: date) -> date:
    """`day`, or the Monday after it where it is a Saturday or Sunday. Holidays are not known here."""
    return add_days(day, max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
