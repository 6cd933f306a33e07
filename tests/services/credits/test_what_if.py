"""What is planned beside what is on record: who may ask, what is read, and that nothing is written."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.credits import DUE, Cast, decide, find_claim, log, make_new
from kit.rules import shipped_packs
from kit.world import World
from sqlalchemy import func, select

from certtrack.clock import FixedClock
from certtrack.db.models import AuditEvent, Credit
from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.credits.page import show_hours
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.typed import TypedCredit
from certtrack.services.credits.what_if import Planning, forecast, get_planning, read_plan
from certtrack.services.person_page import get_person_page
from certtrack.services.standing import load_standings

CLOCKED = "us-wa-cpss"
"""Some of its areas are counted over years of their own."""
TYPED = TypedCredit(
    title="", provider="", first_on="", last_on="2026-09-01", amount="3", unit="hours", areas=("ethics_boundaries",),
    activity="course", form="", role="", proof="",
)  # fmt: skip


def get(world: World, cast: Cast, certification: int, actor: Actor) -> Planning:
    with world.database.reading() as session:
        return get_planning(session, world.rulebook, actor, cast.carol, certification, FixedClock(world.at))


def count_rows(world: World) -> list[int | None]:
    with world.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(model)) for model in (AuditEvent, Credit)]


def test_plans_are_counted_beside_what_is_on_record_and_nothing_is_written(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(16), cast.cps)
    before = count_rows(world)
    planning = get(world, cast, cast.cps, cast.holder)
    plans = [read_plan(TYPED, planning), read_plan(replace(TYPED, last_on="2026-11-02"), planning)]
    found = forecast(planning, plans)
    assert (found.found.by, found.least_now.minutes, found.least.minutes) == (DUE, 240, 60)
    assert [one.count.code for one in found.found.planned] == ["counts", "lies_ahead"]
    total = found.progress[0]
    assert (total.requirement.counted, total.checked) == (1140, 960)
    assert count_rows(world) == before


def test_each_certification_has_its_own_forecast(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(5), cast.cps)
    needed = [forecast(get(world, cast, number, cast.holder), []).least.minutes for number in (cast.cps, cast.cpps)]
    assert needed == [900, 1200]


def test_without_a_plan_the_hours_are_those_of_the_standing_also_where_a_credit_is_claimed_twice(
    world: World, cast: Cast
) -> None:
    log(world, cast.carol, make_new(18), cast.cps, cast.cpps)
    with world.database.reading() as session:
        standings = load_standings(session, world.rulebook, [cast.cps, cast.cpps], world.today)
    for number, standing in standings.items():
        assert forecast(get(world, cast, number, cast.holder), []).found.before == standing.counted
    assert {standing.counted.credits[0].counts for standing in standings.values()} == {"yes", "unsure"}


def test_whoever_sees_the_credits_may_ask_and_nobody_else(world: World, cast: Cast) -> None:
    asked = {who: get(world, cast, cast.cps, who).can_log for who in (cast.holder, cast.supervisor, cast.office)}
    assert asked == {cast.holder: True, cast.supervisor: True, cast.office: True}
    with pytest.raises(NotFound):
        get(world, cast, cast.cps, cast.stranger)
    others, _ = world.certify(world.person("Dave"), DUE)
    with pytest.raises(NotFound):
        get(world, cast, others, cast.office)


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        ({"last_on": "2099-01-01"}, {"last_on": "lies_ahead"}),
        ({"last_on": ""}, {"last_on": "missing"}),
        ({"amount": "-2"}, {"amount": "below_zero"}),
        ({"amount": "0.1", "unit": "ceu"}, {"amount": "ceu_not_published"}),
        ({"areas": ("no_such",)}, {"areas": "not_a_choice"}),
        ({"areas": ("no_such",), "amount": ""}, {"areas": "not_a_choice", "amount": "missing"}),
        ({"activity": "sleeping"}, {"activity": "not_a_choice"}),
    ],
)
def test_what_cannot_be_planned_is_told_by_field(
    world: World, cast: Cast, wrong: dict[str, str], problems: dict[str, str]
) -> None:
    planning = replace(get(world, cast, cast.cps, cast.holder), ceu_minutes=None)
    with pytest.raises(BadCredit) as caught:
        read_plan(replace(TYPED, **wrong), planning)  # type: ignore[arg-type]  # areas are no text
    assert caught.value.problems == problems


def test_each_number_of_a_page_opens_into_the_credits_that_make_it(world: World, cast: Cast) -> None:
    first = log(world, cast.carol, make_new(3, areas=("ethics_boundaries",)), cast.cps)
    second = log(world, cast.carol, make_new(2, last_on=date(2026, 4, 1), form="recorded"), cast.cps)
    log(world, cast.carol, make_new(1, activity="video"), cast.cps)
    decide(world, find_claim(world, first, cast.cps)[0], "checked", actor=cast.supervisor)
    with world.database.reading() as session:
        clock = FixedClock(world.at)
        page = get_person_page(session, world.rulebook, cast.holder, cast.carol, clock)
        progress = show_hours(session, world.rulebook, page).hours[cast.cps].progress
    pieces = {
        its.requirement.key: [(one.credit.id, one.amount, one.is_sure) for one in its.pieces]
        for its in progress
        if its.pieces
    }
    assert pieces == {
        "total": [(second, 120, False), (first, 180, True)],
        "ethics_boundaries": [(first, 180, True)],
    }
    assert next(its for its in progress if its.requirement.key == "total").checked == 180


def test_what_goes_by_a_clock_of_its_own_opens_into_credits_of_earlier_cycles(world: World) -> None:
    world.rulebook = replace(world.rulebook, packs=shipped_packs(CLOCKED))
    carol = world.person("Carol")
    certification, _ = world.certify(carol, DUE, pack=CLOCKED)
    older = log(world, carol, make_new(2, areas=("suicide_prevention",), last_on=date(2023, 3, 1)), certification)
    with world.database.reading() as session:
        page = get_person_page(session, world.rulebook, world.actor, carol, FixedClock(world.at))
        shown = show_hours(session, world.rulebook, page).hours[certification]
    pieces = {its.requirement.key: [(one.credit.id, one.amount) for one in its.pieces] for its in shown.progress}
    assert pieces["suicide_prevention"] == [(older, 120)]
    assert pieces["total"] == []
    assert shown.credits[0].count is not None
    assert shown.credits[0].count.code == "before_cycle"


def test_for_somebody_who_has_died_nothing_is_planned(world: World, cast: Cast) -> None:
    planning = get(world, cast, cast.cps, cast.office)
    gone = replace(planning, facts=replace(planning.facts, died_on=planning.today - timedelta(days=1)))
    assert forecast(gone, [read_plan(TYPED, gone)]).found.planned == ()
