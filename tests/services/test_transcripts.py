"""A transcript: what somebody has done, as it is on record, and nothing that would tell against them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.credits import DUE, Cast, decide, find_claim, log, make_new
from kit.exams import sit
from kit.supervision import hold, make_session, say_paper, sign
from kit.world import World

from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.credits.claims import RETURN_REASONS
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.merges import merge_people
from certtrack.services.organizations import create_organization
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere
from certtrack.services.transcripts import Transcript, get_transcript


def read(world: World, by: Actor, person_id: int) -> Transcript:
    with world.database.reading() as session:
        return get_transcript(session, world.rulebook, by, person_id, world.clock)


def tell(sheet: Transcript, place: int = 0) -> list[tuple[date | None, list[str]]]:
    """The terms of one certification by their due day, each with the titles of its credits."""
    return [
        (term.cycle.due_on if term.cycle else None, [line.title for line in term.credits])
        for term in sheet.held[place].terms
    ]


def test_credits_stand_in_the_term_of_their_day_and_those_of_other_days_at_the_end(world: World, cast: Cast) -> None:
    early = DUE - timedelta(days=3000)
    log(world, cast.carol, make_new(2, title="Second"), cast.cps)
    log(world, cast.carol, make_new(3, title="First", last_on=date(2026, 2, 1)), cast.cps)
    log(world, cast.carol, make_new(1, title="Long ago", last_on=early), cast.cps)
    sheet = read(world, cast.holder, cast.carol)
    assert tell(sheet) == [(DUE, ["First", "Second"]), (None, ["Long ago"])]
    assert tell(sheet, 1) == [(DUE, [])], "claimed for the first certification alone"
    assert (sheet.held[0].terms[0].waiting, sheet.held[0].terms[0].checked) == (300, 0)


def test_hours_that_somebody_has_checked_are_told_apart_from_those_that_wait(world: World, cast: Cast) -> None:
    checked = log(world, cast.carol, make_new(2), cast.cps)
    log(world, cast.carol, make_new(3, title="Another"), cast.cps)
    decide(world, find_claim(world, checked, cast.cps)[0], "checked", actor=cast.supervisor)
    term = read(world, cast.holder, cast.carol).held[0].terms[0]
    assert (term.checked, term.waiting) == (120, 180)


def test_what_was_returned_withdrawn_or_not_passed_is_left_out(world: World, cast: Cast) -> None:
    returned = log(world, cast.carol, make_new(2, title="Returned"), cast.cps)
    decide(
        world, find_claim(world, returned, cast.cps)[0], "returned", actor=cast.supervisor,
        reason_code=RETURN_REASONS[0],
    )  # fmt: skip
    withdrawn = log(world, cast.carol, make_new(2, title="Withdrawn"), cast.cps)
    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, withdrawn), expected_no=1, reason="a slip",
            actor=cast.holder, at=world.at,
        )  # fmt: skip
    sit(world, cast.carol, taken_on=date(2024, 3, 1), outcome="not_passed_yet")
    sit(world, cast.carol, taken_on=date(2024, 6, 1), outcome="passed")
    held = read(world, cast.holder, cast.carol).held[0]
    assert held.terms[0].credits == ()
    assert held.passed_on == (date(2024, 6, 1),)


def test_supervision_is_summed_by_year_and_kind_once_both_sides_have_signed_it(world: World, cast: Cast) -> None:
    bob, dave = cast.supervisor.person_id or 0, cast.stranger.person_id or 0
    both = hold(world, make_session(bob, cast.carol))
    group = hold(world, make_session(bob, cast.carol, dave, minutes=90))
    one_side = hold(world, make_session(bob, cast.carol))
    for number in (both, group, one_side):
        sign(world, number, cast.supervisor)
    for number in (both, group):
        sign(world, number, cast.holder)
    sheet = read(world, cast.holder, cast.carol)
    assert [(one.year, one.minutes) for one in sheet.supervised] == [(2026, {"individual": 60, "group": 90})]


def test_trainings_that_were_completed_stand_with_what_their_paper_says(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        new = NewElsewhere("cps", "Example Academy", date(2024, 1, 5))
        record_elsewhere(session, cast.carol, new, actor=world.actor, at=world.at)
        record_elsewhere(
            session, cast.carol, replace(new, provider="Other Academy", minutes=2880), actor=world.actor, at=world.at
        )
    told = [(one.title, one.minutes) for one in read(world, cast.holder, cast.carol).trainings]
    assert told == [("Example Academy", None), ("Other Academy", 2880)]


def test_a_record_that_was_merged_into_hers_stands_on_her_sheet(world: World, cast: Cast) -> None:
    twin = world.person("Carolina")
    numbers = world.certify(twin, DUE + timedelta(days=90))
    log(world, twin, make_new(2, title="Of the twin"), numbers[0])
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twin, cast.carol, reason="one", actor=world.actor, at=world.at)
    sheet = read(world, cast.holder, cast.carol)
    assert len(sheet.held) == 3
    assert tell(sheet, 2) == [(DUE + timedelta(days=90), ["Of the twin"])]


def test_the_office_prints_it_with_the_supervision_that_it_keeps_itself(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        other = create_organization(
            session, key="harbor", name="Harbor Peers", zone="UTC", actor=world.actor, at=world.at
        ).id
    bob = cast.supervisor.person_id or 0
    for place in (world.organization_id, other):
        say_paper(
            world,
            hold(world, make_session(bob, cast.carol), organization_id=place),
            ("supervisor", bob),
            ("person", cast.carol),
        )
    own, by_office = read(world, cast.holder, cast.carol), read(world, cast.office, cast.carol)
    assert [one.minutes for one in own.supervised] == [{"individual": 120}]
    assert [one.minutes for one in by_office.supervised] == [{"individual": 60}]
    assert (own.is_own, by_office.is_own) == (True, False)
    assert len(by_office.held) == 2


@pytest.mark.parametrize("who", ["supervisor", "stranger"])
def test_nobody_else_prints_it(world: World, cast: Cast, who: str) -> None:
    with pytest.raises(NotFound):
        read(world, getattr(cast, who), cast.carol)


def test_whoever_has_nothing_on_record_has_an_empty_sheet(world: World, cast: Cast) -> None:
    assert read(world, cast.stranger, cast.stranger.person_id or 0).is_empty
    assert not read(world, cast.holder, cast.carol).is_empty
