"""A confirmed value counts from when it was put on record, and is a named person's word."""

from datetime import date, timedelta

import pytest
from kit.credits import log, make_new
from kit.planning import Planner
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditValue, Cycle, RuleConfirmation, StandingSpan
from certtrack.errors import BadInput, NotFound
from certtrack.services.confirmations import confirm_rule
from certtrack.services.recounts import find_newest_recount, work_at_recount
from certtrack.services.standing import load_standings

DUE, AS_OF, SAID_ON = date(2026, 10, 31), date(2026, 5, 15), date(2026, 5, 4)
MINIMUM = "hours.areas.{}.minimum"
AREAS = ("cultural_humility", "trauma_informed_care", "ethics_boundaries", "area_4", "area_5", "area_6")


def say(world: World, key: str, value: str, **values: object) -> None:
    fields: dict[str, object] = {"source": "Letter of the program", "on": SAID_ON}
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, CPS, key, value, actor=world.actor, at=world.at,
            **(fields | values),  # type: ignore[arg-type]  # as named
        )  # fmt: skip
        recount = find_newest_recount(session, CPS)
    if recount is not None:
        work_at_recount(world.database.writing, world.rulebook, recount.id, now=lambda: world.at)


def find_hours(world: World, certification: int, known_at: object = None) -> str:
    with world.database.reading() as session:
        return load_standings(session, world.rulebook, [certification], AS_OF, known_at)[certification].hours  # type: ignore[arg-type]  # a moment


def list_spans(world: World, certification: int) -> set[str]:
    with world.database.reading() as session:
        query = select(StandingSpan.hours).where(StandingSpan.certification_id == certification)
        return set(session.scalars(query.where(StandingSpan.from_on <= AS_OF, StandingSpan.until_on >= AS_OF)))


@pytest.fixture
def certification(world: World) -> int:
    """Carol's, with 20 hours on record: 5 in one area, 3 in each of the others."""
    carol = world.person()
    number = world.certify(carol, DUE)[0]
    for area in AREAS:
        log(world, carol, make_new(5 if area == "area_6" else 3, areas=(area,), title=area), number)
    return number


def test_with_every_minimum_confirmed_hours_are_complete_from_then_on(world: World, certification: int) -> None:
    assert find_hours(world, certification) == "unconfirmed"
    before = world.at
    world.at += timedelta(hours=1)
    for area in AREAS:
        say(world, MINIMUM.format(area), "180")
    assert find_hours(world, certification) == "complete"
    assert list_spans(world, certification) == {"complete"}
    assert find_hours(world, certification, before) == "unconfirmed"


def test_a_confirmation_is_corrected_by_a_new_one_and_taken_back_by_unknown(world: World, certification: int) -> None:
    say(world, MINIMUM.format("area_4"), "240")
    assert (find_hours(world, certification), list_spans(world, certification)) == ("short", {"short"})
    say(world, MINIMUM.format("area_4"), "120")
    assert find_hours(world, certification) == "unconfirmed"
    say(world, MINIMUM.format("area_4"), "240")
    say(world, MINIMUM.format("area_4"), "unknown")
    assert (find_hours(world, certification), list_spans(world, certification)) == ("unconfirmed", {"unconfirmed"})


def test_the_same_once_more_adds_nothing_and_each_is_in_the_audit(world: World, certification: int) -> None:
    say(world, "weekend", "next_day")
    say(world, "weekend.rule", "next_day")
    with world.database.reading() as session:
        (row,) = session.scalars(select(RuleConfirmation))
        query = select(AuditEvent, AuditValue.details).join(AuditValue, AuditValue.event_id == AuditEvent.id)
        ((event, details),) = session.execute(query.where(AuditEvent.action == "rule.confirmed"))
    assert (row.key, row.value, row.source, row.said_on) == (
        "weekend.rule",
        "next_day",
        "Letter of the program",
        SAID_ON,
    )
    assert (event.subject_id, details["value"], details["said_on"]) == (row.id, "next_day", "2026-05-04")


def test_the_planner_looks_at_every_open_cycle_again(world: World, certification: int) -> None:
    with world.database.writing() as session:
        session.scalars(select(Cycle)).one().next_stage_on = DUE
    say(world, "weekend", "next_day")
    with world.database.reading() as session:
        assert session.scalars(select(Cycle.id).where(Cycle.next_stage_on <= AS_OF)).one()


@pytest.mark.parametrize(
    ("values", "says"),
    [({"on": date(2026, 5, 20)}, "still to come"), ({"source": "  "}, "Say who confirmed it")],
)
def test_without_a_source_or_with_a_day_to_come_nothing_is_confirmed(
    world: World, values: dict[str, object], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        say(world, "weekend", "next_day", **values)


def test_a_pack_that_is_not_here_is_refused_with_those_that_are(world: World) -> None:
    with world.database.writing() as session, pytest.raises(NotFound, match=CPS):
        confirm_rule(
            session, world.rulebook, "nowhere", "weekend", "none",
            source="Letter", on=SAID_ON, actor=world.actor, at=world.at,
        )  # fmt: skip


def test_a_stage_that_was_mailed_is_not_mailed_again_when_a_value_moves_the_day_that_it_counts_from(
    world: World, planner: Planner
) -> None:
    _, cycle = world.certify(world.person(), DUE)  # a Saturday
    planner.look(date(2026, 11, 1))
    planner.settle()
    assert planner.says(cycle)["grace"] == "sent"
    world.move_to(date(2026, 11, 3))
    say(world, "weekend", "next_day")
    planner.look()
    assert planner.waiting(cycle) == []
    planner.look(date(2027, 1, 1))
    assert planner.waiting(cycle) == ["late"]
