"""Days begin and end in the zone of the rules, hours are the recipient's: around midnight, and when clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from kit.databases import on_both
from kit.delivery import Deliverer
from kit.mails import read
from kit.planning import Planner
from kit.rules import CPS
from kit.world import World

from certtrack.packs import Packs, Policies
from certtrack.rules.pack import Text

CHICAGO, NEW_YORK = "America/Chicago", "America/New_York"
EAST = "us-east"
"""The same rules as Wisconsin's, in New York's time."""

SECOND = timedelta(seconds=1)


@pytest.fixture
def two_zones(world: World) -> World:
    """A world whose rules know two zones."""
    east = replace(
        world.rulebook.packs.get(CPS),
        key=EAST,
        zone=NEW_YORK,
        office_names=("East",),
        name=Text("East", "Este"),
        short_name=Text("E", "E"),
    )
    packs = Packs([*world.rulebook.packs.list(), east])
    policies = Policies([replace(world.policy, credentials=(*world.policy.credentials, EAST))])
    world.rulebook = replace(world.rulebook, packs=packs, policies=policies)
    return world


def look_at(planner: Planner, moment: datetime) -> None:
    planner.world.at = moment
    planner.look()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_at_midnight_in_new_york_it_is_still_yesterday_in_chicago(two_zones: World, planner: Planner) -> None:
    here = two_zones.certify(two_zones.person(), date(2026, 10, 31))[1]
    there = two_zones.certify(two_zones.person(), date(2026, 10, 31), pack=EAST)[1]
    look_at(planner, utc("2026-05-04T04:00") - SECOND)
    assert planner.rows() == []
    look_at(planner, utc("2026-05-04T04:00"))
    assert (planner.waiting(here), planner.waiting(there)) == ([], ["before_180"])
    look_at(planner, utc("2026-05-04T05:00") - SECOND)
    assert planner.waiting(here) == []
    look_at(planner, utc("2026-05-04T05:00"))
    assert (planner.waiting(here), planner.waiting(there)) == (["before_180"], ["before_180"])


@on_both
@pytest.mark.parametrize(
    ("pack", "zone", "due_on", "stage", "begins", "send_after", "ends"),
    [
        # clocks go forward on Sunday, March 14, 2027
        (CPS, CHICAGO, "2027-03-15", "before_1", "2027-03-14T06:00", "2027-03-14T14:00", "2027-03-16T05:00"),
        (CPS, CHICAGO, "2027-03-14", "before_1", "2027-03-13T06:00", "2027-03-13T15:00", "2027-03-15T05:00"),
        (CPS, CHICAGO, "2027-03-13", "grace", "2027-03-14T06:00", "2027-03-14T14:00", "2027-04-14T05:00"),
        (EAST, NEW_YORK, "2027-03-15", "before_1", "2027-03-14T05:00", "2027-03-14T13:00", "2027-03-16T04:00"),
        (EAST, CHICAGO, "2027-03-15", "before_1", "2027-03-14T05:00", "2027-03-14T14:00", "2027-03-16T04:00"),
        (CPS, NEW_YORK, "2027-03-15", "before_1", "2027-03-14T06:00", "2027-03-14T13:00", "2027-03-16T05:00"),
        # and back on Sunday, November 1, 2026
        (CPS, CHICAGO, "2026-10-31", "grace", "2026-11-01T05:00", "2026-11-01T15:00", "2026-12-01T06:00"),
        (CPS, CHICAGO, "2026-11-01", "before_1", "2026-10-31T05:00", "2026-10-31T14:00", "2026-11-02T06:00"),
        (CPS, CHICAGO, "2026-11-02", "before_1", "2026-11-01T05:00", "2026-11-01T15:00", "2026-11-03T06:00"),
        (EAST, NEW_YORK, "2026-11-02", "before_1", "2026-11-01T04:00", "2026-11-01T14:00", "2026-11-03T05:00"),
        (EAST, CHICAGO, "2026-11-02", "before_1", "2026-11-01T04:00", "2026-11-01T15:00", "2026-11-03T05:00"),
        (CPS, NEW_YORK, "2026-11-02", "before_1", "2026-11-01T05:00", "2026-11-01T14:00", "2026-11-03T06:00"),
        # the leap day is the due day, and the first one after it
        (CPS, CHICAGO, "2028-02-29", "before_1", "2028-02-28T06:00", "2028-02-28T15:00", "2028-03-01T06:00"),
        (CPS, CHICAGO, "2028-02-28", "grace", "2028-02-29T06:00", "2028-02-29T15:00", "2028-03-29T05:00"),
    ],
)
def test_when_clocks_change_and_on_a_leap_day_a_stage_begins_at_midnight_goes_at_nine_and_is_true_until_its_day_ends(
    two_zones: World,
    planner: Planner,
    pack: str,
    zone: str,
    due_on: str,
    stage: str,
    begins: str,
    send_after: str,
    ends: str,
) -> None:
    """Moments are UTC; `ends` is the first one after the last true day."""
    person = two_zones.person(zone=zone)
    due = date.fromisoformat(due_on)
    _, cycle = two_zones.certify(person, due, pack=pack, computed_due_on=None)
    look_at(planner, utc(begins) - SECOND)
    assert stage not in planner.waiting(cycle)
    look_at(planner, utc(begins))
    row = planner.row(cycle, stage)
    assert (row.state, row.send_after) == ("planned", utc(send_after))
    assert row.valid_until == utc(ends) - SECOND
    assert planner.waiting(cycle) == [stage]


@on_both
def test_a_look_in_the_hour_that_comes_twice_says_the_same_both_times(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), date(2026, 10, 31))
    found = []
    for moment in ("2026-11-01T06:30", "2026-11-01T07:30"):  # both are half past one in Chicago
        look_at(planner, utc(moment))
        found.append((planner.waiting(cycle), planner.row(cycle, "grace").send_after, len(planner.rows())))
    assert found[0] == found[1]


def test_quiet_hours_end_by_the_new_clock(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), date(2027, 3, 14), computed_due_on=None)
    look_at(planner, utc("2027-03-14T03:30"))  # half past nine in the evening of March 13
    assert planner.row(cycle, "before_1").send_after == utc("2027-03-14T13:00"), "eight, after the clocks went forward"


def test_in_one_mail_late_in_the_evening_each_day_is_counted_from_its_own_today(
    two_zones: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = two_zones.person(zone="Pacific/Honolulu")
    for pack in (CPS, EAST):
        two_zones.certify(person, date(2026, 10, 31), pack=pack)
    planner.look(date(2026, 5, 4))
    two_zones.at = utc("2026-05-05T04:30")  # May 5 in New York, and elsewhere still May 4
    assert deliverer.deliver() == {"accepted": 1}
    [taken] = deliverer.smtp.list_taken()
    said = read(taken.data).flat
    assert said.count("That's 180 days from today.") == said.count("That's 179 days from today.") == 1
