"""Days beside those of cycles in the ledger: why somebody was told of them, or wasn't, and by letter or phone."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from kit.background_checks import keep_check
from kit.credits import act_as, log, make_new
from kit.delivery import Deliverer
from kit.exams import grant, hold, seat
from kit.own_days import certify_first, load_states
from kit.planning import Planner
from kit.rules import CLOCKS
from kit.world import World, load_shipped
from sqlalchemy import select, update

from certtrack.db.models import OtherDay, Reminder, Telling
from certtrack.errors import NotFound
from certtrack.language import LOCALES, say_by
from certtrack.security import Actor, Role
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.exams.sittings import NewSitting, amend_sitting, get_sitting
from certtrack.services.ledger.coming_copies import add_coming_copies
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.letters import get_letter, get_letters, note_letters
from certtrack.services.ledger.mail_why import explain_mail
from certtrack.services.ledger.tellings import (
    NewTelling,
    NotToBeNoted,
    find_hindrance,
    list_to_tell,
    note_told,
    take_back_told,
)
from certtrack.services.ledger.whole import list_whole_ledger, load_whole_ledger
from certtrack.services.organizations import assign_supervisor
from certtrack.services.people import get_person
from certtrack.services.reminders.unmailed import Unmailed, list_unmailed

HELD = date(2026, 6, 20)
TOLD_ON = date(2026, 6, 5)
OFF = NewSitting(HELD, "Lakeside Hall, room 1", 5, begins_at=time(9, 30), is_called_off=True)


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_shipped()


def give_seat(world: World, person_id: int) -> int:
    sitting_id = hold(world, 5, held_on=HELD, place=OFF.place, begins_at=OFF.begins_at)
    seat(world, sitting_id, person_id)
    return sitting_id


def call_off(world: World, sitting_id: int) -> None:
    with world.database.writing() as session:
        sitting = get_sitting(session, world.actor, sitting_id)
        amend_sitting(session, sitting, OFF, expected_no=sitting.no, reason=None, actor=world.actor, at=world.at)


def ledger_of(world: World, person_id: int, actor: Actor | None = None) -> list[LedgerEntry]:
    with world.database.reading() as session:
        return list_whole_ledger(session, world.rulebook, actor or world.actor, person_id, world.at)


def says(world: World, person_id: int, locale: str = "en") -> dict[str, str]:
    """The sentence of each stage, by its key."""
    with world.database.reading() as session:
        person = get_person(session, person_id)
        whole = load_whole_ledger(session, world.rulebook, world.actor, person_id, world.at)
        found = explain_mail(session, person, add_coming_copies(session, whole))
    words = "reminders/words.jinja"
    return {
        why.entry.stage: say_by(words, locale, "why_sentence", why).replace("\N{NO-BREAK SPACE}", " ") for why in found
    }


def find_key(world: World, person_id: int, stage: str) -> str:
    return next(entry.key for entry in ledger_of(world, person_id) if entry.stage == stage)


def note(world: World, person_id: int, stage: str, actor: Actor | None = None) -> int:
    new = NewTelling("phone", world.today, "Bob Supervisor")
    key = find_key(world, person_id, stage)
    with world.database.writing() as session:
        told = note_told(session, world.rulebook, person_id, key, new, actor=actor or world.actor, at=world.at)
        return told.id


def write(world: World, person_id: int, stage: str) -> str:
    """The letter of that stage, in one line."""
    key = find_key(world, person_id, stage)
    with world.database.reading() as session:
        letter = get_letter(session, world.rulebook, person_id, key, actor=world.actor, at=world.at).letter
    part = letter.part
    said = [letter.greeting, part.first, *(one.whole for one in (*part.paragraphs, *part.asking)), letter.reach]
    return " ".join(said).replace("\N{NO-BREAK SPACE}", " ")


def unmailed(world: World, actor: Actor | None = None) -> tuple[Unmailed, ...]:
    with world.database.reading() as session:
        return list_unmailed(session, actor or world.actor, world.at).items


def test_each_stage_is_told_in_a_sentence_with_what_comes(world: World, deliverer: Deliverer) -> None:
    carol = world.person()
    give_seat(world, carol)
    deliverer.planner.look(TOLD_ON)
    assert says(world, carol)["before_14"].startswith(
        "The reminder 14 days before June 20, 2026 (exam) goes out from June 5, 2026"
    )
    deliverer.deliver()
    said = says(world, carol)
    assert said["before_14"] == (
        "Carol Example was told on Friday, June 5, 2026, by the reminder 14 days before June 20, 2026 (exam): "
        "the mail server took mail 1 at 12:00 PM (250)."
    )
    assert said["before_3"] == (
        "The reminder 3 days before June 20, 2026 (exam) comes on Wednesday, June 17, 2026, by what is on record then."
    )
    assert list(said) == ["before_14", "before_3", "before_1"]


def test_every_state_and_every_reason_has_its_sentence_in_both_languages(world: World, planner: Planner) -> None:
    carol = world.person()
    give_seat(world, carol)
    planner.look(TOLD_ON)
    reasons = {
        "suppressed": ("no_address", "died"), "superseded": ("day_moved", "called_off", "on_again", "day_closed"),
        "expired": (None,), "failed": ("address_refused",), "told": (None,), "in_mail": (None,),
    }  # fmt: skip
    for state, codes in reasons.items():
        for code in codes:
            with world.database.writing() as session:
                session.execute(update(Reminder).values(state=state, reason=code, settled_at=world.at))
            assert len({says(world, carol, locale)["before_14"] for locale in LOCALES}) == len(LOCALES)


def test_a_moved_and_a_called_off_day_say_so(world: World, planner: Planner) -> None:
    carol = world.person()
    sitting_id = give_seat(world, carol)
    planner.look(TOLD_ON)
    planner.settle()
    call_off(world, sitting_id)
    planner.look()
    said = says(world, carol)
    assert said["called_off"].startswith("The mail about the cancellation on June 20, 2026 (exam) goes out")
    assert list(said) == ["before_14", "called_off"]


def test_whoever_may_not_see_the_day_sees_nothing_of_it_in_the_ledger_and_tells_nothing(
    world: World, planner: Planner
) -> None:
    carol, bob = world.person(address=None), world.person("Bob")
    supervisor = act_as(world, world.account("bea", Role.SUPERVISOR, person_id=bob))
    office = act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    give_seat(world, carol)
    planner.look(TOLD_ON)
    assert ledger_of(world, carol, supervisor) == []
    assert [entry.stage for entry in ledger_of(world, carol, office)] == ["before_14", "before_3", "before_1"]
    assert (unmailed(world, supervisor), [one.person.id for one in unmailed(world, office)]) == ((), [carol])
    with pytest.raises(NotFound):
        note(world, carol, "before_14", supervisor)


def test_what_somebody_told_is_not_mailed_and_a_mistake_is_taken_back(world: World, deliverer: Deliverer) -> None:
    carol, planner = world.person(), deliverer.planner
    give_seat(world, carol)
    planner.look(TOLD_ON)
    telling = note(world, carol, "before_14")
    note(world, carol, "before_3")
    planner.look(date(2026, 6, 17))
    assert deliverer.deliver() == {}
    assert [(row.stage, row.state) for row in planner.rows()] == [("before_14", "told"), ("before_3", "told")]
    assert says(world, carol)["before_14"] == (
        "Carol Example was told by phone on Friday, June 5, 2026, by Bob Supervisor, so no mail is sent for "
        "the reminder 14 days before June 20, 2026 (exam); this was noted on June 5, 2026."
    )
    world.move_to(TOLD_ON)
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.stage == "before_3").values(state="superseded", reason="x"))
        one = session.get_one(Telling, telling)
        take_back_told(session, one, expected_no=1, reason="another one", actor=world.actor, at=world.at)
    planner.look(TOLD_ON)
    assert [row.state for row in planner.rows() if row.stage == "before_14"] == ["planned"]


def test_only_the_next_stage_can_be_told_ahead_and_none_that_was_mailed(world: World, planner: Planner) -> None:
    carol = world.person()
    give_seat(world, carol)
    world.certify(carol, date(2026, 12, 2))
    planner.look(TOLD_ON)
    planner.settle()
    ledger = ledger_of(world, carol)
    days = {entry.stage: find_hindrance(entry, ledger) for entry in ledger if entry.subject_kind != "cycle"}
    assert days == {"before_14": "mailed", "before_3": None, "before_1": "another_first"}
    assert {entry.subject_kind for entry in list_to_tell(ledger)} == {"cycle", "exam_sitting"}


def test_each_stage_has_its_letter_in_the_persons_language(world: World, planner: Planner) -> None:
    carol, dora = world.person(address=None), world.person("Dora", address=None, language="es")
    sitting_id = give_seat(world, carol)
    seat(world, sitting_id, dora)
    planner.look(TOLD_ON)
    letter = write(world, carol, "before_14")
    assert "Your exam is on Saturday, June 20, 2026." in letter
    assert "That's 15 days after the day of this letter." in letter
    assert "The place: Lakeside Hall, room 1." in letter
    assert "Su examen es el sábado 20 de junio de 2026." in write(world, dora, "before_3")
    names = [f"{one.person.id}:{entry.key}" for one in unmailed(world) for entry in one.entries]
    assert len(names) == 2
    with world.database.writing() as session:
        assert len(get_letters(session, world.rulebook, names, actor=world.actor, at=world.at)) == 2
        assert note_letters(session, world.rulebook, names, actor=world.actor, at=world.at) == 2
    assert unmailed(world) == ()


def test_a_sitting_that_is_called_off_has_a_letter_and_its_stages_none(world: World, planner: Planner) -> None:
    carol = world.person()
    sitting_id = give_seat(world, carol)
    planner.look(TOLD_ON)
    planner.settle()
    planner.change(carol, private_address=None)
    call_off(world, sitting_id)
    planner.look()
    [one] = unmailed(world)
    assert [entry.stage for entry in one.entries] == ["called_off"]
    letter = write(world, carol, "called_off")
    assert "Your exam on Saturday, June 20, 2026 doesn't take place." in letter
    assert "begins" not in letter
    with pytest.raises(NotToBeNoted):
        write(world, carol, "before_14")
    world.move_to(HELD + timedelta(days=1))
    assert unmailed(world) == ()
    with pytest.raises(NotToBeNoted):
        write(world, carol, "called_off")


def test_a_background_check_is_written_of_before_and_after_its_day(world: World, planner: Planner) -> None:
    carol = world.person(address=None)
    grant(world)
    keep_check(world, carol, NewCheck(world.today, date(2026, 8, 1), "A letter"))
    planner.look(date(2026, 7, 2))
    assert "Your background check is good until Saturday, August 1, 2026." in write(world, carol, "before_30")
    planner.look(date(2026, 8, 2))
    assert "Your background check was good until Saturday, August 1, 2026." in write(world, carol, "after_1")
    assert says(world, carol)["after_1"].startswith(
        "Nothing was sent for the reminder 1 day after August 1, 2026 (background check)"
    )


def test_the_days_that_the_rules_find_stand_in_the_ledger_and_on_letters_too(world: World, planner: Planner) -> None:
    world.rulebook = load_states()
    carol, dora = world.person(address=None), world.person("Dora", address=None, language="es")
    certification, _ = world.certify(carol, date(2027, 3, 15), pack=CLOCKS)
    log(world, carol, make_new(3, areas=["suicide_prevention"], last_on=date(2021, 3, 5)), certification)
    certify_first(world, dora, date(2026, 3, 2))
    planner.look(date(2026, 8, 3), hour_utc=18)
    assert "Son 30 días después de la fecha de esta carta." in write(world, dora, "before_30")
    planner.look(date(2026, 9, 4), hour_utc=18)
    names = {f"{one.person.id}:{entry.key}" for one in unmailed(world) for entry in one.entries}
    own = [entry for entry in ledger_of(world, carol) if entry.subject_kind == "requirement"]
    said = say_by("reminders/words.jinja", "en", "reminder_of", own[0]).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "the reminder 180 days before March 4, 2027 (hours every few years)"
    assert f"{carol}:{own[0].key}" in names
    with world.database.reading() as session:
        letter = get_letter(session, world.rulebook, carol, own[0].key, actor=world.actor, at=world.at).letter
    assert "one of your requirements is met until Thursday, March" in letter.part.first.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_a_day_of_each_kind_is_followed_by_its_own_stages_alone(world: World, planner: Planner) -> None:
    carol = world.person()
    give_seat(world, carol)
    world.certify(carol, date(2026, 12, 2))
    planner.look(TOLD_ON)
    with world.database.reading() as session:
        found = explain_mail(session, get_person(session, carol), ledger_of(world, carol))
        day = session.scalars(select(OtherDay)).one()
    [first] = [why for why in found if why.entry.stage == "before_14" and why.entry.subject_kind == day.kind]
    assert first.following is not None
    assert (first.following.subject, first.following.stage) == (("exam_sitting", day.id), "before_3")
    assert replace(first.entry, reminder_id=None).key == f"exam_sitting-{day.id}-before_14-0"
