"""Under a keeper: what was sent, what came, what is taken back, and what the standing says of it."""

from datetime import date, timedelta

import pytest
from kit.applications import bring_certificate, find_number, list_terms, send, stand, take_back
from kit.credits import DUE, Cast, list_events
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Finding, StandingSpan
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.services.applications.typed import BadApplication
from certtrack.services.organizations import get_organization, set_role
from certtrack.services.record_sources import load_sources
from certtrack.services.stated_days import find_two_readings

SENT = date(2026, 5, 11)
NEXT = date(2028, 10, 31)


def test_a_sent_application_shows_from_its_day_on_and_grants_nothing(world: World, cast: Cast) -> None:
    before = world.at
    world.at += timedelta(hours=1)
    send(world, cast.cps, SENT, actor=cast.holder)
    now = stand(world, cast.cps)
    assert (now.application, now.validity, now.days and now.days.due_on) == ("sent", "current", DUE)
    assert [reason.values for reason in now.because if reason.code == "application_sent"] == [{"on": SENT}]
    assert stand(world, cast.cps, SENT - timedelta(days=1)).application == "none"
    assert stand(world, cast.cps, SENT, before).application == "none", "nobody knew it then"
    assert stand(world, cast.cpps).application == "none", "the other certification is another matter"
    assert list_events(world, "application_step") == [("application.sent", [cast.carol])]


def test_the_spans_say_the_same(world: World, cast: Cast) -> None:
    step = send(world, cast.cps, SENT)
    with world.database.reading() as session:
        query = select(StandingSpan.from_on, StandingSpan.application)
        query = query.where(StandingSpan.certification_id == cast.cps).order_by(StandingSpan.from_on)
        spans = session.execute(query).all()
    assert [span for span in spans if span.from_on <= SENT][-1].application == "sent"
    assert {span.application for span in spans if span.from_on < SENT} == {"none"}
    assert step == 1


def test_what_was_not_sent_after_all_is_taken_back_and_stays_on_record(world: World, cast: Cast) -> None:
    step = send(world, cast.cps, SENT)
    world.at += timedelta(hours=1)
    known = world.at
    world.at += timedelta(hours=1)
    with pytest.raises(StaleRecord):
        take_back(world, step, expected_no=7)
    take_back(world, step, actor=cast.supervisor)
    assert stand(world, cast.cps).application == "none"
    assert stand(world, cast.cps, known_at=known).application == "sent"
    with pytest.raises(Refused, match="no sent application"):
        take_back(world, step, expected_no=2)
    send(world, cast.cps, SENT)
    assert stand(world, cast.cps).application == "sent"


def test_it_is_sent_once_and_never_on_a_day_to_come(world: World, cast: Cast) -> None:
    with pytest.raises(BadInput, match="still to come"):
        send(world, cast.cps, world.today + timedelta(days=1))
    send(world, cast.cps, SENT)
    with pytest.raises(Refused, match="on record for this cycle already"):
        send(world, cast.cps, SENT)


def test_a_stranger_says_nothing_and_under_a_granter_nothing_is_merely_sent(world: World, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        send(world, cast.cps, actor=cast.stranger)
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), "cps", "granter", actor=world.actor, at=world.at)
    with pytest.raises(Refused, match="gives the certification itself"):
        send(world, cast.cps, actor=cast.holder)
    with pytest.raises(Refused, match="gives the certification itself"):
        bring_certificate(world, cast.cps, NEXT, actor=cast.holder)


def test_a_certificate_opens_the_next_cycle_with_the_day_that_it_states(world: World, cast: Cast) -> None:
    send(world, cast.cps, SENT)
    step = bring_certificate(world, cast.cps, NEXT, "CPS-9000", actor=cast.supervisor)
    old, new = list_terms(world, cast.cps)
    assert (old.closed_on, old.next_stage_on) == (date(2026, 11, 1), None)
    assert (new.start_on, new.due_on, new.due_source, new.evidence) == (
        *(date(2026, 11, 1), NEXT, "stated"),
        f"application_step:{step}",
    )
    assert (new.armed_on, new.computed_due_on) == (world.today, NEXT)
    assert find_number(world, cast.cps) == "CPS-9000"
    now, later = stand(world, cast.cps), stand(world, cast.cps, date(2026, 11, 1))
    assert (now.application, now.following and now.following.due_on) == ("sent", NEXT)
    assert (later.application, later.validity, later.next_on) == ("none", "current", NEXT)
    with world.database.reading() as session:
        assert load_sources(session, {new.id: "America/Chicago"})[new.id].seen_by == "Bob Example"


def test_a_day_that_the_rule_does_not_give_is_a_finding_and_both_stand_as_readings(world: World, cast: Cast) -> None:
    bring_certificate(world, cast.cps, date(2028, 10, 30))
    with world.database.reading() as session:
        finding = session.scalars(select(Finding)).one()
        assert (finding.kind, finding.details["stated"], finding.details["computed"]) == (
            *("stated_day_differs", "2028-10-30"),
            "2028-10-31",
        )
        assert find_two_readings(session, finding) is not None


def test_a_certificate_states_a_later_day_and_a_number_of_its_own(world: World, cast: Cast) -> None:
    with pytest.raises(BadInput, match="due on 2026-10-31; a new certificate states a later day"):
        bring_certificate(world, cast.cps, DUE)
    other, _ = world.certify(world.person("Erin"), DUE, number="CPS-1")
    with pytest.raises(BadApplication) as refused:
        bring_certificate(world, cast.cps, NEXT, "CPS-1")
    assert refused.value.problems == {"number": "taken"}
    assert (find_number(world, other), len(list_terms(world, cast.cps))) == ("CPS-1", 1)


def test_a_certificate_entered_by_mistake_is_undone_and_each_answer_can_be_asked_for(world: World, cast: Cast) -> None:
    step = bring_certificate(world, cast.cps, NEXT)
    world.at += timedelta(hours=1)
    known = world.at
    world.at += timedelta(hours=1)
    take_back(world, step)
    after = date(2026, 11, 20)
    assert stand(world, cast.cps, after).validity == "grace"
    assert stand(world, cast.cps, after, known).validity == "current"
    [old] = list_terms(world, cast.cps)
    assert (old.closed_on, old.next_stage_on) == (None, world.today)
    bring_certificate(world, cast.cps, NEXT)
    assert stand(world, cast.cps, after).validity == "current"


def test_a_day_before_the_cycle_began_is_a_slip_and_stops_no_reminder(world: World, cast: Cast) -> None:
    with pytest.raises(BadApplication) as error:
        send(world, cast.cps, date(2024, 5, 1))
    assert error.value.problems == {"sent_on": "before_cycle"}
    assert stand(world, cast.cps).application == "none"
