"""Somebody was told by letter, by phone or in person: no mail is sent for that stage, and a mistake is taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.copies import assign, use_policy
from kit.delivery import STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.tellings import copy_row, find_key, ledger_of, note, take_back
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import AuditEvent, Reminder, TellingVersion
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.language import LOCALES, say_by
from certtrack.packs import Policies, parse_policy
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.applications.typed import BadApplication
from certtrack.services.ledger.mail_why import explain_mail
from certtrack.services.ledger.tellings import (
    Hindrance,
    NewTelling,
    NotToBeNoted,
    can_tell,
    get_telling,
    list_to_tell,
    note_told,
    read_telling,
)
from certtrack.services.organizations import assign_supervisor
from certtrack.services.people import get_person

DUE = date(2026, 10, 31)
HINDRANCES = ("mailed", "on_its_way", "noted", "set_aside", "another_first")


def plan_one(world: World, planner: Planner, **values: str | None) -> tuple[int, int]:
    person = world.person(**values)  # type: ignore[arg-type]  # whatever fields a test names
    _, cycle = world.certify(person, DUE)
    planner.look(STAGE_DAY)
    return person, cycle


def try_to_note(world: World, person: int, stage: str) -> Hindrance:
    with pytest.raises(NotToBeNoted) as caught:
        note(world, person, stage)
    return caught.value.hindrance


def test_what_somebody_told_is_not_mailed_and_the_next_stage_is(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    person, cycle = plan_one(world, planner)
    note(world, person, "before_180")
    assert deliverer.deliver() == {}
    planner.look(STAGE_DAY + timedelta(days=1))
    assert planner.says(cycle) == {"before_180": "told"}
    planner.look(date(2026, 7, 31))
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.says(cycle)["before_180"] == "told"


def test_a_stage_still_to_come_can_be_told_ahead_and_is_not_mailed_on_its_day(world: World, planner: Planner) -> None:
    person, cycle = plan_one(world, planner)
    assert try_to_note(world, person, "before_60") == "another_first"
    note(world, person, "before_180")
    note(world, person, "before_90", how="letter")
    planner.look(date(2026, 8, 3))
    assert planner.says(cycle) == {"before_180": "told", "before_90": "told"}
    assert planner.next_on(cycle) == date(2026, 9, 1)


def test_somebody_without_an_address_is_told_by_letter_and_the_later_stages_are_decided_as_ever(
    world: World, planner: Planner
) -> None:
    person, cycle = plan_one(world, planner, address=None)
    note(world, person, "before_180", how="letter")
    planner.look(date(2026, 7, 31))
    assert planner.says(cycle) == {"before_180": "told", "before_90": "suppressed:no_address"}


def test_the_sentence_says_how_on_which_day_by_whom_and_when_it_was_noted(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    note(world, person, "before_180", told_by="Bob Supervisor")
    with world.database.reading() as session:
        [why] = [
            one
            for one in explain_mail(session, get_person(session, person), ledger_of(world, person))
            if one.entry.state == "told"
        ]
    assert say_by("reminders/words.jinja", "en", "why_sentence", why).replace("\N{NO-BREAK SPACE}", " ") == (
        "Carol Example was told by phone on Monday, May 4, 2026, by Bob Supervisor, so no mail is sent for "
        "the reminder 180 days before October 31, 2026; this was noted on May 4, 2026."
    )


def test_a_mistake_is_taken_back_and_the_stage_is_mailed_after_all(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    person, cycle = plan_one(world, planner)
    telling = note(world, person, "before_180")
    take_back(world, telling)
    assert planner.says(cycle) == {"before_180": "suppressed:taken_back"}
    planner.look()
    assert deliverer.deliver() == {"accepted": 1}
    with world.database.reading() as session:
        versions = session.scalars(select(TellingVersion).order_by(TellingVersion.no)).all()
        actions = session.scalars(select(AuditEvent.action)).all()
    assert [(one.no, one.is_withdrawn, one.reason) for one in versions] == [
        (1, False, None),
        (2, True, "it was somebody else"),
    ]
    assert {"telling.noted", "telling.taken_back"} <= set(actions)


def test_what_had_been_refused_before_stays_refused_once_a_note_is_taken_back(world: World, planner: Planner) -> None:
    person, cycle = plan_one(world, planner)
    planner.settle(state="failed")
    with world.database.writing() as session:
        session.execute(update(Reminder).values(reason="address_refused"))
    take_back(world, note(world, person, "before_180"))
    planner.look()
    assert planner.says(cycle) == {"before_180": "failed:address_refused"}


def test_a_note_is_taken_back_once_and_by_nobody_who_saw_another_one(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    telling = note(world, person, "before_180")
    with pytest.raises(StaleRecord):
        take_back(world, telling, expected_no=2)
    take_back(world, telling)
    with pytest.raises(Refused, match="taken back already"):
        take_back(world, telling, expected_no=2)


def test_what_was_mailed_or_is_on_its_way_or_noted_or_overtaken_is_not_noted(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    found = {}
    for state in ("sent", "in_mail", "told", "superseded"):
        with world.database.writing() as session:
            session.execute(update(Reminder).values(state=state, reason=None, settled_at=world.at))
        found[state] = try_to_note(world, person, "before_180")
    assert list(found.values()) == ["mailed", "on_its_way", "noted", "set_aside"]
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="suppressed", reason="died"))
    assert try_to_note(world, person, "before_180") == "set_aside"


@pytest.mark.parametrize("code", HINDRANCES)
def test_each_hindrance_has_a_sentence_of_each_language(code: str) -> None:
    said = {say_by("reminders/words.jinja", locale, "hindrance_sentence", code) for locale in LOCALES}
    assert len(said) == len(LOCALES)


def test_repeats_and_copies_of_a_stage_that_somebody_told_are_not_sent(world: World, planner: Planner) -> None:
    person, cycle = plan_one(world, planner)
    [row] = planner.rows(cycle)
    bob = world.person("Bob")
    with world.database.writing() as session:
        copy_row(session, row, occurrence=1)
        copy_row(session, row, recipient_id=bob, audience="supervisor")
    telling = note_first(world, person, row.id)
    states = sorted((row.state, row.reason or "") for row in (*planner.rows(cycle), *planner.copies(cycle)))
    assert states == [("superseded", "told"), ("superseded", "told"), ("told", "")]
    take_back(world, telling)
    rows = (*planner.rows(cycle), *planner.copies(cycle))
    assert {(row.state, row.reason) for row in rows} == {("suppressed", "taken_back")}


def test_no_copy_is_planned_of_what_somebody_told_until_that_is_taken_back(world: World, planner: Planner) -> None:
    use_policy(world)
    person, bob = world.person(address=None), world.person("Bob")
    assign(world, person, bob, from_on=world.today)
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    telling = note(world, person, "before_30")
    planner.look(date(2026, 10, 4))
    assert planner.copies(cycle) == []
    take_back(world, telling)
    planner.look(date(2026, 10, 5))
    assert [(row.stage, row.recipient_id, row.state) for row in planner.copies(cycle)] == [
        ("before_30", bob, "planned")
    ]


def test_a_repeat_is_not_planned_once_somebody_told_the_stage(world: World, planner: Planner) -> None:
    policy = world.policy
    text = policy.raw.replace("days_before = 180\n", "days_before = 180\nrepeat_every_days = 14\nrepeats = 2\n")
    others = [one for one in world.rulebook.policies.list() if one.key != policy.key]
    world.rulebook = replace(world.rulebook, policies=Policies([*others, parse_policy(text)]))
    person, cycle = plan_one(world, planner)
    assert [entry.occurrence for entry in ledger_of(world, person) if entry.stage == "before_180"] == [0, 1, 2]
    note(world, person, "before_180")
    assert [entry.occurrence for entry in ledger_of(world, person) if entry.stage == "before_180"] == [0]
    planner.look(date(2026, 6, 30))
    assert planner.says(cycle) == {"before_180": "told"}


def note_first(world: World, person: int, reminder_id: int) -> int:
    with world.database.writing() as session:
        new = NewTelling("phone", world.today)
        return note_told(session, world.rulebook, person, str(reminder_id), new, actor=world.actor, at=world.at).id


def test_a_day_still_to_come_and_a_stage_that_is_not_there_are_refused(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    key = find_key(world, person, "before_180")
    with world.database.writing() as session:
        new = NewTelling("phone", world.today + timedelta(days=1))
        with pytest.raises(BadInput, match="still to come"):
            note_told(session, world.rulebook, person, key, new, actor=world.actor, at=world.at)
        with pytest.raises(NotFound):
            note_told(
                session, world.rulebook, person, "9-late", NewTelling("phone", world.today), actor=world.actor,
                at=world.at,
            )  # fmt: skip


def test_the_supervisor_and_the_office_may_and_nobody_else_nor_for_themselves(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    bob, dave = world.person("Bob"), world.person("Dave")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=person, supervisor_id=bob, organization_id=world.organization_id, from_on=world.today,
            actor=world.actor, at=world.at,
        )  # fmt: skip

    def may(role: Role, person_id: int | None) -> bool:
        grants = frozenset({RoleGrant(role, world.organization_id)})
        with world.database.reading() as session:
            actor = Actor("account:9", 9, person_id, grants)
            return can_tell(session, actor, person, world.today)

    assert may(Role.SUPERVISOR, bob)
    assert may(Role.AGENCY_ADMINISTRATOR, None)
    assert not may(Role.SUPERVISOR, dave)
    assert not may(Role.PROGRAMME_ADMINISTRATOR, dave)
    assert not may(Role.SPECIALIST, person)
    assert not may(Role.AGENCY_ADMINISTRATOR, person)
    key = find_key(world, person, "before_180")
    with world.database.writing() as session, pytest.raises(NotAllowed):
        note_told(
            session, world.rulebook, person, key, NewTelling("phone", world.today), actor=Actor("account:9", 9, dave),
            at=world.at,
        )  # fmt: skip


def test_a_note_is_found_for_its_own_person_alone(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    telling, dave = note(world, person, "before_180"), world.person("Dave")
    with world.database.reading() as session:
        assert get_telling(session, get_person(session, person).id, telling).id == telling
        with pytest.raises(NotFound):
            get_telling(session, dave, telling)


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(BadApplication) as caught:
        read_telling({"how": "pigeon", "told_on": "2026-05-05", "told_by": "x" * 201}, STAGE_DAY)
    assert caught.value.problems == {"how": "not_a_choice", "told_on": "lies_ahead", "told_by": "too_long"}
    new = read_telling({"how": "letter", "told_on": "2026-05-04", "told_by": " "}, STAGE_DAY)
    assert new == NewTelling("letter", STAGE_DAY)


def test_what_can_be_noted_are_the_stages_that_are_open_and_the_next_one(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    assert [entry.stage for entry in list_to_tell(ledger_of(world, person))] == ["before_180", "before_90"]
