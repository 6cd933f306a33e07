"""Weekends and public holidays of the calendar that a policy names."""

import sys
from datetime import date
from importlib.util import find_spec, module_from_spec

import holidays

from certtrack.rules.calendar import IsDayOff
from certtrack.rules.reminders import Policy


def _load_countries_singly() -> None:
    # The package imports every country of the world at its first use, 8 MB in each process: with it in place unread,
    # the library finds the one country that is asked for.
    spec = find_spec("holidays.countries")
    if spec is not None:
        sys.modules.setdefault(spec.name, module_from_spec(spec))


_load_countries_singly()


def make_days_off(policy: Policy) -> IsDayOff:
    """A function that says whether offices are closed on a day, by the policy's calendar."""
    public = holidays.country_holidays(policy.calendar, subdiv=policy.subdivision)

    def is_day_off(day: date) -> bool:
        return day.weekday() >= 5 or day in public

    return is_day_off


def has_calendar(country: str, subdivision: str | None) -> bool:
    """True where the public holidays of that country and part are known."""
    if len(country) != 2 or subdivision == "":  # the library knows other words too, such as names of its own classes
        return False
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True
