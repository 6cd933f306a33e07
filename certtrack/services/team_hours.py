"""When the week's mail about a team may go: from the policy's hour on Monday, in its reader's zone, never at night."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import Policy
from certtrack.services.reminders.sending_hours import QuietHours, at_hour, find_send_after, known_zone
from certtrack.services.rulebook import Rulebook

WEEK = timedelta(days=7)


def find_week(at: datetime, zone: str) -> date:
    """The Monday of the week that `at` lies in, in `zone`."""
    today = at.astimezone(ZoneInfo(known_zone(zone, "UTC"))).date()
    return add_days(today, -today.weekday())


def end_of_week(week_on: date, zone: str) -> datetime:
    """The moment at which the week of that Monday is over in `zone`: its mail isn't tried any more. Aware, UTC."""
    return at_hour(add_days(week_on, WEEK.days), time(0), zone)


def find_team_policy(rulebook: Rulebook, packs: Iterable[str], at: datetime) -> Policy | None:
    """The one by which the team is reminded, the first by its packs' keys; else any: it only says the hours."""
    found = (rulebook.find_policy(key, at) for key in packs)
    return next((policy for policy in (*found, *rulebook.policies.list()) if policy is not None), None)


def find_team_hour(policy: Policy, week_on: date, zone: str, at: datetime) -> datetime:
    """The moment from which the mail of that Monday's week may go, as asked at `at`: never before it. Aware, UTC."""
    return find_send_after(week_on, policy.send_at, quiet_of(policy), zone, at)


def quiet_of(policy: Policy) -> QuietHours:
    """The hours in which the policy lets nothing go."""
    return QuietHours(policy.quiet_from, policy.quiet_until)
