"""What isn't well is seen by whoever looks, also where no mail's row exists; each alarm is raised and cleared once."""

from datetime import date, timedelta

from kit.delivery import STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Email, Job, Reminder
from certtrack.db.types import db_now
from certtrack.services.alarm_notices import load_alarms
from certtrack.services.alarms import find_alarm, list_alarms
from certtrack.services.delivery.mail_age import load_mail_age
from certtrack.services.delivery.relay import stop_mail
from certtrack.services.schedule import HEARTBEAT, beat, note_ended, note_next_run, note_started
from certtrack.services.watching import Limits, find_troubles, look_after

LIMITS = Limits(silence_s=180, late_s=3600)
DUE = date(2026, 10, 31)


def let_beat(world: World, seconds_ago: float = 0) -> None:
    with world.database.writing() as session:
        beat(session)
        session.execute(update(Job).where(Job.name == HEARTBEAT).values(heartbeat_at=db_now(-seconds_ago)))


def look(world: World) -> list[tuple[str, bool]]:
    """One look: each change by kind, and whether it was raised."""
    with world.database.writing() as session:
        return [(change.alarm.kind, change.is_raised) for change in look_after(session, LIMITS, world.at)]


def troubles(world: World) -> dict[str, str | None]:
    with world.database.reading() as session:
        return {trouble.kind: trouble.detail for trouble in find_troubles(session, LIMITS, world.at)}


def test_a_silence_is_raised_once_and_cleared_once(world: World) -> None:
    let_beat(world, 181)
    assert [look(world), look(world)] == [[("scheduler_silent", True)], []]
    let_beat(world)
    assert [look(world), look(world)] == [[("scheduler_silent", False)], []]
    with world.database.reading() as session:
        assert list_alarms(session) == []
        assert [alarm.kind for alarm in load_alarms(session, 5).past] == ["scheduler_silent"]


def test_a_ripe_reminder_that_nobody_takes_up_is_late_though_no_mail_exists(world: World, planner: Planner) -> None:
    let_beat(world)
    _, cycle = world.certify(world.person(), DUE)
    planner.look(STAGE_DAY)
    ripe_at = planner.row(cycle, "before_180").send_after
    for hours, expected in ((0.5, {}), (1.1, {"mail_late": ripe_at.isoformat(timespec="minutes")})):
        world.at = ripe_at + timedelta(hours=hours)
        assert troubles(world) == expected
    with world.database.reading() as session:
        assert (load_mail_age(session, world.at).ripe, load_mail_age(session, world.at).ripe_since) == (1, ripe_at)
        assert load_mail_age(session, world.at).open_mails == 0
    assert look(world) == [("mail_late", True)]
    planner.settle()
    assert look(world) == [("mail_late", False)]


def test_what_the_mail_server_put_off_is_late_only_when_its_next_try_is(world: World, planner: Planner) -> None:
    let_beat(world)
    world.certify(world.person(), DUE)
    planner.look(STAGE_DAY)
    world.at += timedelta(days=1)
    for seconds, expected in ((600, []), (-600, []), (-3601, ["mail_late"])):
        with world.database.writing() as session:
            session.execute(update(Reminder).values(retry_at=db_now(seconds)))
        assert list(troubles(world)) == expected


def test_what_can_not_be_composed_is_late_though_it_is_tried_again_and_again(world: World, planner: Planner) -> None:
    let_beat(world)
    world.certify(world.person(), DUE)
    planner.look(STAGE_DAY)
    world.at += timedelta(days=1)
    with world.database.writing() as session:
        session.execute(update(Reminder).values(retry_at=db_now(3000), reason="not_composed"))
    assert list(troubles(world)) == ["mail_late"]


def test_what_is_held_is_not_late(world: World, planner: Planner) -> None:
    let_beat(world)
    planner.roster(26, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    world.at += timedelta(days=3)
    assert troubles(world) == {}


def test_a_mail_left_lying_with_its_bytes_is_late(world: World, deliverer: Deliverer) -> None:
    let_beat(world)
    deliverer.queue()
    assert troubles(world) == {}
    with world.database.writing() as session:
        session.execute(update(Email).values(leased_until=db_now(-3601)))
    assert list(troubles(world)) == ["mail_late"]


def test_jobs_that_are_late_or_broken_are_named_and_not_guessed_at_in_a_silence(world: World) -> None:
    let_beat(world)
    with world.database.writing() as session:
        for name in ("deliver_mail", "plan_reminders"):
            note_started(session, name)
            note_ended(session, name, "failed")
        note_next_run(session, "plan_reminders", world.clock.now())
        session.execute(update(Job).where(Job.name == "plan_reminders").values(next_run_at=db_now(-3601)))
        session.execute(update(Job).where(Job.name == "deliver_mail").values(bad_ends=3))
    assert troubles(world) == {"job_late": "plan_reminders", "job_broken": "deliver_mail"}
    look(world)
    let_beat(world, 999)
    assert troubles(world) == {"scheduler_silent": None}
    assert look(world) == [("scheduler_silent", True)], "nobody knows of the others"
    let_beat(world)
    with world.database.writing() as session:
        session.execute(update(Job).where(Job.name == "deliver_mail").values(next_run_at=db_now(-3601)))
    look(world)
    with world.database.reading() as session:
        alarm = find_alarm(session, "job_late")
        assert alarm is not None
        assert alarm.detail == "deliver_mail, plan_reminders"


def test_a_mail_server_that_takes_nothing_is_a_trouble_and_its_alarm_is_left_to_those_who_mail(
    world: World,
) -> None:
    let_beat(world)
    with world.database.writing() as session:
        stop_mail(session, "sign_in", at=world.at)
    assert troubles(world) == {"relay_stopped": "sign_in"}
    assert look(world) == []
    with world.database.reading() as session:
        assert find_alarm(session, "relay_stopped") is not None
