"""Weekends and public holidays of the calendar that a policy names."""

from datetime import date

import holidays

from certtrack.rules.calendar import IsDayOff
from certtrack.rules.reminders import Policy


def make_days_off(policy: Policy) -> IsDayOff:
    """A function that says whether offices are closed on a day, by the policy's calendar."""
    public = holidays.country_holidays(policy.calendar, subdiv=policy.subdivision)

    def is_day_off(day: date) -> bool:
        return day.weekday() >= 5 or day in public

    return is_day_off


def has_calendar(country: str, subdivision: str | None) -> bool:
    """True where the public holidays of that country and part are known."""
    parts = holidays.list_supported_countries().get(country)
    return parts is not None and (subdivision is None or subdivision in parts)
