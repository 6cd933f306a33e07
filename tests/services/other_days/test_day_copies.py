"""Copies of a requirement's day and a provisional term's: to whoever is to get them by then, after the holder."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from kit.copies import assign, name_contact, stand_in
from kit.credits import log, make_new
from kit.delivery import Deliverer
from kit.forecast import Days, foretell, list_foretold
from kit.mails import read
from kit.own_days import certify_first, load_states, open_term
from kit.planning import Planner
from kit.rules import CLOCKS
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Assignment, Cause, Certification, OtherDay, Reminder
from certtrack.language import say_by
from certtrack.packs import Policies, parse_policy
from certtrack.services.contacts import set_contact
from certtrack.services.ledger.coming_copies import add_coming_copies
from certtrack.services.ledger.mail_why import explain_mail
from certtrack.services.ledger.whole import load_whole_ledger
from certtrack.services.merges import merge_people
from certtrack.services.organizations import get_organization
from certtrack.services.people import get_person
from certtrack.services.reminders.causes import release_cause
from certtrack.services.reminders.restored import note_restored

ISSUED = date(2026, 3, 2)
LAST = date(2026, 9, 2)
B30, B14, AFTER = date(2026, 8, 3), date(2026, 8, 19), date(2026, 9, 3)
THREE = timedelta(days=3)


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_states()


@pytest.fixture
def carol(world: World) -> int:
    """Carol, in her provisional term."""
    carol = world.person("Carol")
    certify_first(world, carol, ISSUED)
    return carol


@pytest.fixture
def bob(world: World, carol: int) -> int:
    """Bob, who supervises Carol."""
    bob = world.person("Bob")
    assign(world, carol, bob, from_on=ISSUED)
    return bob


def tell_holder(planner: Planner, on: date) -> None:
    """Plan on that day, and let what was planned be mailed."""
    planner.look(on)
    planner.settle()


def says(planner: Planner) -> list[tuple[str, int, str]]:
    return [
        (row.stage, row.recipient_id, ":".join(part for part in (row.state, row.reason) if part))
        for row in planner.copies()
    ]


def certification_of(world: World, person_id: int) -> int:
    with world.database.reading() as session:
        return session.scalars(select(Certification.id).where(Certification.person_id == person_id)).one()


def end_assignment(world: World, person_id: int, until_on: date) -> None:
    with world.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.person_id == person_id).values(until_on=until_on))


def test_a_supervisor_is_told_three_days_after_the_holder_was(world: World, planner: Planner, bob: int) -> None:
    planner.look(B30)
    assert planner.copies() == []
    planner.settle()
    planner.look(B30 + THREE - timedelta(days=1))
    assert planner.copies() == []
    planner.change(bob, zone="America/Denver")
    planner.look(B30 + THREE, hour_utc=13)
    [copy] = planner.copies()
    assert (copy.subject_kind, copy.audience, copy.recipient_id, copy.stage) == (
        "provisional_term", "supervisor", bob, "before_30",
    )  # fmt: skip
    assert (copy.state, copy.stage_on, copy.anchor_on) == ("planned", B30 + THREE, LAST)
    assert copy.send_after == datetime(2026, 8, 6, 15, tzinfo=UTC), "nine o'clock in Denver"
    assert copy.cause_id is None


def test_a_copy_waits_until_the_holder_was_told_and_goes_where_no_mail_can_tell_them(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    planner.look(B30)
    planner.look(B30 + THREE)
    assert planner.copies() == [], "her own mail is still on its way"
    planner.settle()
    planner.look(B30 + 2 * THREE - timedelta(days=1))
    assert planner.copies() == [], "three days after it went"
    planner.look(B30 + 2 * THREE)
    assert says(planner) == [("before_30", bob, "planned")]
    planner.settle()
    planner.change(carol, private_address=None)
    planner.look(B14)
    planner.look(B14 + THREE)
    assert says(planner)[1:] == [("before_14", bob, "planned")]


def test_who_gets_it_is_whoever_is_to_get_it_by_then(world: World, planner: Planner, carol: int, bob: int) -> None:
    dave, erin = world.person("Dave"), world.person("Erin")
    stand_in(world, bob, dave, B14, B14 + 2 * THREE)
    name_contact(world, erin)
    tell_holder(planner, B30)
    tell_holder(planner, B30 + THREE)
    tell_holder(planner, B14)
    tell_holder(planner, B14 + THREE)
    end_assignment(world, carol, B14 + 2 * THREE)
    tell_holder(planner, AFTER)
    tell_holder(planner, AFTER + THREE)
    assert says(planner) == [
        ("before_30", bob, "sent"), ("before_14", dave, "sent"), ("after_1", erin, "sent"),
    ]  # fmt: skip


def test_an_unsent_copy_is_taken_back_from_whoever_isn_t_to_get_it_any_more(
    world: World, planner: Planner, carol: int
) -> None:
    erin, frank = world.person("Erin"), world.person("Frank")
    name_contact(world, erin)
    tell_holder(planner, AFTER)
    planner.look(AFTER + THREE)
    assert says(planner) == [("after_1", erin, "planned")]
    with world.database.writing() as session:
        office = get_organization(session, None)
        set_contact(session, office, get_person(session, frank), today=world.today, actor=world.actor, at=world.at)
    planner.look()
    assert says(planner) == [("after_1", erin, "superseded:no_contact"), ("after_1", frank, "planned")]
    assert carol


def test_whoever_a_recipient_was_merged_into_gets_the_copy_once(world: World, planner: Planner, bob: int) -> None:
    robert = world.person("Robert")
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, bob, robert, reason="one person", actor=world.actor, at=world.at)
    planner.look()
    assert says(planner) == [("before_30", bob, "superseded:merged"), ("before_30", robert, "planned")]


def test_a_day_that_moves_takes_its_unsent_copies_back(world: World, planner: Planner, bob: int) -> None:
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    with world.database.writing() as session:
        day = session.scalars(select(OtherDay)).one()
        day.due_on, day.next_look_at = LAST + timedelta(days=30), world.at
    planner.look()
    assert says(planner) == [("before_30", bob, "superseded:day_moved")]


def test_an_act_on_the_certification_keeps_the_copy_back_as_it_does_the_holder_s_mail(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    tell_holder(planner, B30)
    planner.act(certification_of(world, carol), "suspended", B30)
    planner.look(B30 + THREE)
    assert says(planner) == [("before_30", bob, "suppressed:suspended")]
    planner.act(certification_of(world, carol), "revoked", B30)
    planner.look(B30 + THREE, hour_utc=18)
    assert says(planner) == [("before_30", bob, "superseded:day_closed")]


def test_of_what_the_holder_was_told_in_another_way_there_is_no_copy(world: World, planner: Planner, bob: int) -> None:
    planner.look(B30)
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="told", settled_at=world.at))
    planner.look(B30 + THREE)
    assert says(planner) == []
    tell_holder(planner, B14)
    planner.look(B14 + THREE)
    assert says(planner) == [("before_14", bob, "planned")]


def test_what_the_cycle_of_a_term_has_told_is_not_copied_again_by_its_day(world: World, planner: Planner) -> None:
    carol, bob = world.person("Carol"), world.person("Bob")
    open_term(world, certify_first(world, carol, ISSUED), ISSUED, LAST)
    assign(world, carol, bob, from_on=ISSUED)
    now = world.rulebook
    [newest] = [one for one in now.policies.list() if one.ref == "us@2"]
    without = parse_policy(newest.raw.partition('[[subjects]]\nkind = "provisional_term"')[0])
    world.rulebook = replace(now, policies=Policies([without]))
    tell_holder(planner, B30)
    tell_holder(planner, B30 + THREE)
    assert [row.subject_kind for row in planner.copies()] == ["cycle"]
    later = parse_policy(newest.raw.replace("version = 2", "version = 3"))
    world.rulebook = replace(now, policies=Policies([without, later]))
    for on in (B30 + 2 * THREE, B14, B14 + THREE):
        tell_holder(planner, on)
    assert [(row.subject_kind, row.stage) for row in planner.copies()] == [
        ("cycle", "before_30"), ("provisional_term", "before_14"),
    ]  # fmt: skip


def test_a_cause_that_concerns_everybody_holds_a_copy_until_its_release(
    world: World, planner: Planner, bob: int
) -> None:
    tell_holder(planner, B30)
    planner.look(B30 + THREE, hour_utc=12)
    world.move_to(B30 + THREE + timedelta(days=1))
    with world.database.writing() as session:
        key = note_restored(session, actor=world.actor, at=world.at)
        session.execute(update(Cause).where(Cause.key == key).values(state="held", held_at=world.at))
    planner.look()
    assert says(planner) == [("before_30", bob, "held:cause")]
    with world.database.writing() as session:
        release_cause(session, key, actor=world.actor, at=world.at)
    planner.look()
    assert says(planner) == [("before_30", bob, "planned")]


def test_who_else_is_told_stands_in_the_holder_s_mail_and_the_copy_says_no_more_than_it_must(
    world: World, deliverer: Deliverer, bob: int
) -> None:
    deliverer.planner.look(B30, hour_utc=18)
    deliverer.deliver()
    deliverer.planner.look(B30 + THREE, hour_utc=18)
    deliverer.deliver()
    own, copy = [read(taken.data) for taken in deliverer.smtp.list_taken()]
    assert "Who else is told: your supervisor gets a copy from Thursday, August 6, 2026 on" in own.flat
    assert "the provisional term lasts until Wednesday, September 2, 2026." in copy.flat
    assert "They were told on" in copy.flat
    assert "August 3, 2026" in copy.flat
    assert "You get this copy because you supervise at" in copy.flat
    assert "Hours of service" not in copy.flat
    assert copy.calendar is None
    assert bob


def test_a_copy_is_asked_about_once_more_before_it_goes(
    world: World, deliverer: Deliverer, carol: int, bob: int
) -> None:
    planner = deliverer.planner
    tell_holder(planner, B30)
    planner.look(B30 + THREE, hour_utc=18)
    end_assignment(world, carol, B30)
    deliverer.deliver()
    assert says(planner) == [("before_30", bob, "superseded:assignment_ended")]
    assert deliverer.smtp.list_taken() == []


def test_a_copy_waits_where_the_holder_s_own_mail_is_to_be_told_again(
    world: World, deliverer: Deliverer, bob: int
) -> None:
    planner = deliverer.planner
    tell_holder(planner, B30)
    planner.look(B30 + THREE, hour_utc=18)
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.audience == "holder").values(state="held", settled_at=None))
    deliverer.deliver()
    assert says(planner) == [("before_30", bob, "planned")]
    assert deliverer.smtp.list_taken() == []


def test_the_ledger_names_the_copies_that_were_decided_and_those_that_come(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    with world.database.reading() as session:
        whole = load_whole_ledger(session, world.rulebook, world.actor, carol, world.at)
        entries = add_coming_copies(session, whole)
        copies = [(entry.stage, entry.state, entry.day) for entry in entries if entry.audience == "supervisor"]
        whys = explain_mail(session, get_person(session, carol), entries)
    assert copies == [
        ("before_30", "planned", B30 + THREE),
        ("before_14", "coming", B14 + THREE),
        ("before_7", "coming", date(2026, 8, 26) + THREE),
        ("after_1", "coming", AFTER + THREE),
    ]
    assert sum(entry.stage == "before_30" and entry.audience == "holder" for entry in entries) == 1
    sentences = [say_by("reminders/words.jinja", "en", "why_sentence", why) for why in whys]
    assert any("Bob" in sentence for sentence in sentences), sentences


def test_what_is_foreseen_of_copies_comes_so(world: World, planner: Planner, carol: int, bob: int) -> None:
    dave = world.person("Dave")
    stand_in(world, bob, dave, B14, B14 + 2 * THREE)
    name_contact(world, world.person("Erin", zone="Pacific/Honolulu"))
    tell_holder(planner, B30 - timedelta(days=1))
    world.move_to(B30)
    to_on = AFTER + timedelta(days=7)
    mails = foretell(world, to_on)
    assert {mail.audience for mail in mails} == {"holder", "supervisor", "organization"}
    days = Days(world, planner)
    days.run(to_on)
    assert list_foretold(mails) == days.list_told(B30, to_on)
    assert carol


def test_a_supervisor_hears_of_a_requirement_s_day_too(world: World, deliverer: Deliverer) -> None:
    carol, bob = world.person("Carol"), world.person("Bob")
    certification, _ = world.certify(carol, date(2027, 3, 15), pack=CLOCKS)
    log(world, carol, make_new(3, areas=["suicide_prevention"], last_on=date(2021, 3, 5)), certification)
    assign(world, carol, bob, from_on=ISSUED)
    for on in (date(2027, 2, 2), date(2027, 2, 5)):
        deliverer.planner.look(on, hour_utc=18)
        deliverer.deliver()
    rows = [row for row in deliverer.planner.copies() if row.subject_kind == "requirement"]
    assert [(row.stage, row.recipient_id, row.state) for row in rows] == [("before_30", bob, "sent")]
    copy = read(deliverer.smtp.list_taken()[-1].data)
    assert "by our record a requirement is met until Thursday, March 4, 2027." in copy.flat
