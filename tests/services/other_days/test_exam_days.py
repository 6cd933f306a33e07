"""Exams that people have a seat for: who is reminded, when, and of which day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from kit.delivery import Deliverer
from kit.exams import hold, seat
from kit.mails import read
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import event, select

from certtrack.db.models import ExamRegistration, OtherDay, Reminder
from certtrack.services.exams.sittings import NewSitting, amend_sitting, get_sitting, withdraw_registration

HELD = date(2026, 6, 20)  # a Saturday; the day 14 before it is one too
DAY = NewSitting(HELD, "Lakeside Hall, room 1", 5, begins_at=time(9, 30), to_bring="A photo ID and a pencil.")


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_shipped()


def give_seat(world: World, person_id: int, new: NewSitting = DAY) -> int:
    """The number of the sitting in which they have a seat."""
    sitting_id = hold(world, new.seats, held_on=new.held_on, place=new.place, begins_at=new.begins_at,
                      to_bring=new.to_bring)  # fmt: skip
    seat(world, sitting_id, person_id)
    return sitting_id


def amend(world: World, sitting_id: int, new: NewSitting, no: int = 1) -> None:
    with world.database.writing() as session:
        sitting = get_sitting(session, world.actor, sitting_id)
        amend_sitting(session, sitting, new, expected_no=no, reason=None, actor=world.actor, at=world.at)


def give_up(world: World, sitting_id: int) -> None:
    with world.database.writing() as session:
        found = session.scalars(select(ExamRegistration).where(ExamRegistration.sitting_id == sitting_id)).one()
        withdraw_registration(session, found, reason=None, actor=world.actor, at=world.at)


def call_off(world: World, sitting_id: int) -> None:
    amend(world, sitting_id, replace(DAY, is_called_off=True))


def days_of(world: World) -> list[OtherDay]:
    with world.database.reading() as session:
        return list(session.scalars(select(OtherDay).order_by(OtherDay.id)))


def says(planner: Planner) -> list[str]:
    """Every reminder of an exam, in the order of writing: stage, state, reason."""
    rows = [row for row in planner.rows() if row.subject_kind == "exam_sitting"]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def test_a_seat_is_reminded_of_by_its_own_stages_and_each_once(world: World, planner: Planner) -> None:
    give_seat(world, world.person())
    planner.look(date(2026, 6, 4))
    assert says(planner) == []
    assert planner.look(date(2026, 6, 5))["planned"] == 1  # the Friday before
    assert planner.look(date(2026, 6, 5), hour_utc=18)["looked_at"] == 0
    [row] = [row for row in planner.rows() if row.subject_kind == "exam_sitting"]
    assert row.send_after == datetime(2026, 6, 5, 17, tzinfo=UTC)
    assert row.valid_until == datetime(2026, 6, 21, 4, 59, 59, tzinfo=UTC)
    planner.settle()
    planner.look(date(2026, 6, 17))
    assert says(planner) == ["before_14 sent", "before_3 planned"]


def test_with_nothing_due_one_probe_is_all(world: World, planner: Planner) -> None:
    give_seat(world, world.person())
    planner.look()
    seen: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    assert planner.other_batch().looked_at == 0
    assert sum(one.startswith("SELECT") for one in seen) == 1


def test_an_outage_tells_the_most_urgent_stage_alone_and_nothing_after_the_day(world: World, planner: Planner) -> None:
    give_seat(world, world.person())
    planner.look(date(2026, 6, 19))
    assert says(planner) == ["before_14 superseded overtaken", "before_3 superseded overtaken", "before_1 planned"]
    planner.look(date(2026, 6, 22))
    assert says(planner)[-1] == "before_1 expired"


def test_a_seat_given_late_is_told_of_what_still_comes(world: World, planner: Planner) -> None:
    world.move_to(date(2026, 6, 18))
    give_seat(world, world.person())
    planner.look()
    assert says(planner) == ["before_14 superseded before_record", "before_3 superseded before_record"]
    planner.look(date(2026, 6, 19))
    assert says(planner)[-1] == "before_1 planned"


def test_a_seat_given_up_or_a_sitting_called_off_is_told_no_more(world: World, planner: Planner) -> None:
    for word, stop in (("day_closed", give_up), ("called_off", call_off)):
        world.move_to(date(2026, 5, 15))
        sitting_id = give_seat(world, world.person())
        planner.look(date(2026, 6, 5))
        stop(world, sitting_id)
        assert says(planner)[-1] == f"before_14 superseded {word}"
        planner.look(date(2026, 6, 17))
        assert says(planner)[-1] == f"before_14 superseded {word}"
    assert [day.closed_for for day in days_of(world)] == ["withdrawn", "called_off"]


def test_a_seat_taken_again_is_reminded_of_again(world: World, planner: Planner) -> None:
    carol = world.person()
    sitting_id = give_seat(world, carol)
    give_up(world, sitting_id)
    seat(world, sitting_id, carol)
    planner.look(date(2026, 6, 5))
    assert says(planner) == ["before_14 planned"]
    assert len(days_of(world)) == 1


def test_whoever_was_mailed_is_told_once_that_the_day_has_moved(world: World, planner: Planner) -> None:
    sitting_id = give_seat(world, world.person())
    planner.look(date(2026, 6, 5))
    planner.settle()
    amend(world, sitting_id, replace(DAY, held_on=date(2026, 6, 27)))
    planner.look(date(2026, 6, 6))
    assert says(planner) == ["before_14 sent", "day_moved planned"]
    planner.settle()
    planner.look(date(2026, 6, 7))
    assert says(planner) == ["before_14 sent", "day_moved sent"]
    planner.look(date(2026, 6, 12))
    assert says(planner)[-1] == "before_14 planned"


def test_a_day_moved_away_and_back_before_anybody_was_mailed_needs_no_mail(world: World, planner: Planner) -> None:
    sitting_id = give_seat(world, world.person())
    planner.look(date(2026, 6, 5))
    amend(world, sitting_id, replace(DAY, held_on=date(2026, 6, 27)))
    planner.look()
    assert says(planner) == ["before_14 superseded day_moved"]
    amend(world, sitting_id, DAY, no=2)
    planner.look()
    assert says(planner) == ["before_14 planned"]


def test_an_address_added_later_is_still_told(world: World, planner: Planner) -> None:
    carol = world.person(address=None)
    give_seat(world, carol)
    planner.look(date(2026, 6, 5))
    assert says(planner) == ["before_14 suppressed no_address"]
    planner.change(carol, private_address="carol@example.org")
    planner.look()
    assert says(planner) == ["before_14 planned"]


def test_nobody_who_has_died_is_told(world: World, planner: Planner) -> None:
    carol = world.person()
    give_seat(world, carol)
    planner.change(carol, died_on=date(2026, 5, 20))
    planner.look(date(2026, 6, 5))
    assert says(planner) == ["before_14 suppressed died"]


def test_one_mail_says_the_exam_and_the_due_day_with_all_that_is_known(world: World, deliverer: Deliverer) -> None:
    carol = world.person()
    world.certify(carol, date(2026, 12, 1))
    give_seat(world, carol)
    deliverer.planner.look(date(2026, 6, 5))
    world.move_to(date(2026, 6, 5))
    deliverer.deliver()
    [mail] = deliverer.smtp.list_taken()
    text = read(mail.data).flat
    assert "Your exam is on Saturday, June 20, 2026." in text
    assert "Your recertification is due on that day." in text
    assert "It begins at 9:30" in text
    assert "The place: Lakeside Hall, room 1." in text
    assert "What to bring: A photo ID and a pencil." in text
    assert {row.state for row in deliverer.planner.rows() if row.state != "superseded"} == {"sent"}


def test_what_fell_away_between_plan_and_send_is_not_mailed(world: World, deliverer: Deliverer) -> None:
    give_seat(world, world.person())
    deliverer.planner.look(date(2026, 6, 5))
    with world.database.writing() as session:
        day = session.scalars(select(OtherDay)).one()
        day.closed_on, day.closed_for = world.today, "called_off"
    deliverer.deliver()
    assert deliverer.recipients() == []
    assert says(deliverer.planner) == ["before_14 superseded called_off"]


def test_a_mail_that_may_have_arrived_goes_again_only_while_there_is_an_exam(
    world: World, deliverer: Deliverer
) -> None:
    give_seat(world, world.person())
    deliverer.planner.look(date(2026, 6, 5))
    deliverer.smtp.set_behaviour("close", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    deliverer.end_waits()
    with world.database.writing() as session:
        assert session.scalars(select(Reminder.state)).one() == "in_mail"
        day = session.scalars(select(OtherDay)).one()
        day.closed_on, day.closed_for = world.today, "called_off"
    deliverer.deliver()
    assert says(deliverer.planner) == ["before_14 superseded called_off"]
    assert deliverer.states() == ["unknown"]
