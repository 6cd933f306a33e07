"""Whenever the planner looks and whenever mail goes, each copy has its one say, after its holder had theirs."""

from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kit.copies import assign, make_text, use_policy
from kit.databases import on_sqlite
from kit.examples import count_examples
from kit.planning import Planner
from kit.world import World

from certtrack.services.reminders.holder_first import Own, find_head_start

BEGUN = date(2025, 1, 1)
POLICY = make_text(before_14="repeat_every_days = 2\nrepeats = 2")

steps = st.lists(st.tuples(st.integers(0, 40), st.sampled_from((True, True, False))), min_size=3, max_size=9)


@on_sqlite
@settings(
    max_examples=count_examples(10),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a database is too slow for making a failure smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(due_on=st.dates(date(2026, 1, 1), date(2031, 12, 31)), begins=st.integers(0, 50), steps=steps)
def test_a_copy_is_told_once_never_before_its_holder_and_always_the_most_urgent(
    world: World, planner: Planner, due_on: date, begins: int, steps: list[tuple[int, bool]]
) -> None:
    use_policy(world, POLICY)
    world.move_to(BEGUN)
    carol, bob = world.person("Carol"), world.person("Bob")
    assign(world, carol, bob, from_on=BEGUN)
    world.move_to(due_on - timedelta(days=begins))
    _, cycle = world.certify(carol, due_on)
    for days, is_mailed in steps:
        world.at += timedelta(days=days)
        planner.look()
        check(planner, cycle)
        if is_mailed:
            planner.settle()
    planner.close(cycle)


def check(planner: Planner, cycle: int) -> None:
    copies, today = planner.copies(cycle), planner.world.today
    keys = [(row.stage, row.occurrence, row.anchor_on, row.recipient_id) for row in copies]
    assert len(set(keys)) == len(keys), "told twice"
    assert all(row.occurrence == 0 for row in copies), "a repeat is the holder's alone"
    waiting = [row for row in copies if row.state == "planned"]
    assert len(waiting) <= 1, "only the most urgent"
    own = {(row.stage, row.occurrence): row for row in planner.rows(cycle)}
    told = [Own(row.stage_on, row.state, row.reason, row.settled_at) for row in own.values()]
    for row in copies:
        assert row.reason or row.state in ("planned", "sent", "expired")
        if row.state in ("planned", "sent"):
            start = find_head_start(told, own[row.stage, 0].stage_on)
            assert start.told_at is not None
            assert row.stage_on >= start.told_at.date() + timedelta(days=3)
        for later in waiting:
            assert row.stage_on <= later.stage_on or row.state != "sent", "overtaken by what was told"
    next_on = planner.next_on(cycle)
    assert next_on is None or next_on > today
