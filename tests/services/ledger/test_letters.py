"""Reminders on paper: the sentences of the mail, for those whom no mail reaches, one by one or many at once."""

from datetime import date

import pytest
from kit.delivery import STAGE_DAY
from kit.mails import make_item
from kit.planning import Planner
from kit.tellings import find_key, ledger_of, note
from kit.world import World
from sqlalchemy import event, update

from certtrack.db.models import Reminder
from certtrack.errors import NotAllowed, NotFound
from certtrack.language import LOCALES
from certtrack.mail.letter import Letter, write_letter
from certtrack.mail.telling import tell
from certtrack.security import Actor
from certtrack.services.ledger.letters import ShownLetter, get_letter, get_letters, note_letters
from certtrack.services.ledger.tellings import NotToBeNoted
from certtrack.services.merges import merge_people
from certtrack.services.people import change_person, get_person
from certtrack.services.reminders.unmailed import PAGE, Unmailed, UnmailedPage, list_unmailed

DUE = date(2026, 10, 31)


def plan_one(world: World, planner: Planner, name: str = "Carol", **values: str | None) -> tuple[int, int]:
    person = world.person(name, **values)
    _, cycle = world.certify(person, DUE)
    planner.look(STAGE_DAY)
    return person, cycle


def read(world: World, person: int, stage: str) -> ShownLetter:
    key = find_key(world, person, stage)
    with world.database.reading() as session:
        return get_letter(session, world.rulebook, person, key, actor=world.actor, at=world.at)


def unmailed(world: World) -> tuple[Unmailed, ...]:
    with world.database.reading() as session:
        return list_unmailed(session, world.actor, world.at).items


def write(stage: str = "before_180", locale: str = "en", today: date = STAGE_DAY, **values: bool) -> Letter:
    named = {"office": "Lakeside Peers", "reply_to": "office@example.org", "name": "Carol Example", "called": "Carol"}
    more = {"has_address": False} | values
    return write_letter(make_item(stage=stage, today=today), locale=locale, **named, **more)  # type: ignore[arg-type]  # two kinds of values


@pytest.mark.parametrize("locale", LOCALES)
def test_a_letter_says_what_the_mail_says_but_for_how_far_it_is_from_the_day_on_which_it_is_read(locale: str) -> None:
    item = make_item(stage="before_180", today=STAGE_DAY)
    mailed = tell(item, today=item.today, office="Lakeside Peers", locale=locale)
    letter = write(locale=locale)
    assert letter.part.first == mailed.first
    assert letter.part.asking == mailed.asking
    differ = [
        (own.text, theirs.text)
        for own, theirs in zip(letter.part.paragraphs, mailed.paragraphs, strict=True)
        if own != theirs
    ]
    [(own_words, mail_words)] = differ
    assert own_words.partition(".")[2] == mail_words.partition(".")[2]
    assert {"en": "180 days after the day of this letter", "es": "180 días después de la fecha de esta carta"}[
        locale
    ] in own_words


def test_it_has_its_day_the_name_the_greeting_the_office_and_asks_for_an_address_where_there_is_none() -> None:
    letter = write()
    assert letter.day.replace("\N{NO-BREAK SPACE}", " ") == "May 4, 2026"
    assert (letter.name, letter.greeting, letter.closing) == ("Carol Example", "Hello Carol,", "With kind regards,")
    assert letter.reach == "To reach Lakeside Peers, call or visit as usual, or write to office@example.org."
    assert "email" in letter.address
    assert write(has_address=True).address == ""
    assert "day of this letter" in " ".join(one.text for one in write(today=DUE).part.paragraphs)


def test_a_stage_decided_or_still_to_come_has_its_letter_in_the_persons_language(
    world: World, planner: Planner
) -> None:
    person, _ = plan_one(world, planner, address=None, language="es")
    now = read(world, person, "before_180")
    assert (now.can_note, now.letter.locale, now.letter.greeting) == (True, "es", "Hola, Carol:")
    assert read(world, person, "before_90").can_note
    assert not read(world, person, "before_60").can_note
    note(world, person, "before_180", how="letter")
    assert not read(world, person, "before_180").can_note


def test_no_letter_is_written_for_what_is_not_to_be_told_any_more(world: World, planner: Planner) -> None:
    person, cycle = plan_one(world, planner, address=None)
    key = find_key(world, person, "before_180")
    planner.close(cycle)
    with world.database.reading() as session, pytest.raises(NotToBeNoted):
        get_letter(session, world.rulebook, person, key, actor=world.actor, at=world.at)


def test_a_letter_is_nobodys_but_theirs_who_may_tell_the_person(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner)
    key = find_key(world, person, "before_180")
    with world.database.reading() as session:
        with pytest.raises(NotAllowed):
            get_letter(session, world.rulebook, person, key, actor=Actor("account:9", 9, person), at=world.at)
        with pytest.raises(NotFound):
            get_letter(session, world.rulebook, person, "9-late-0", actor=world.actor, at=world.at)
        assert list_unmailed(session, Actor("account:9", 9, person), world.at) == UnmailedPage((), 0, 1)


def test_whoever_has_no_address_or_a_refused_one_is_listed_until_they_were_told(world: World, planner: Planner) -> None:
    nowhere, _ = plan_one(world, planner, "Carol", address=None)
    refused, cycle = plan_one(world, planner, "Dave")
    plan_one(world, planner, "Erin")
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.subject_id == cycle).values(state="failed"))
    assert [one.person.id for one in unmailed(world)] == [nowhere, refused]
    names = [f"{one.person.id}:{one.entries[0].key}" for one in unmailed(world)]
    with world.database.reading() as session:
        letters = get_letters(session, world.rulebook, [*names, *names], actor=world.actor, at=world.at)
    assert [letter.name for letter in letters] == names
    with world.database.writing() as session:
        assert note_letters(session, world.rulebook, names, actor=world.actor, at=world.at) == 2
        assert note_letters(session, world.rulebook, names, actor=world.actor, at=world.at) == 0
    assert unmailed(world) == ()
    assert [entry.state for entry in ledger_of(world, nowhere)][:2] == ["told", "coming"]


def test_the_last_stage_that_was_not_told_is_the_one_to_be_written(world: World, planner: Planner) -> None:
    person, _ = plan_one(world, planner, address=None)
    planner.look(date(2026, 7, 31))
    [one] = unmailed(world)
    assert [entry.stage for entry in one.entries] == ["before_90"]
    with world.database.writing() as session:
        changes = {"private_address": "carol@example.org"}
        change_person(session, get_person(session, person), changes, actor=world.actor, at=world.at)
    planner.look()
    assert unmailed(world) == ()


def test_many_are_listed_a_page_at_a_time_by_the_same_number_of_queries(world: World, planner: Planner) -> None:
    plan_one(world, planner, "Anna", address=None)
    seen: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    assert len(unmailed(world)) == 1
    few = len(seen)
    for number in range(PAGE):
        world.certify(world.person(f"Carol {number:02}", address=None), DUE)
    planner.look()
    seen.clear()
    with world.database.reading() as session:
        first = list_unmailed(session, world.actor, world.at)
        assert len(seen) <= few
        second = list_unmailed(session, world.actor, world.at, page=2)
    assert (len(first.items), first.total, first.first) == (PAGE, PAGE + 1, 1)
    assert (len(second.items), second.total, second.first) == (1, PAGE + 1, PAGE + 1)
    assert {one.person.id for one in first.items}.isdisjoint(one.person.id for one in second.items)


def test_letters_that_are_asked_for_together_are_those_that_each_has_alone(world: World, planner: Planner) -> None:
    carol, _ = plan_one(world, planner, "Carol", address=None)
    dave, _ = plan_one(world, planner, "Dave", address=None, zone="Pacific/Kiritimati")
    former, _ = plan_one(world, planner, "Erin", address=None)
    erin = world.person("Erin", address=None)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, former, erin, reason="one", actor=world.actor, at=world.at)
    keys = [(carol, find_key(world, carol, "before_90")), (dave, find_key(world, dave, "before_180"))]
    keys += [(number, find_key(world, erin, "before_90")) for number in (former, erin)]
    names = [f"{number}:{key}" for number, key in keys]
    with world.database.reading() as session:
        together = get_letters(session, world.rulebook, names, actor=world.actor, at=world.at)
        alone = [get_letters(session, world.rulebook, [name], actor=world.actor, at=world.at) for name in names]
    assert [shown.letter.greeting for shown in together] == [
        "Hello Carol,",
        "Hello Dave,",
        "Hello Erin,",
        "Hello Erin,",
    ]
    assert list(together) == [shown for one in alone for shown in one]


def test_a_stage_before_one_that_was_told_is_no_letter_any_more(world: World, planner: Planner) -> None:
    person, cycle = plan_one(world, planner, address=None)
    note(world, person, "before_90", how="letter")
    assert unmailed(world) == ()
    planner.close(cycle)
    assert unmailed(world) == ()


@pytest.mark.parametrize("name", ["", "24", "x:1", "24:", ":1", "9" * 19 + ":1"])
def test_a_name_that_is_none_is_refused(world: World, name: str) -> None:
    with world.database.reading() as session, pytest.raises(NotFound):
        get_letters(session, world.rulebook, [name], actor=world.actor, at=world.at)
