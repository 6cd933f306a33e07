"""When a mail may go out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certtrack.services.reminders.sending_hours import QuietHours, after_quiet, at_hour, find_send_after, known_zone

CHICAGO = "America/Chicago"
NIGHT = QuietHours(time(20), time(8))
NOON = QuietHours(time(12), time(14))
NONE = QuietHours(time(9), time(9))


@pytest.mark.parametrize(
    ("quiet", "hour", "expected"),
    [
        (NIGHT, time(19, 59, 59), False),
        (NIGHT, time(20), True),
        (NIGHT, time(0), True),
        (NIGHT, time(7, 59, 59), True),
        (NIGHT, time(8), False),
        (NOON, time(11, 59), False),
        (NOON, time(12), True),
        (NOON, time(13, 59), True),
        (NOON, time(14), False),
        (NONE, time(9), False),
        (NONE, time(0), False),
    ],
)
def test_quiet_hours_begin_and_end_on_the_hour_also_over_midnight(
    quiet: QuietHours, hour: time, expected: bool
) -> None:
    assert quiet.has(hour) is expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-05-04 21:00", "2026-05-05 08:00"),
        ("2026-05-05 00:00", "2026-05-05 08:00"),
        ("2026-05-05 07:59", "2026-05-05 08:00"),
        ("2026-05-05 08:00", "2026-05-05 08:00"),
        ("2026-05-05 12:00", "2026-05-05 12:00"),
    ],
)
def test_what_would_go_at_night_goes_in_the_morning_after(now: str, expected: str) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CHICAGO)) for text in (now, expected)]
    assert after_quiet(moments[0], NIGHT, CHICAGO) == moments[1]


def test_a_stage_goes_at_its_hour_and_one_that_is_late_at_once_but_for_the_night() -> None:
    day, hour = date(2026, 5, 4), time(9)
    nine = datetime(2026, 5, 4, 14, tzinfo=UTC)
    assert find_send_after(day, hour, NIGHT, CHICAGO, nine - timedelta(hours=8)) == nine
    assert find_send_after(day, hour, NIGHT, CHICAGO, nine + timedelta(hours=3)) == nine + timedelta(hours=3)
    assert find_send_after(day, hour, NIGHT, CHICAGO, nine + timedelta(hours=12)) == nine + timedelta(hours=23)


def test_an_hour_that_is_itself_quiet_waits_for_the_end() -> None:
    at = datetime(2026, 5, 4, 5, tzinfo=UTC)
    assert find_send_after(date(2026, 5, 4), time(6), NIGHT, CHICAGO, at) == datetime(2026, 5, 4, 13, tzinfo=UTC)


def test_an_hour_that_a_change_of_clocks_leaves_out_is_moved_by_the_change() -> None:
    moved = at_hour(date(2027, 3, 14), time(2, 30), CHICAGO)
    assert moved.astimezone(ZoneInfo(CHICAGO)).time() == time(3, 30)


def test_an_end_in_the_hour_that_comes_twice_is_not_waited_for_again() -> None:
    early = QuietHours(time(20), time(1, 30))
    first, second = (datetime(2026, 11, 1, hour, 10, tzinfo=UTC) for hour in (6, 7))  # both are 1:10 in Chicago
    assert after_quiet(first, early, CHICAGO) == first + timedelta(minutes=20)
    assert after_quiet(second, early, CHICAGO) == second


def test_a_zone_that_the_machine_does_not_know_is_replaced_and_one_that_it_knows_is_not() -> None:
    assert known_zone("US/Pacific-New", CHICAGO) == CHICAGO
    assert known_zone("Asia/Tokyo", CHICAGO) == "Asia/Tokyo"


@given(
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  # aware by `timezones`
    quiet=st.builds(QuietHours, st.times(), st.times()),
    zone=st.sampled_from((CHICAGO, "America/New_York", "Pacific/Honolulu", "Asia/Tokyo")),
)
def test_nothing_goes_earlier_than_it_would_nor_more_than_a_day_later(
    moment: datetime, quiet: QuietHours, zone: str
) -> None:
    goes_at = after_quiet(moment, quiet, zone)
    assert moment <= goes_at <= moment + timedelta(hours=25)
    assert goes_at == moment or quiet.has(moment.astimezone(ZoneInfo(zone)).time())
