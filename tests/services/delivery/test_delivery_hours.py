"""Quiet hours hold when a mail is late too: after an outage, between two tries, on a release at night."""

from datetime import UTC, date, datetime

import pytest
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World

from certtrack.db.models import Email
from certtrack.services.reminders.causes import release_person

EVENING = datetime(2026, 5, 5, 1, tzinfo=UTC)  # eight in the evening of May 4, in Chicago
MORNING = datetime(2026, 5, 5, 13, tzinfo=UTC)  # eight in the morning there
LAST_QUIET = datetime(2026, 5, 5, 12, 59, 59, tzinfo=UTC)


def test_a_reminder_that_is_late_waits_for_the_morning(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person())
    for world.at in (EVENING, LAST_QUIET):
        assert deliverer.deliver() == {}
        assert (planner.row(cycle, "before_180").state, planner.row(cycle, "before_180").send_after) == (
            "planned",
            MORNING,
        )
    world.at = MORNING
    assert deliverer.deliver() == {"accepted": 1}


def test_the_last_moment_before_the_quiet_hours_is_none_of_them(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    world.at = datetime(2026, 5, 5, 0, 59, 59, tzinfo=UTC)
    assert deliverer.deliver() == {"accepted": 1}


def test_a_planner_that_looks_at_night_leaves_the_morning_as_it_is(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person())
    world.at = EVENING
    deliverer.deliver()
    planner.change(1, zone="America/Chicago")
    planner.look(date(2026, 5, 5), hour_utc=5)
    assert planner.row(cycle, "before_180").send_after == MORNING


def test_a_second_try_waits_for_the_morning(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person())
    deliverer.smtp.set_behaviour("450")
    assert deliverer.deliver() == {"not_taken": 1}
    deliverer.smtp.behave()
    deliverer.end_waits()
    world.at = EVENING
    assert deliverer.deliver() == {}
    assert planner.row(cycle, "before_180").tries == 1
    world.at = MORNING
    assert deliverer.deliver() == {"accepted": 1}


def test_a_mail_in_doubt_waits_for_the_morning(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    deliverer.end_waits()
    world.at = EVENING
    assert deliverer.deliver() == {}
    assert deliverer.states() == ["unknown"]
    assert 12 * 3600 - 10 < deliverer.seconds_until(Email.leased_until) <= 12 * 3600
    deliverer.end_waits()
    world.at = MORNING
    assert deliverer.deliver() == {"accepted": 1}
    first, second = deliverer.smtp.list_taken()
    assert first.message_id != second.message_id, "by then the day is a day nearer, and its mail says so"


def test_what_is_not_true_any_more_in_the_morning_expires_in_the_evening(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(DUE)
    assert planner.waiting(cycle) == ["before_1"]
    world.at = datetime(2026, 11, 1, 1, tzinfo=UTC)  # eight in the evening of October 31
    assert deliverer.deliver() == {}
    row = planner.row(cycle, "before_1")
    assert (row.state, row.settled_at) == ("expired", world.at)


def test_each_sleeps_by_their_own_clock(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"), world.person("Dave", zone="America/New_York"))
    world.at = datetime(2026, 5, 5, 0, 30, tzinfo=UTC)  # half past seven in Chicago, half past eight in New York
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["carol1@example.org"]
    world.at = datetime(2026, 5, 5, 12, tzinfo=UTC)
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients()[1] == "dave2@example.org"


def test_a_release_at_night_mails_in_the_morning(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [(person, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=STAGE_DAY, release_by_name=True)
    planner.look(STAGE_DAY)
    world.at = EVENING
    with world.database.writing() as session:
        assert release_person(session, person, actor=world.actor, at=world.at) == 1
    assert (planner.row(cycle, "grace").state, planner.row(cycle, "grace").send_after) == ("planned", MORNING)
    planner.look(date(2026, 5, 5), hour_utc=5)
    assert deliverer.deliver() == {}
    world.at = MORNING
    assert deliverer.deliver() == {"accepted": 1}


@pytest.mark.parametrize("hour", [1, 8])
def test_what_somebody_waits_for_knows_no_night(world: World, deliverer: Deliverer, hour: int) -> None:
    world.at = datetime(2026, 5, 5, hour, tzinfo=UTC)
    deliverer.queue()
    assert deliverer.deliver_now() == {"accepted": 1}
