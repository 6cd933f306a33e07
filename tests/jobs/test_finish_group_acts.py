"""The job that goes on with what was given to a group."""

from collections.abc import Callable

from kit.group_acts import add_people, begin, give_some, list_given, load_act, plan, start_taking_back
from kit.world import World

from jobs.finish_group_acts import run
from jobs.workplace import Workplace


def test_what_a_kill_left_is_written_in_the_name_of_who_decided_it(
    world: World, make_work: Callable[..., Workplace]
) -> None:
    add_people(world, 3)
    act_id = begin(world, plan(world))
    give_some(world, act_id, 1)
    assert run(make_work(stop=lambda: True)) == {"acts": 1}
    assert load_act(world, act_id).done == 1
    assert run(make_work()) == {"acts": 1}
    assert {row.recorded_by for row in list_given(world, act_id)} == {world.actor.key}
    start_taking_back(world, act_id)
    assert run(make_work()) == {"acts": 1}
    assert load_act(world, act_id).state == "undone"
    assert run(make_work()) == {"acts": 0}
