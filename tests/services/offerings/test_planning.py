"""What is planned: by the person alone, counted in advance by their own rules, and in time logged."""

from datetime import timedelta
from typing import Any

import pytest
from kit.counting import counting_statements
from kit.credits import DUE, Cast, count_minutes, list_events, log, make_new
from kit.databases import on_both
from kit.offerings import ETHICS, TRAUMA, list_planned, make_offering, offer, plan_it
from kit.rules import CPPS
from kit.waiting import do_meanwhile
from kit.world import World
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Credit, PlannedCredit
from certtrack.errors import NotAllowed, NotFound, Refused
from certtrack.rules.facts import CreditPart
from certtrack.security import Actor
from certtrack.services.merges import merge_people
from certtrack.services.offerings.counting import Outlook, load_plannings, look_out, suppose_offering
from certtrack.services.offerings.planning import (
    MOST_PLANS,
    PlanGone,
    TooManyPlans,
    drop_plan,
    log_planned,
    plan_activity,
    plan_offering,
)
from certtrack.services.offerings.records import amend_offering, call_off_offering, get_offering
from certtrack.services.people import get_person


def look(world: World, cast: Cast) -> dict[int, Outlook]:
    """By certification what its hours would be with all that Carol plans."""
    plans = list_planned(world, cast.carol)
    with world.database.reading() as session:
        person = get_person(session, cast.carol)
        found = load_plannings(session, world.rulebook, person, world.clock)
    return {one.certification.id: look_out(one, plans) for one in found}


def counted(outlook: Outlook) -> dict[str, int]:
    return {line.key: line.counted for line in outlook.forecast.found.after.requirements if line.counted}


def drop(world: World, cast: Cast, plan: int, actor: Actor) -> None:
    with world.database.writing() as session:
        drop_plan(session, cast.carol, plan, actor=actor, at=world.at)


def test_a_plan_counts_in_advance_by_the_rules_of_each_certification_and_nowhere_else(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(16), cast.cps)
    plan_it(world, cast.carol, offer(world), actor=cast.holder)
    seen = look(world, cast)
    assert counted(seen[cast.cps]) == {"total": 1140, ETHICS: 60, TRAUMA: 120}
    # what these rules don't know as an area counts for the total alone
    assert TRAUMA not in {area.key for area in seen[cast.cpps].planning.areas}
    assert counted(seen[cast.cpps]) == {"total": 180, ETHICS: 60}
    assert seen[cast.cps].least.minutes == 60
    assert count_minutes(world, cast.cps, world.today) == ("short", 960)


def test_what_was_called_off_counts_no_more(world: World, cast: Cast) -> None:
    number = offer(world)
    plan_it(world, cast.carol, number, actor=cast.holder)
    with world.database.writing() as session:
        call_off_offering(session, get_offering(session, number), "", expected_no=1, actor=world.actor, at=world.at)
    assert counted(look(world, cast)[cast.cps]) == {}


def test_what_was_logged_without_its_plan_is_not_counted_twice(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        plan_activity(session, cast.carol, make_new(3, last_on=world.today), actor=cast.holder, at=world.at)
    assert counted(look(world, cast)[cast.cps]) == {"total": 180}
    log(world, cast.carol, make_new(3, title="ETHICS  for peers", last_on=world.today), cast.cps)
    assert counted(look(world, cast)[cast.cps]) == {"total": 180}
    log(world, cast.carol, make_new(3), cast.cps)
    assert counted(look(world, cast)[cast.cps]) == {"total": 360}


def test_what_is_over_counts_in_advance_no_more_until_it_is_logged_under_whatever_title(
    world: World, cast: Cast
) -> None:
    day = world.today + timedelta(days=12)
    plan_it(world, cast.carol, offer(world, day), actor=cast.holder)
    world.move_to(day)
    assert counted(look(world, cast)[cast.cps])["total"] == 180
    world.move_to(day + timedelta(days=1))
    assert counted(look(world, cast)[cast.cps]) == {}
    log(world, cast.carol, make_new(3, title="What the certificate says", last_on=day), cast.cps)
    assert counted(look(world, cast)[cast.cps]) == {"total": 180}


def test_the_form_is_filled_in_as_the_offering_says(world: World, cast: Cast) -> None:
    day = world.today + timedelta(days=12)
    number = plan_it(world, cast.carol, offer(world, first_on=day - timedelta(days=1), last_on=day), actor=cast.holder)
    odd = offer(world, title="Short", any_time=True, parts=(CreditPart(50, ()),), provider=None, form=None)
    other = plan_it(world, cast.carol, odd, day, actor=cast.holder)
    with world.database.reading() as session:
        typed = session.get_one(PlannedCredit, number).typed
        assert typed == {
            "title": "Boundaries in practice", "provider": "Example Institute",
            "first_on": (day - timedelta(days=1)).isoformat(), "last_on": day.isoformat(), "amount": "3",
            "unit": "hours", "areas": [ETHICS, TRAUMA], "activity": "course", "form": "in_person",
            "role": "participant", "proof": "",
            "parts": [{"minutes": 60, "areas": [ETHICS]}, {"minutes": 120, "areas": [TRAUMA]}],
        }  # fmt: skip
        short = session.get_one(PlannedCredit, other).typed
        assert [short[name] for name in ("first_on", "last_on", "amount", "unit", "form")] == [
            "", day.isoformat(), "50", "minutes", "",
        ]  # fmt: skip


def test_the_same_offering_is_planned_once_and_another_day_moves_it(world: World, cast: Cast) -> None:
    number, day = offer(world, any_time=True), world.today + timedelta(days=3)
    first = plan_it(world, cast.carol, number, day, actor=cast.holder)
    assert plan_it(world, cast.carol, number, day + timedelta(days=1), actor=cast.holder) == first
    assert [plan.last_on for plan in list_planned(world, cast.carol)] == [day + timedelta(days=1)]


def test_what_nobody_offers_here_is_planned_as_it_would_be_logged(world: World, cast: Cast) -> None:
    new = make_new(3, areas=(ETHICS,), last_on=world.today + timedelta(days=9), amount="180", unit="minutes")
    with world.database.writing() as session:
        number = plan_activity(session, cast.carol, new, actor=cast.holder, at=world.at).id
        with pytest.raises(NotAllowed):
            plan_activity(session, cast.carol, new, actor=cast.supervisor, at=world.at)
    [plan] = list_planned(world, cast.carol)
    assert (plan.offering_id, plan.title, plan.parts, plan.is_called_off) == (None, new.title, new.parts, False)
    assert counted(look(world, cast)[cast.cps]) == {"total": 180, ETHICS: 180}
    with world.database.reading() as session:
        typed = session.get_one(PlannedCredit, number).typed
        assert [typed[name] for name in ("amount", "unit", "first_on", "proof")] == ["180", "minutes", "", ""]


def test_only_the_person_plans_and_drops(world: World, cast: Cast) -> None:
    number = offer(world)
    plan = plan_it(world, cast.carol, number, actor=cast.holder)
    for who in (cast.supervisor, cast.office, cast.stranger):
        with pytest.raises(NotAllowed):
            plan_it(world, cast.carol, number, actor=who)
        with pytest.raises(NotAllowed):
            drop(world, cast, plan, who)
    drop(world, cast, plan, cast.holder)
    assert list_planned(world, cast.carol) == ()
    with pytest.raises(NotFound):
        drop(world, cast, plan, cast.holder)
    assert list_events(world, "planned_credit") == [
        ("planned_credit.planned", [cast.carol]), ("planned_credit.dropped", [cast.carol]),
    ]  # fmt: skip


def test_what_is_over_called_off_or_has_no_day_is_not_planned(world: World, cast: Cast) -> None:
    over = offer(world, world.today - timedelta(days=1))
    for number, day in ((over, None), (offer(world, any_time=True), None)):
        with pytest.raises(Refused, match="still to come"):
            plan_it(world, cast.carol, number, day, actor=cast.holder)
    off = offer(world)
    with world.database.writing() as session:
        call_off_offering(session, get_offering(session, off), "", expected_no=1, actor=world.actor, at=world.at)
    with pytest.raises(Refused, match="called off"):
        plan_it(world, cast.carol, off, actor=cast.holder)


def test_nobody_plans_without_end(world: World, cast: Cast) -> None:
    for number in range(MOST_PLANS):
        plan_it(world, cast.carol, offer(world, title=f"Course {number}"), actor=cast.holder)
    with pytest.raises(TooManyPlans):
        plan_it(world, cast.carol, offer(world), actor=cast.holder)


def add_planned(session: Session, world: World, cast: Cast, plan: int, **values: Any) -> int:
    new = make_new(3, **values)
    return log_planned(
        session, world.rulebook, cast.carol, plan, new, [cast.cps], actor=cast.holder, at=world.at
    ).id  # fmt: skip


def log_plan(world: World, cast: Cast, plan: int, **values: Any) -> int:
    with world.database.writing() as session:
        return add_planned(session, world, cast, plan, **values)


def count_credits(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Credit)) or 0


def test_a_plan_that_was_logged_is_planned_no_more(world: World, cast: Cast) -> None:
    plan = plan_it(world, cast.carol, offer(world), actor=cast.holder)
    credit = log_plan(world, cast, plan)
    assert list_planned(world, cast.carol) == ()
    assert count_minutes(world, cast.cps, world.today) == ("short", 180)
    with world.database.reading() as session:
        kept = session.get_one(PlannedCredit, plan)
        assert (kept.state, kept.credit_id) == ("logged", credit)
    assert list_events(world, "planned_credit")[-1] == ("planned_credit.logged", [cast.carol])


def test_a_plan_that_was_logged_or_dropped_meanwhile_gives_no_second_credit(world: World, cast: Cast) -> None:
    logged, dropped = (plan_it(world, cast.carol, offer(world), actor=cast.holder) for _ in range(2))
    log_plan(world, cast, logged)
    drop(world, cast, dropped, cast.holder)
    for plan in (logged, dropped):
        with pytest.raises(PlanGone):
            log_plan(world, cast, plan, title="Typed in another window")
    assert count_credits(world) == 1


@on_both
def test_of_two_who_log_a_plan_at_once_one_is_told(world: World, cast: Cast) -> None:
    plan = plan_it(world, cast.carol, offer(world), actor=cast.holder)
    with pytest.raises(PlanGone):
        do_meanwhile(
            world,
            lambda session: add_planned(session, world, cast, plan),
            lambda: log_plan(world, cast, plan, title="Typed in another window"),
        )
    assert count_credits(world) == 1


@pytest.mark.parametrize("first", ["amended", "planned"])
@on_both
def test_what_is_planned_while_somebody_amends_it_is_what_it_says_now(world: World, cast: Cast, first: str) -> None:
    number, new = offer(world), make_offering(world.today + timedelta(days=20), title="Boundaries at work")

    def amend_in(session: Session) -> bool:
        offering = get_offering(session, number)
        return amend_offering(session, offering, new, expected_no=1, actor=world.actor, at=world.at)

    def plan_in(session: Session) -> PlannedCredit:
        return plan_offering(session, cast.carol, get_offering(session, number), actor=cast.holder, at=world.at)

    def do(act: Any) -> None:
        with world.database.writing() as session:
            act(session)

    acts = (amend_in, plan_in) if first == "amended" else (plan_in, amend_in)
    do_meanwhile(world, acts[0], lambda: do(acts[1]))
    [plan] = list_planned(world, cast.carol)
    assert (plan.title, plan.last_on) == ("Boundaries at work", world.today + timedelta(days=20))


def test_merged_people_plan_as_one(world: World, cast: Cast) -> None:
    double = world.person("Carol")
    plan_it(world, double, offer(world))
    with world.database.writing() as session:
        merge_people(session, world.rulebook, double, cast.carol, reason="one", actor=world.actor, at=world.at)
    assert len(list_planned(world, cast.carol)) == 1
    plan_it(world, cast.carol, list_planned(world, cast.carol)[0].offering_id or 0, actor=cast.holder)
    assert len(list_planned(world, cast.carol)) == 1


def test_an_offering_for_any_time_is_supposed_to_be_done_today(world: World, cast: Cast) -> None:
    number = offer(world, any_time=True)
    with world.database.reading() as session:
        person = get_person(session, cast.carol)
        [planning, _] = load_plannings(session, world.rulebook, person, world.clock)
        plan = suppose_offering(get_offering(session, number), planning)
    assert (plan.first_on, plan.last_on, look_out(planning, [plan]).least.minutes) == (world.today, world.today, 1020)


def test_what_plans_rest_on_costs_the_same_for_one_certification_and_for_four(world: World, cast: Cast) -> None:
    def count() -> int:
        with world.database.reading() as session:
            person = get_person(session, cast.carol)
            with counting_statements(world.database) as asked:
                load_plannings(session, world.rulebook, person, world.clock)
        return len(asked)

    two = count()
    for _ in range(2):
        world.certify(cast.carol, DUE, pack=CPPS)
    assert (two, count()) == (5, 5)
