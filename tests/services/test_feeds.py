"""A private calendar: its days are those of the mails, it tells nothing and nobody, and it is over at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from kit.credits import DUE, Cast, list_events
from kit.exams import hold, seat
from kit.mails import make_item, remind
from kit.rules import CPS
from kit.world import World
from sqlalchemy import text

from certtrack.db.engine import Database
from certtrack.db.models import Account, Person
from certtrack.errors import Refused
from certtrack.mail.calendar_file import make_feed as write_feed
from certtrack.security import Role
from certtrack.services.feeds import Feed, end_feed, find_feed, load_feed, make_feed
from certtrack.services.merges import merge_people
from certtrack.services.people import change_person


def make(world: World, account_id: int | None) -> str:
    with world.database.writing() as session:
        account = session.get_one(Account, account_id)
        return make_feed(session, account, actor=world.actor, at=world.at)


def read(world: World, token: str, database: Database | None = None) -> Feed | None:
    with (database or world.database).reading() as session:
        return load_feed(
            session, world.rulebook, token,
            mail_from="mail@example.org", base_url="https://certtrack.example.org", clock=world.clock,
        )  # fmt: skip


def list_days(world: World, token: str) -> list[date]:
    feed = read(world, token)
    assert feed
    return [day.day for day in feed.days]


def list_entries(feed: Feed) -> list[Any]:
    return Calendar.from_ical(write_feed(feed.writer, feed.days)).walk("VEVENT")


def test_it_has_the_day_to_act_by_of_each_certification_and_moves_on_with_the_phases(world: World, cast: Cast) -> None:
    token = make(world, cast.holder.account_id)
    assert list_days(world, token) == [DUE, DUE]
    world.move_to(DUE + timedelta(days=1))
    in_grace = list_days(world, token)
    assert len(in_grace) == 2
    assert min(in_grace) > DUE


def test_an_exam_that_somebody_has_a_seat_for_is_a_day_until_it_is_over(world: World, cast: Cast) -> None:
    token = make(world, cast.holder.account_id)
    held_on = world.today + timedelta(days=14)
    seat(world, hold(world, held_on=held_on), cast.carol)
    assert list_days(world, token) == sorted([held_on, DUE, DUE])
    world.move_to(held_on + timedelta(days=1))
    assert held_on not in list_days(world, token)


def test_its_entries_are_those_of_the_mails_so_that_no_day_stands_twice(world: World, cast: Cast) -> None:
    feed = read(world, make(world, cast.holder.account_id))
    assert feed
    item = make_item(CPS, DUE, stage="before_30", subject=f"cycle:{cast.cycle}")
    mailed: Any = Calendar.from_ical(remind(item, today=world.today).calendar or b"").walk("VEVENT")[0]
    fed = [entry for entry in list_entries(feed) if entry["UID"] == mailed["UID"]]
    assert [(entry.start, entry.end, entry["SUMMARY"]) for entry in fed] == [
        (mailed.start, mailed.end, mailed["SUMMARY"])
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_credential_no_number_and_nobodys_name_stands_in_it(world: World, cast: Cast, language: str) -> None:
    with world.database.writing() as session:
        change_person(
            session, session.get_one(Person, cast.carol), {"language": language}, actor=world.actor, at=world.at
        )
    feed = read(world, make(world, cast.holder.account_id))
    assert feed
    written = write_feed(feed.writer, feed.days).decode()
    unfolded = written.replace("\r\n ", "")
    for told in ("Carol", "Bob", "Example", "CPS", "CPPS", "eer ", "pecialist", "carol1"):
        assert told not in unfolded.replace("Lakeside Peers", ""), told
    assert [entry.start for entry in list_entries(feed)] == [DUE, DUE]
    assert {str(entry["CLASS"]) for entry in list_entries(feed)} == {"PRIVATE"}
    said = {"en": "A date to keep in mind", "es": "Una fecha para tener presente"}
    assert {str(entry["SUMMARY"]) for entry in list_entries(feed)} == {said[language]}


def test_a_new_one_ends_the_one_before_at_once_for_every_process(world: World, cast: Cast, database_url: str) -> None:
    other = Database(database_url)
    first = make(world, cast.holder.account_id)
    assert read(world, first, other)
    second = make(world, cast.holder.account_id)
    assert read(world, first, other) is None
    assert read(world, second, other)
    other.close()
    assert [action for action, _ in list_events(world, "calendar_feed")] == ["feed.made", "feed.renewed"]


def test_one_that_was_ended_is_the_address_of_nothing_and_to_end_it_twice_is_no_change(
    world: World, cast: Cast
) -> None:
    token = make(world, cast.holder.account_id)
    with world.database.writing() as session:
        account = session.get_one(Account, cast.holder.account_id)
        assert end_feed(session, account, actor=world.actor, at=world.at)
        assert not end_feed(session, account, actor=world.actor, at=world.at)
        assert find_feed(session, account.id) is None
    assert read(world, token) is None
    assert list_events(world, "calendar_feed")[-1] == ("feed.ended", [cast.carol])


def test_a_closed_account_has_none_and_somebody_else_ends_no_feed_of_hers(world: World, cast: Cast) -> None:
    token = make(world, cast.holder.account_id)
    with world.database.writing() as session:
        bob = session.get_one(Account, cast.supervisor.account_id)
        assert not end_feed(session, bob, actor=world.actor, at=world.at)
    assert read(world, token)
    with world.database.writing() as session:
        session.get_one(Account, cast.holder.account_id).is_active = False
    assert read(world, token) is None


def test_the_token_is_nowhere_in_the_database(world: World, cast: Cast) -> None:
    token = make(world, cast.holder.account_id)
    with world.database.reading() as session:
        kept = [str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in ("calendar_feed", "audit_value")]  # noqa: S608  # two tables of ours
    assert not any(token in rows for rows in kept)


@pytest.mark.parametrize("token", ["", "none", "x" * 5000, "%", "ñ"])
def test_what_was_never_a_token_is_answered_as_one_that_has_ended(world: World, cast: Cast, token: str) -> None:
    make(world, cast.holder.account_id)
    assert read(world, token) is None


def test_whoever_has_died_has_no_days_and_an_account_of_nobody_has_no_feed(world: World, cast: Cast) -> None:
    token = make(world, cast.holder.account_id)
    with world.database.writing() as session:
        carol = session.get_one(Person, cast.carol)
        change_person(session, carol, {"died_on": world.today}, actor=world.actor, at=world.at)
    assert list_days(world, token) == []
    nobody = world.account("office", Role.AGENCY_ADMINISTRATOR)
    with pytest.raises(Refused, match="no record"):
        make(world, nobody)


def test_the_days_of_somebody_who_was_merged_are_in_one_feed(world: World, cast: Cast) -> None:
    twin = world.person("Carolina")
    world.certify(twin, DUE + timedelta(days=60))
    token = make(world, cast.holder.account_id)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twin, cast.carol, reason="one", actor=world.actor, at=world.at)
    assert list_days(world, token) == [DUE, DUE, DUE + timedelta(days=60)]
