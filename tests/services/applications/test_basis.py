"""What the end of a cycle rested on is frozen; what is posted late changes the standing of its day and nothing else."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from kit.applications import bring_certificate, give, list_terms, stand, take_back
from kit.credits import Cast, count_minutes, log, make_new
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ApplicationStep, StandingSpan
from certtrack.services.confirmations import confirm_rule

NEXT = date(2028, 10, 31)
AREAS = ("cultural_humility", "trauma_informed_care", "ethics_boundaries", "area_4", "area_5", "area_6")


def basis_of(world: World, step_id: int) -> dict[str, Any]:
    with world.database.reading() as session:
        return session.get_one(ApplicationStep, step_id).basis or {}


def test_a_late_posted_credit_to_a_closed_cycle_changes_that_day_and_nothing_that_was_frozen(
    world: World, cast: Cast
) -> None:
    log(world, cast.carol, make_new(12), cast.cps)
    step = bring_certificate(world, cast.cps, NEXT)
    frozen = basis_of(world, step)
    known, last_day, later = world.at, date(2026, 10, 31), date(2026, 11, 20)
    world.at += timedelta(hours=1)
    log(world, cast.carol, make_new(5, last_on=date(2026, 4, 2)), cast.cps)
    assert count_minutes(world, cast.cps, last_day) == ("short", 17 * 60)
    assert count_minutes(world, cast.cps, last_day, known) == ("short", 12 * 60)
    assert [count_minutes(world, cast.cps, later, at)[1] for at in (None, known)] == [0, 0]
    assert basis_of(world, step) == frozen
    assert (frozen["requirements"][0]["counted"], frozen["rules"], frozen["as_of"]) == (
        *(12 * 60, f"{CPS}@1"),
        world.today.isoformat(),
    )
    assert [(one["no"], one["counts"], one["minutes"]) for one in frozen["credits"]] == [(1, "yes", 12 * 60)]


@pytest.fixture
def late(world: World, cast: Cast) -> datetime:
    """Carol's hours came together only after her day, by rules that let late hours count; the moment before her paper.

    Her cycle was due in April; 14 hours were earned in time, 6 after it.
    """
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, CPS, "earn_until", "late", source="A letter", on=world.today,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    return world.at


def test_late_hours_that_ended_a_cycle_count_in_no_other_until_that_end_is_taken_back(
    world: World, cast: Cast, late: datetime
) -> None:
    world.move_to(date(2026, 12, 10))
    log(world, cast.carol, make_new(14), cast.cps)
    log(world, cast.carol, make_new(6, last_on=date(2026, 12, 5)), cast.cps)
    assert count_minutes(world, cast.cps, world.today) == ("unconfirmed", 20 * 60)
    step = bring_certificate(world, cast.cps, NEXT)
    assert len(basis_of(world, step)["taken"]) == 1
    now = stand(world, cast.cps)
    assert (now.days and now.days.due_on, now.counted.requirements[0].counted) == (NEXT, 0)
    assert [(one.counts, one.code) for one in now.counted.credits] == [("no", "before_cycle"), ("no", "taken_before")]
    world.at += timedelta(hours=1)
    known = world.at
    world.at += timedelta(hours=1)
    take_back(world, step)
    assert count_minutes(world, cast.cps, world.today) == ("unconfirmed", 20 * 60)
    assert count_minutes(world, cast.cps, world.today, known) == ("short", 0)
    assert len(list_terms(world, cast.cps)) == 1
    assert late < known


def test_late_hours_beyond_what_was_needed_are_left_to_the_next_cycle(world: World, cast: Cast, late: datetime) -> None:
    world.move_to(date(2026, 12, 10))
    with world.database.writing() as session:
        for area in AREAS:
            confirm_rule(
                session, world.rulebook, CPS, f"hours.areas.{area}.minimum", "1", source="A letter", on=world.today,
                actor=world.actor, at=world.at,
            )  # fmt: skip
    for area in AREAS:
        log(world, cast.carol, make_new(4, areas=(area,), title=area), cast.cps)
    log(world, cast.carol, make_new(6, last_on=date(2026, 12, 5)), cast.cps)
    step = bring_certificate(world, cast.cps, NEXT)
    assert basis_of(world, step)["taken"] == []
    assert count_minutes(world, cast.cps, world.today)[1] == 6 * 60
    assert late < world.at


def test_of_late_hours_a_cycle_takes_no_more_than_it_needs_and_leaves_the_last_to_the_next_one(
    world: World, cast: Cast, late: datetime
) -> None:
    world.move_to(date(2026, 12, 10))
    log(world, cast.carol, make_new(18), cast.cps)
    first = log(world, cast.carol, make_new(2, last_on=date(2026, 12, 1)), cast.cps)
    log(world, cast.carol, make_new(5, last_on=date(2026, 12, 5)), cast.cps)
    step = bring_certificate(world, cast.cps, NEXT)
    assert basis_of(world, step)["taken"] == [first]
    assert count_minutes(world, cast.cps, world.today)[1] == 5 * 60
    assert late < world.at


def test_hours_that_were_waived_after_the_day_take_no_late_ones(world: World, cast: Cast, late: datetime) -> None:
    world.move_to(date(2026, 12, 10))
    log(world, cast.carol, make_new(6, last_on=date(2026, 12, 5)), cast.cps)
    give(world, cast.cps, "waiver", from_on=world.today)
    step = bring_certificate(world, cast.cps, NEXT)
    assert basis_of(world, step)["taken"] == []
    assert count_minutes(world, cast.cps, world.today)[1] == 6 * 60
    assert late < world.at


def test_the_spans_too_count_no_hour_twice_once_a_certificate_came(world: World, cast: Cast, late: datetime) -> None:
    world.move_to(date(2026, 12, 10))
    log(world, cast.carol, make_new(20, last_on=date(2026, 12, 5)), cast.cps)
    bring_certificate(world, cast.cps, NEXT)
    with world.database.reading() as session:
        query = select(StandingSpan.hours).where(StandingSpan.certification_id == cast.cps)
        query = query.where(StandingSpan.from_on <= world.today, StandingSpan.until_on >= world.today)
        assert session.scalars(query).one() == stand(world, cast.cps).hours == "short"
    assert late < world.at
