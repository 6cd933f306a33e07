"""A sitting that is called off: whoever was told of it is told that, once, and nobody else."""

from dataclasses import replace
from datetime import date

import pytest
from kit.delivery import Deliverer
from kit.exams import hold, seat
from kit.mails import read
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select, update

from certtrack.db.models import OtherDay, Reminder
from certtrack.services.exams.sittings import NewSitting, amend_sitting, get_sitting
from certtrack.services.other_days.planning import plan_other_batch

HELD = date(2026, 6, 20)
DAY = NewSitting(HELD, "Lakeside Hall, room 1", 5)
OFF = replace(DAY, is_called_off=True)
TOLD_ON = date(2026, 6, 5)


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_shipped()


def amend(world: World, sitting_id: int, new: NewSitting) -> None:
    with world.database.writing() as session:
        sitting = get_sitting(session, world.actor, sitting_id)
        amend_sitting(session, sitting, new, expected_no=sitting.no, reason=None, actor=world.actor, at=world.at)


def tell(world: World, planner: Planner, *people: int) -> int:
    """The number of a sitting of which these people were mailed."""
    sitting_id = hold(world, 5, held_on=HELD, place=DAY.place)
    for person in people:
        seat(world, sitting_id, person)
    planner.look(TOLD_ON)
    planner.settle()
    return sitting_id


def says(planner: Planner) -> list[str]:
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in planner.rows()]


def test_whoever_was_told_is_told_once_that_it_does_not_take_place(world: World, deliverer: Deliverer) -> None:
    planner = deliverer.planner
    sitting_id = tell(world, planner, world.person())
    amend(world, sitting_id, OFF)
    assert planner.look()["planned"] == 1
    assert planner.look()["looked_at"] == 0
    assert says(planner) == ["before_14 sent", "called_off planned"]
    deliverer.deliver()
    planner.look(date(2026, 6, 17))
    deliverer.deliver()
    assert says(planner) == ["before_14 sent", "called_off sent"]
    [mail] = deliverer.smtp.list_taken()
    letter = read(mail.data)
    assert letter.message["Subject"] == "A date to keep in mind"
    assert "Your exam on Saturday, June 20, 2026 doesn't take place." in letter.flat
    assert letter.calendar is not None
    assert "METHOD:CANCEL" in letter.calendar
    assert "STATUS:CANCELLED" in letter.calendar


def test_whoever_was_told_nothing_gets_nothing_and_what_waits_is_superseded(world: World, planner: Planner) -> None:
    sitting_id = tell(world, planner, world.person())
    late = world.person("Dave")
    seat(world, sitting_id, late)
    planner.look(date(2026, 6, 17))
    assert {row.state for row in planner.rows() if row.stage == "before_3"} == {"planned"}
    amend(world, sitting_id, OFF)
    planner.look()
    assert [(row.stage, row.state, row.reason) for row in planner.rows() if row.recipient_id == late][-1] == (
        "before_3",
        "superseded",
        "called_off",
    )
    assert [row.recipient_id for row in planner.rows() if row.stage == "called_off"] != [late]
    assert sum(row.stage == "called_off" for row in planner.rows()) == 1


def test_two_planners_and_one_that_died_make_one_mail(world: World, planner: Planner) -> None:
    sitting_id = tell(world, planner, world.person())
    amend(world, sitting_id, OFF)
    with world.database.writing() as session:
        assert plan_other_batch(session, world.rulebook, at=world.at).planned == 1
        session.rollback()  # it died before it had committed
    assert says(planner) == ["before_14 sent"]
    planner.look()
    with world.database.writing() as session:  # as for a second planner that had read the day before the first wrote
        session.execute(update(OtherDay).values(next_look_at=world.at))
    planner.look()
    assert says(planner) == ["before_14 sent", "called_off planned"]


def test_without_an_address_it_waits_for_one_and_is_not_told_after_the_day(world: World, planner: Planner) -> None:
    carol = world.person()
    sitting_id = tell(world, planner, carol)
    planner.change(carol, private_address=None)
    amend(world, sitting_id, OFF)
    planner.look()
    assert says(planner)[-1] == "called_off suppressed no_address"
    planner.change(carol, private_address="carol@example.org")
    planner.look()
    assert says(planner)[-1] == "called_off planned"
    planner.look(date(2026, 6, 22))
    assert says(planner)[-1] == "called_off expired"


def test_one_that_was_called_off_after_its_day_is_told_to_nobody(world: World, planner: Planner) -> None:
    sitting_id = tell(world, planner, world.person())
    world.move_to(date(2026, 6, 21))
    amend(world, sitting_id, OFF)
    planner.look()
    assert "called_off" not in {row.stage for row in planner.rows()}


def test_one_that_takes_place_after_all_is_told_as_it_is_now_and_called_off_again_once_more(
    world: World, planner: Planner
) -> None:
    sitting_id = tell(world, planner, world.person())
    amend(world, sitting_id, OFF)
    planner.look()
    amend(world, sitting_id, DAY)
    planner.look()
    assert says(planner) == ["before_14 sent", "called_off superseded on_again"], "nobody was told of it"
    amend(world, sitting_id, OFF)
    planner.look()
    planner.settle()
    amend(world, sitting_id, DAY)
    planner.look(date(2026, 6, 8))
    assert says(planner)[-1] == "day_moved planned"
    planner.settle()
    amend(world, sitting_id, OFF)
    planner.look()
    planner.settle()
    planner.look(date(2026, 6, 9))
    assert says(planner) == ["before_14 sent", "called_off sent", "day_moved sent", "called_off sent"]


def test_a_mail_that_may_have_arrived_counts_as_told(world: World, deliverer: Deliverer) -> None:
    sitting_id = hold(world, 5, held_on=HELD, place=DAY.place)
    seat(world, sitting_id, world.person())
    deliverer.planner.look(TOLD_ON)
    deliverer.smtp.set_behaviour("close", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    amend(world, sitting_id, OFF)
    deliverer.end_waits()
    deliverer.deliver()
    assert says(deliverer.planner) == ["before_14 superseded called_off"]
    deliverer.planner.look()
    assert says(deliverer.planner)[-1] == "called_off planned"
    assert deliverer.deliver() == {"accepted": 1}


def test_between_plan_and_send_it_is_asked_again(world: World, deliverer: Deliverer) -> None:
    sitting_id = tell(world, deliverer.planner, world.person())
    amend(world, sitting_id, OFF)
    deliverer.planner.look()
    with world.database.writing() as session:
        day = session.scalars(select(OtherDay)).one()
        day.closed_on = day.closed_for = None
    deliverer.deliver()
    assert says(deliverer.planner)[-1] == "called_off superseded on_again"
    assert deliverer.recipients() == []


def test_whoever_turns_out_not_to_have_been_told_is_not_told_that_it_is_off(world: World, deliverer: Deliverer) -> None:
    sitting_id = tell(world, deliverer.planner, world.person())
    amend(world, sitting_id, OFF)
    deliverer.planner.look()
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.state == "sent").values(state="failed", reason="bounced"))
    deliverer.deliver()
    assert says(deliverer.planner)[-1] == "called_off superseded called_off"
