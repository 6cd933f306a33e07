"""The only reader of the wall clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from certtrack.errors import BadInput, BadSettings


class Clock(Protocol):
    """Says what time it is. Rules and services never ask for it by themselves: they are told."""

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """This moment, aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Always says the same moment: for `--as-of` and for tests."""

    at: datetime

    def now(self) -> datetime:
        """The moment it was made with."""
        return self.at


@dataclass(frozen=True, slots=True)
class OffsetClock:
    """The machine's clock moved by the whole seconds that a file holds.

    The file is read at each call, so that all processes of one test move together. A missing file moves nothing.
    """

    file: Path

    def now(self) -> datetime:
        """This moment and the file's seconds, aware, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._offset())

    def _offset(self) -> int:
        try:
            text = self.file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return 0
        try:
            return int(text or 0)
        except ValueError as error:
            raise BadSettings(f"{self.file} must hold a whole number of seconds, not {text!r}.") from error


def make_clock(offset_file: Path | None, *, is_production: bool) -> Clock:
    """The clock of this installation. Raises BadSettings where production was given an offset."""
    if offset_file is None:
        return WallClock()
    if is_production:
        raise BadSettings("CERTTRACK_CLOCK_FILE moves the clock and is refused in production; take it away.")
    return OffsetClock(offset_file)


def check_zone(zone: str) -> str:
    """The zone itself. Raises BadInput for one that nobody knows."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is an OSError
        raise BadInput(f"{zone!r} isn't a time zone; say, for example, America/Chicago.") from error
    return zone


def today_in(clock: Clock, zone: str) -> date:
    """The day that it is in `zone`."""
    return clock.now().astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The first moment of `day` in `zone`; aware, UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def noon_of(day: date, zone: str) -> datetime:
    """Noon of `day` in `zone`, aware, UTC: the moment that `--as-of DAY` acts at."""
    return datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The last second of `day` in `zone`, aware, UTC: a last valid day is included. `date.max` ends a day early."""
    return datetime.combine(min(day, date.max - timedelta(days=1)), time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
