"""Days that are moved: into the past, past a stage, away and back."""

from datetime import date

from kit.databases import on_both
from kit.delivery import Deliverer
from kit.mails import read
from kit.planning import Planner
from kit.world import World

DUE = date(2026, 10, 31)


def test_a_day_moved_into_the_past_by_ones_own_act_tells_the_stage_of_the_phase_that_it_is_now(
    world: World, planner: Planner
) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 15))
    planner.settle()
    planner.move_day(cycle, date(2026, 5, 10))
    planner.look()
    assert planner.waiting(cycle) == ["grace"]
    assert planner.row(cycle, "day_moved").state == "expired"
    planner.settle()
    planner.look(date(2026, 6, 15))
    assert planner.waiting(cycle) == ["late"]
    assert planner.row(cycle, "grace").state == "sent"


def test_a_day_moved_far_into_the_past_tells_the_most_urgent_stage_alone(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 7, 15))
    planner.move_day(cycle, date(2026, 5, 10))
    planner.look()
    assert planner.waiting(cycle) == ["late"]


def test_a_day_moved_into_the_past_by_an_import_mails_nothing_by_itself(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 15))
    planner.settle()
    planner.move_day(cycle, date(2026, 5, 10), cause_key="import:2")
    planner.look()
    assert planner.waiting(cycle) == []


def test_a_day_moved_earlier_past_a_stage_says_the_new_day_and_arms_the_coming_stages(
    world: World, planner: Planner
) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 4))
    planner.settle()
    planner.move_day(cycle, date(2026, 7, 15))
    planner.look()
    assert planner.waiting(cycle) == ["day_moved"]
    assert planner.row(cycle, "before_90", date(2026, 7, 15)).state == "superseded"
    planner.settle()
    planner.look(date(2026, 5, 15))
    assert planner.waiting(cycle) == ["before_60"]


@on_both
def test_a_day_moved_back_after_the_move_was_mailed_is_mailed_too(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 8, 3))
    planner.settle()
    planner.move_day(cycle, date(2026, 12, 15))
    planner.look()
    planner.settle()
    planner.move_day(cycle, DUE)
    planner.look()
    moves = [(row.anchor_on, row.state) for row in planner.rows(cycle) if row.stage == "day_moved"]
    assert moves == [(date(2026, 12, 15), "sent"), (DUE, "planned")]
    assert [row.state for row in planner.rows(cycle) if row.stage == "before_90" and row.anchor_on == DUE] == ["sent"]


def test_a_day_moved_by_an_import_arms_its_coming_stages(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 8, 3))
    planner.settle()
    planner.move_day(cycle, date(2026, 12, 15), cause_key="import:2")
    planner.look()
    assert (planner.waiting(cycle), planner.next_on(cycle)) == ([], date(2026, 9, 16))
    planner.look(date(2026, 9, 16))
    assert planner.waiting(cycle) == ["before_90"]
    assert planner.says(cycle)["day_moved"] == "superseded:overtaken", "the stage names the new day"


def test_a_day_moved_twice_before_it_was_told_is_told_once_and_as_it_is_now(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 15))
    planner.settle()
    for day in (date(2026, 12, 15), date(2027, 1, 20)):
        planner.move_day(cycle, day)
        planner.look()
    moves = [(row.anchor_on, row.state, row.reason) for row in planner.rows(cycle) if row.stage == "day_moved"]
    assert moves == [(date(2026, 12, 15), "superseded", "day_moved"), (date(2027, 1, 20), "planned", None)]


def test_a_day_that_moved_just_before_the_mail_goes_is_not_mailed_as_it_was(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person())
    planner.move_day(cycle, date(2026, 12, 15))
    assert deliverer.deliver() == {}
    assert planner.says(cycle)["before_180"] == "superseded:day_moved"
    planner.look()
    assert deliverer.deliver() == {"accepted": 1}
    [taken] = deliverer.smtp.list_taken()
    assert "Tuesday, December 15, 2026" in read(taken.data).flat
