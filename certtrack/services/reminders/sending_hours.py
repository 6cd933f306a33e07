"""When a mail may go out, in the recipient's own time: from the policy's hour on, and never in the quiet hours."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `from_` until before `until`, over midnight where `until` is the earlier; none where they are the same."""

    from_: time
    until: time

    def has(self, hour: time) -> bool:
        """True for a time of day that is quiet."""
        if self.from_ <= self.until:
            return self.from_ <= hour < self.until
        return hour >= self.from_ or hour < self.until


def known_zone(zone: str, otherwise: str) -> str:
    """`zone`, or `otherwise` where the machine doesn't know it any more: zones are given up now and then."""
    try:
        ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return otherwise
    return zone


def find_send_after(stage_on: date, send_at: time, quiet: QuietHours, zone: str, at: datetime) -> datetime:
    """The stage's day at `send_at` in `zone`, or `at` where that is past; out of quiet hours it waits for their end."""
    return after_quiet(max(at_hour(stage_on, send_at, zone), at), quiet, zone)


def at_hour(day: date, hour: time, zone: str) -> datetime:
    """That hour of the day in `zone`; aware, UTC. One that a change of clocks leaves out is moved by the change."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def after_quiet(moment: datetime, quiet: QuietHours, zone: str) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in, in `zone`; aware, UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    if not quiet.has(local.time()):
        return moment
    is_tonight = quiet.from_ > quiet.until and local.time() >= quiet.from_
    day = local.date() + timedelta(days=1 if is_tonight else 0)
    return max(at_hour(day, quiet.until, zone), moment)  # an hour that comes twice ends the first time
