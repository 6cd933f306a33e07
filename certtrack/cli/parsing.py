"""Days and moments as they are typed on the command line."""

from datetime import UTC, date, datetime

import click

from certtrack.rules.calendar import check_day


class DayType(click.ParamType[date]):
    """A day, written 2026-05-15."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; wrong usage where there is no such day."""
        if isinstance(value, date):
            return value
        try:
            return check_day(date.fromisoformat(value))
        except ValueError:
            self.fail(f"{value!r} isn't a day that exists. Write year, month and day: 2026-05-15.", param, ctx)


class MomentType(click.ParamType[datetime]):
    """A moment with its zone, written 2026-05-15T17:00-05:00 or 2026-05-15T22:00Z."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, aware, UTC; wrong usage where it can't be read or says no zone."""
        if isinstance(value, datetime):
            return value
        example = "Write 2026-05-15T17:00-05:00, or 2026-05-15T22:00Z."
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} isn't a moment. {example}", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} says no zone, and could be any zone's. {example}", param, ctx)
        return moment.astimezone(UTC)


DAY = DayType()
MOMENT = MomentType()
