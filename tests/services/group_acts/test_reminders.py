"""What is given to many sends nothing by itself: what many would be mailed waits until somebody has looked."""

from datetime import date

from kit.credits import Cast
from kit.group_acts import LATER, add_people, begin, give_all, give_some, make_wish, plan, take_back_all, work
from kit.planning import Planner
from kit.world import World

from certtrack.services.reminders.causes import list_held, release_cause

GRACE_DAY = date(2026, 11, 1)


def test_until_the_last_is_written_nobody_is_mailed_and_then_few_are(world: World, planner: Planner) -> None:
    people = add_people(world, 4)
    act_id = begin(world, plan(world, make_wish(due_on=date(2026, 11, 15))))
    world.move_to(GRACE_DAY)
    give_some(world, act_id, 2)
    planner.look()
    given = [planner.says(cycle) for _, _, cycle in people[:2]]
    assert all("held:cause" in each.values() and "planned" not in each.values() for each in given)
    work(world, act_id)
    planner.look()
    assert all("planned" in planner.says(cycle).values() for _, _, cycle in people)


def test_more_than_the_policy_lets_pass_wait_by_the_letters_name(world: World, planner: Planner) -> None:
    planner.change_policy(2, with_="guard_above = 3")
    planner.look()
    people = add_people(world, 5)
    planner.look()
    world.move_to(date(2026, 10, 20))
    act_id = give_all(world, make_wish(due_on=date(2026, 11, 14)))
    planner.look(date(2026, 10, 31))
    assert all("planned" not in planner.says(cycle).values() for _, _, cycle in people)
    with world.database.reading() as session:
        assert [(held.key, held.kind, held.people_count) for held in list_held(session)] == [
            (f"group:{act_id}", "group", 5)
        ]
    with world.database.writing() as session:
        assert release_cause(session, f"group:{act_id}", actor=world.actor, at=world.at) == 5


def test_former_days_that_come_back_to_many_wait_too(world: World, cast: Cast, planner: Planner) -> None:
    planner.change_policy(2, with_="guard_above = 3")
    people = add_people(world, 5)
    planner.look(date(2026, 10, 20))
    planner.settle()
    act_id = give_all(world, make_wish(due_on=LATER))
    planner.look(date(2026, 11, 5))
    planner.settle()
    take_back_all(world, act_id)
    planner.look(date(2026, 11, 6))
    assert planner.cause(f"group_undone:{act_id}").state == "held"
    assert all("planned" not in planner.says(cycle).values() for _, _, cycle in people)


def test_waived_hours_set_no_mail_going(world: World, cast: Cast, planner: Planner) -> None:
    planner.look(date(2026, 10, 1))
    before = planner.says(cast.cycle)
    give_all(world, make_wish(waives=("total",)))
    planner.look()
    assert planner.says(cast.cycle) == before
