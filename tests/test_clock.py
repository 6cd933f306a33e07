"""Clocks, and days in zones."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from certtrack.clock import FixedClock, OffsetClock, end_of, make_clock, noon_of, today_in
from certtrack.errors import BadSettings

CHICAGO = "America/Chicago"


def test_the_offset_moves_the_clock_at_each_call(tmp_path: Path) -> None:
    clock = OffsetClock(tmp_path / "clock")
    for text, by in (("", 0), ("86400\n", 86_400), ("-60", -60)):
        clock.file.write_text(text)
        assert abs(clock.now() - datetime.now(UTC) - timedelta(seconds=by)) < timedelta(seconds=5)
    clock.file.write_text("tomorrow")
    with pytest.raises(BadSettings, match="whole number of seconds"):
        clock.now()


def test_production_refuses_an_offset(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        make_clock(tmp_path / "clock", is_production=True)


@pytest.mark.parametrize(("day", "noon", "end"), [((2026, 3, 8), 17, 4), ((2026, 11, 1), 18, 5), ((2026, 7, 1), 17, 4)])
def test_noon_and_end_hold_on_the_days_of_a_change_of_clocks(day: tuple[int, int, int], noon: int, end: int) -> None:
    assert noon_of(date(*day), CHICAGO) == datetime(*day, noon, tzinfo=UTC)
    assert end_of(date(*day), CHICAGO) == datetime(*day, end, 59, 59, tzinfo=UTC) + timedelta(days=1)


def test_what_never_ends_has_a_last_second_all_the_same() -> None:
    assert end_of(date.max, CHICAGO).year == 9999


def test_today_is_the_zones_day() -> None:
    clock = FixedClock(datetime(2026, 5, 15, 3, tzinfo=UTC))
    assert today_in(clock, CHICAGO) == date(2026, 5, 14)
