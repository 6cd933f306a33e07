"""Planners, deliverers and files that were away for a while: everything is made good, once, and truly."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from kit.databases import on_both
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.mails import read
from kit.planning import Planner
from kit.rules import CPPS, CPS
from kit.world import World

from certtrack.packs import Policies
from certtrack.services.reminders.planning import plan_batch

FIRST_DAY = date(2026, 9, 1)
"""The stage 60 days before `DUE`; a mail went out on it, and then everything stood still."""


@on_both
@pytest.mark.parametrize(
    ("days", "told", "overtaken"),
    [
        (45, "before_14", ["before_30"]),
        (60, "before_1", ["before_30", "before_14", "before_7"]),
        (61, "grace", ["before_30", "before_14", "before_7", "before_1"]),
        (400, "exam_route", ["before_30", "before_14", "before_7", "before_1", "grace", "late"]),
    ],
)
def test_after_an_outage_one_mail_says_what_is_true_now(
    world: World, deliverer: Deliverer, planner: Planner, days: int, told: str, overtaken: list[str]
) -> None:
    _, cycle = world.certify(world.person(), DUE, armed_on=FIRST_DAY)
    planner.look(FIRST_DAY)
    assert deliverer.deliver() == {"accepted": 1}
    planner.look(FIRST_DAY + timedelta(days=days))
    assert planner.waiting(cycle) == [told]
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.look()["looked_at"] == 0
    assert deliverer.deliver() == {}
    says = planner.says(cycle)
    assert {stage: state for stage, state in says.items() if state == "sent"} == {"before_60": "sent", told: "sent"}
    assert [stage for stage, state in says.items() if state == "superseded:overtaken"] == overtaken
    assert len(says) == 2 + 2 + len(overtaken), "two stages lie before the record"


@on_both
@pytest.mark.parametrize(
    ("days", "first"),
    [
        (45, "At least 20 more hours by October 31, 2026. That's 15 days from today."),
        (400, "The way back by exam is open until Monday, October 30, 2028."),
    ],
)
def test_the_mail_after_an_outage_speaks_of_the_day_as_it_is_then(
    world: World, deliverer: Deliverer, planner: Planner, days: int, first: str
) -> None:
    world.certify(world.person(), DUE)
    planner.look(FIRST_DAY + timedelta(days=days))
    deliverer.deliver()
    [taken] = deliverer.smtp.list_taken()
    said = read(taken.data).flat
    assert said.startswith(f"Hello Carol, {first}")
    assert ("is due on" in said) is (days == 45)


@pytest.mark.parametrize(("days", "told"), [(45, "before_14"), (400, "exam_route")])
def test_while_the_mail_server_alone_is_down_nothing_piles_up(
    world: World, deliverer: Deliverer, planner: Planner, days: int, told: str
) -> None:
    _, cycle = world.certify(world.person(), DUE)
    deliverer.smtp.stop()
    for by in (*range(0, days, 15), days):
        planner.look(FIRST_DAY + timedelta(days=by))
        deliverer.end_minute()
        deliverer.deliver()
        assert len(planner.waiting(cycle)) <= 1
    deliverer.smtp.start()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 1}
    assert [stage for stage, state in planner.says(cycle).items() if state == "sent"] == [told]


def die_planning(world: World) -> None:
    """Plan one batch and die before it is committed."""
    with world.database.writing() as session:
        assert plan_batch(session, world.rulebook, at=world.at).planned == 1
        raise KeyboardInterrupt


def test_a_planner_that_dies_leaves_nothing_and_the_next_plans_the_same(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    world.move_to(FIRST_DAY)
    with pytest.raises(KeyboardInterrupt):
        die_planning(world)
    assert planner.rows() == []
    assert planner.look()["planned"] == 1
    assert planner.says(cycle) == {
        "before_180": "superseded:overtaken",
        "before_90": "superseded:overtaken",
        "before_60": "planned",
    }


def test_without_a_policy_nobody_is_looked_at_and_with_it_again_everything_is_made_good(
    world: World, planner: Planner
) -> None:
    _, cycle = world.certify(world.person(), DUE)
    whole = world.rulebook
    world.rulebook = replace(whole, policies=Policies([]))
    assert planner.look(FIRST_DAY)["looked_at"] == 0
    assert planner.rows() == []
    world.rulebook = whole
    planner.look(FIRST_DAY + timedelta(days=1))
    assert planner.waiting(cycle) == ["before_60"]


def test_a_pack_that_its_policy_has_dropped_waits_alone(world: World, planner: Planner) -> None:
    _, waits = world.certify(world.person(), DUE, pack=CPPS)
    _, goes = world.certify(world.person(), DUE, pack=CPS)
    only_cps = Policies([replace(world.policy, credentials=(CPS,))])
    world.rulebook = replace(world.rulebook, policies=only_cps)
    planner.look(STAGE_DAY)
    assert (planner.waiting(goes), planner.rows(waits)) == (["before_180"], [])
    assert planner.next_on(waits) is not None


def test_a_policy_that_is_gone_does_not_stop_what_was_planned_by_it(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    world.rulebook = replace(world.rulebook, policies=Policies([]))
    world.at = datetime(2026, 5, 4, 18, tzinfo=UTC)
    assert deliverer.deliver() == {"accepted": 1}
