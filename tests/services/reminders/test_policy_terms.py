"""A changed policy: it is noticed by itself, reaches every open cycle, delays nobody, and mails no mass unasked."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.databases import on_both
from kit.planning import Planner
from kit.world import World
from sqlalchemy import delete, select

from certtrack.db.models import AuditEvent, Cycle, PackVersion, PolicyTerm
from certtrack.packs import Policies
from certtrack.services.reminders.causes import list_held, release_cause, release_person
from certtrack.services.reminders.planning import plan_batch
from certtrack.services.reminders.policy_terms import note_policies, rearm_batch

DUE = date(2026, 10, 31)
FIRST = date(2026, 5, 4)
"""The stage 180 days before, which everybody here was told of."""
CHANGED = date(2026, 7, 24)
"""The day after the stage 100 days before, which the first version doesn't have; its next one is on July 31."""
NEXT = date(2026, 7, 31)
CAUSE = "policy:us-wi@2"


def told(world: World, planner: Planner, size: int, due_on: date = DUE) -> list[int]:
    """Put people on record and tell them of the stage 180 days before; their cycles."""
    world.move_to(date(2026, 4, 1))
    cycles = []
    with world.database.writing() as session:
        for _ in range(size):
            person = world.add_person(session)
            cycles.append(world.add_certification(session, person, due_on, computed_due_on=None)[1])
    planner.look(FIRST)
    planner.settle()
    return cycles


def test_a_new_stage_reaches_cycles_that_were_to_be_looked_at_later_and_a_mass_of_it_waits(
    world: World, planner: Planner
) -> None:
    cycles = told(world, planner, 26)
    assert planner.next_on(cycles[0]) == NEXT
    planner.change_policy(2, 100)
    assert planner.look(CHANGED)["held"] == 26
    assert planner.says(cycles[0]) == {"before_180": "sent", "before_100": "held:cause"}
    with world.database.reading() as session:
        [held] = list_held(session)
        assert session.scalar(select(AuditEvent.action).where(AuditEvent.action == "reminders.policy_changed"))
    assert (held.key, held.kind, held.people_count) == (CAUSE, "policy", 26)
    with world.database.writing() as session:
        assert release_cause(session, CAUSE, actor=world.actor, at=world.at) == 26
    assert [planner.waiting(cycle) for cycle in cycles] == [["before_100"]] * 26
    planner.settle()
    assert planner.look(NEXT)["planned"] == 26


def test_a_few_go_out_at_once_and_later_ones_are_no_mass_of_the_change(world: World, planner: Planner) -> None:
    few = told(world, planner, 25)
    later = told(world, planner, 5, date(2026, 11, 30))  # told of nothing yet
    planner.change_policy(2, 100)
    assert planner.look(CHANGED)["planned"] == 30, "25 because of the change, and 5 whose stage it was before too"
    assert planner.cause(CAUSE).state == "passed"
    assert [planner.waiting(cycle) for cycle in few] == [["before_100"]] * 25
    planner.look(date(2026, 8, 24))
    assert [planner.waiting(cycle) for cycle in later] == [["before_100"]] * 5


def test_nobody_is_mailed_before_the_last_batch_was_counted(world: World, planner: Planner) -> None:
    told(world, planner, 26)
    planner.change_policy(2, 100)
    world.move_to(CHANGED)
    planner.notice_policies()
    assert planner.batch(limit=10).planned == 0
    planner.look()
    assert {row.state for row in planner.rows() if row.stage == "before_100"} == {"held"}


def test_whom_the_former_policy_would_have_told_today_is_told_today(world: World, planner: Planner) -> None:
    new = told(world, planner, 26)
    both = told(world, planner, 26, date(2026, 10, 22))  # today is 90 days before
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    assert [planner.waiting(cycle) for cycle in both] == [["before_90"]] * 26
    assert [planner.says(cycle)["before_100"] for cycle in new] == ["held:cause"] * 26


def test_what_waits_goes_out_on_the_day_on_which_the_former_policy_would_have_told(
    world: World, planner: Planner
) -> None:
    cycles = told(world, planner, 26)
    planner.change_policy(2, 100, without=(90,))
    planner.look(CHANGED)
    assert planner.says(cycles[0])["before_100"] == "held:cause"
    assert planner.next_on(cycles[0]) == NEXT
    planner.look(NEXT)
    assert [planner.waiting(cycle) for cycle in cycles] == [["before_100"]] * 26
    planner.settle()
    assert planner.look(date(2026, 8, 5))["planned"] == 0


def test_a_new_stage_that_a_told_one_has_overtaken_is_mailed_to_nobody(world: World, planner: Planner) -> None:
    [cycle, *_] = told(world, planner, 26)
    planner.look(NEXT)
    planner.settle()
    planner.change_policy(2, 100)
    assert planner.look(date(2026, 8, 3))["planned"] == 0
    assert planner.says(cycle) == {"before_180": "sent", "before_90": "sent", "before_100": "superseded:overtaken"}
    assert planner.cause(CAUSE).state == "passed"


def test_a_stage_that_comes_after_the_change_is_a_day_like_any_other(world: World, planner: Planner) -> None:
    told(world, planner, 26)
    planner.change_policy(2, 100)
    assert planner.look(date(2026, 7, 20))["planned"] == 0
    assert planner.look(date(2026, 7, 23))["planned"] == 26


def test_the_first_start_is_no_change_and_neither_is_the_next(world: World, planner: Planner) -> None:
    for _ in range(26):
        world.certify(world.person(), DUE)
    world.move_to(FIRST)
    assert planner.notice_policies() == []
    assert planner.look()["planned"] == 26
    assert planner.notice_policies() == []
    with world.database.reading() as session:
        assert set(session.scalars(select(PolicyTerm.cause_id))) == {None}


def test_before_anybody_is_on_record_a_policy_may_still_be_written(world: World, planner: Planner) -> None:
    assert planner.notice_policies() == []
    with world.database.reading() as session:
        assert session.scalars(select(PackVersion)).all() == []
        assert session.scalars(select(PolicyTerm)).all() == []


def test_the_number_is_the_new_policys(world: World, planner: Planner) -> None:
    told(world, planner, 6)
    planner.change_policy(2, 100, with_="guard_above = 5")
    assert planner.look(CHANGED)["held"] == 6


def test_the_first_policy_of_people_who_had_none_is_a_change(world: World, planner: Planner) -> None:
    whole = world.rulebook
    world.rulebook = replace(whole, policies=Policies([]))
    cycles = [world.certify(world.person(), DUE)[1] for _ in range(26)]
    planner.look(FIRST)
    world.rulebook = whole
    planner.look(CHANGED)
    assert [planner.says(cycle)["before_180"] for cycle in cycles] == ["held:cause"] * 26
    assert planner.cause("policy:us-wi@1").state == "held"


def test_what_was_planned_before_terms_were_kept_is_the_former_policy(world: World, planner: Planner) -> None:
    told(world, planner, 26)
    with world.database.writing() as session:
        session.execute(delete(PolicyTerm))
    planner.change_policy(2, 100)
    assert planner.look(CHANGED)["held"] == 26


def test_a_stage_that_is_none_any_more_is_recalled_and_told_again_when_it_comes_back(
    world: World, planner: Planner
) -> None:
    [cycle] = told(world, planner, 1)
    planner.look(NEXT)
    planner.change_policy(2, without=(90,))
    planner.look(date(2026, 8, 3))
    assert planner.says(cycle)["before_90"] == "superseded:policy_changed"
    planner.change_policy(3)
    planner.look(date(2026, 8, 4))
    assert planner.waiting(cycle) == ["before_90"]


def test_going_back_to_a_former_version_is_a_change_too(world: World, planner: Planner) -> None:
    cycles = told(world, planner, 26)
    first = world.rulebook
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    world.rulebook = first
    world.at += timedelta(hours=1)
    assert planner.notice_policies() == ["us-wi-cps"]
    planner.look()
    assert planner.says(cycles[0])["before_100"] == "superseded:policy_changed"
    planner.change_policy(2, 100)
    planner.look()
    assert [planner.says(cycle)["before_100"] for cycle in cycles] == ["held:cause"] * 26


def die_rearming(world: World) -> None:
    """Set a few cycles to be looked at and die before it is committed."""
    with world.database.writing() as session:
        rearm_batch(session, world.rulebook, at=world.at, limit=7)
        raise KeyboardInterrupt


def test_a_machine_that_still_has_the_former_version_changes_nothing_while_the_others_get_theirs(
    world: World, planner: Planner
) -> None:
    told(world, planner, 26)
    first = world.rulebook
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    with world.database.writing() as session:
        release_cause(session, CAUSE, actor=world.actor, at=world.at)
    newer = world.rulebook
    for _ in range(3):
        world.at += timedelta(minutes=15)
        for world.rulebook in (first, newer):
            assert planner.notice_policies() == []
    assert planner.cause(CAUSE).state == "released", "what somebody has let go stays so"


def test_a_crash_while_cycles_are_set_to_be_looked_at_costs_nobody_a_look(world: World, planner: Planner) -> None:
    cycles = told(world, planner, 30)
    planner.change_policy(2, 100)
    world.move_to(CHANGED)
    with world.database.writing() as session:
        note_policies(session, world.rulebook, actor=world.actor, at=world.at)
        assert rearm_batch(session, world.rulebook, at=world.at, limit=7)
    with pytest.raises(KeyboardInterrupt):
        die_rearming(world)
    while planner.batch().looked_at:
        pass
    assert [planner.says(cycle).get("before_100") for cycle in cycles] == ["held:cause"] * 7 + [None] * 23
    assert planner.cause(CAUSE).state == "open", "more people may come to it"
    planner.look()
    assert [planner.says(cycle)["before_100"] for cycle in cycles] == ["held:cause"] * 30
    assert planner.cause(CAUSE).state == "held"


@on_both
def test_schedulers_that_start_together_notice_one_change(world: World, planner: Planner) -> None:
    told(world, planner, 30)
    planner.change_policy(2, 100)
    world.move_to(CHANGED)

    def run(_number: int) -> None:
        with world.database.writing() as session:
            note_policies(session, world.rulebook, actor=world.actor, at=world.at)
        is_left, looked_at = True, 1
        while is_left:
            with world.database.writing() as session:
                is_left = rearm_batch(session, world.rulebook, at=world.at, limit=5)
        while looked_at:
            with world.database.writing() as session:
                looked_at = plan_batch(session, world.rulebook, at=world.at, limit=5).looked_at

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    planner.look()
    with world.database.reading() as session:
        terms = list(session.execute(select(PolicyTerm.pack_key, PolicyTerm.no, PolicyTerm.rearmed_until)))
        assert session.scalars(select(Cycle.id).where(Cycle.next_stage_on <= CHANGED)).all() == []
    assert sorted(map(tuple, terms)) == [("us-wi-cps", 1, None), ("us-wi-cps", 2, None)]
    assert [row.state for row in planner.rows() if row.stage == "before_100"] == ["held"] * 30


def test_somebody_let_go_by_name_goes_out_while_the_change_is_held(world: World, planner: Planner) -> None:
    cycles = told(world, planner, 26)
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    first = planner.rows(cycles[0])[0].recipient_id
    with world.database.writing() as session:
        assert release_person(session, first, actor=world.actor, at=world.at) == 1
    planner.look()
    assert [planner.waiting(cycle) for cycle in cycles[:2]] == [["before_100"], []]


def test_an_office_lets_its_own_people_go_and_leaves_the_others_held(world: World, planner: Planner) -> None:
    cycles = told(world, planner, 26)
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    with world.database.writing() as session:
        for organization_id, released in ((world.organization_id + 1, 0), (world.organization_id, 26)):
            done = release_cause(session, CAUSE, organization_id=organization_id, actor=world.actor, at=world.at)
            assert done == released
    planner.look()
    assert [planner.waiting(cycle) for cycle in cycles] == [["before_100"]] * 26
    assert planner.cause(CAUSE).state == "held"


def test_what_an_import_holds_stays_held_when_a_change_lets_it_go(world: World, planner: Planner) -> None:
    world.move_to(date(2026, 4, 1))
    cycles = [cycle for _, cycle in planner.roster(26, DUE)]
    planner.look(FIRST)
    planner.change_policy(2, 100)
    planner.look(CHANGED)
    assert {planner.says(cycle)["before_100"] for cycle in cycles} == {"held:cause"}
    with world.database.writing() as session:
        for cause in list_held(session):
            if cause.kind == "policy":
                release_cause(session, cause.key, actor=world.actor, at=world.at)
    assert planner.look()["planned"] == 0
    assert planner.cause("import:1").state == "held"
