"""Whose eyes the days beside those of cycles are for, and what stands on the page."""

from datetime import time, timedelta

from kit.credits import act_as
from kit.exams import hold, open_office, seat
from kit.planning import Planner
from kit.world import World, load_shipped

from certtrack.security import Actor, Role
from certtrack.services.organizations import assign_supervisor
from certtrack.services.other_days.page import ShownDay, list_shown_days


def show(world: World, actor: Actor, person_id: int) -> tuple[ShownDay, ...]:
    with world.database.reading() as session:
        return list_shown_days(session, world.rulebook, actor, person_id, world.clock)


def test_an_exam_is_shown_to_the_holder_and_to_whoever_arranges_it_and_to_no_supervisor(world: World) -> None:
    office = open_office(world)
    bob = world.person("Bob")
    supervisor = act_as(world, world.account("bea", Role.SUPERVISOR, person_id=bob))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=office.carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    sitting = hold(world, place="Room 1", begins_at=time(9, 30))
    seat(world, sitting, office.carol)
    [day] = show(world, office.holder, office.carol)
    assert (day.kind, day.due_on, day.place, day.begins_at) == (
        "exam_sitting", world.today + timedelta(days=14), "Room 1", time(9, 30),
    )  # fmt: skip
    assert day.sitting_id is None, "the holder arranges nothing"
    assert [one.sitting_id for one in show(world, office.agency, office.carol)] == [sitting]
    assert show(world, supervisor, office.carol) == ()


def test_an_exam_is_over_with_its_day(world: World) -> None:
    office = open_office(world)
    seat(world, hold(world), office.carol)
    world.at += timedelta(days=14)
    assert len(show(world, office.holder, office.carol)) == 1
    world.at += timedelta(days=1)
    assert show(world, office.holder, office.carol) == ()


def test_the_mails_of_a_day_stand_with_it_for_whoever_may_see_mail(world: World, planner: Planner) -> None:
    world.rulebook = load_shipped()
    office = open_office(world)
    seat(world, hold(world), office.carol)
    planner.look(world.today + timedelta(days=11))
    [day] = show(world, office.holder, office.carol)
    assert [(mail.stage, mail.state, mail.reason) for mail in day.mails] == [
        ("before_3", "planned", None),
        ("before_14", "superseded", "overtaken"),
    ]
    assert show(world, office.programme, office.carol)[0].mails == ()
