"""Days, hours and outages in planning."""

from datetime import UTC, date, datetime, timedelta

from kit.databases import on_both
from kit.planning import Planner
from kit.world import World

DUE = date(2026, 10, 31)  # a Saturday


@on_both
def test_a_stage_on_a_weekend_moves_earlier(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 7, 30))
    planner.look(date(2026, 7, 31))  # the Friday before August 2
    assert planner.waiting(cycle) == ["before_90"]


def test_nine_o_clock_keeps_to_the_recipient_s_clock_over_its_change(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 10, 30), hour_utc=6)
    assert planner.row(cycle, "before_1").send_after == datetime(2026, 10, 30, 14, tzinfo=UTC)
    planner.look(date(2026, 11, 1), hour_utc=7)  # the clocks change on this day
    assert planner.row(cycle, "grace").send_after == datetime(2026, 11, 1, 15, tzinfo=UTC)


def test_day_by_day_names_the_same_stages_as_once_after_an_outage(world: World, planner: Planner) -> None:
    _, daily = world.certify(world.person(), DUE)
    for by in range(0, 220, 1):
        planner.look(date(2026, 5, 1) + timedelta(days=by))
    _, once = world.certify(world.person(), DUE)
    planner.look()
    assert set(planner.says(once)) == set(planner.says(daily))
    assert planner.waiting(once) == planner.waiting(daily)
