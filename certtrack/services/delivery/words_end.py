"""Until when the words of a mail are true as they stand: its reminders may stay true for longer, in other words."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from certtrack.clock import end_of
from certtrack.rules.cycles import get_phase, phases_of
from certtrack.services.delivery.rechecking import Ripe
from certtrack.services.other_days.checking import RipeDay


def find_words_end(ripe: Sequence[Ripe | RipeDay], at: datetime) -> datetime:
    """The last moment at which all that a mail composed at `at` says of these is true, aware UTC.

    What tells how far a day is, "7 days from today", ends with its own day. Once the earliest reading of a day has
    passed both are named, until the latest has.
    """
    return min(_find_end(one, at) for one in ripe)


def _find_end(one: Ripe | RipeDay, at: datetime) -> datetime:
    today = at.astimezone(ZoneInfo(one.zone)).date()
    act_by = _find_act_by(one, today)
    if act_by < today or act_by == date.max:
        return one.reminder.valid_until
    return min(one.reminder.valid_until, end_of(today, one.zone))


def _find_act_by(one: Ripe | RipeDay, today: date) -> date:
    if isinstance(one, RipeDay):
        return one.item.due_on
    return get_phase(phases_of(one.days), today).act_by
