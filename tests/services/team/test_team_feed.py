"""A team's days in a calendar: how many lie on each, of those alone who are in the team now, and nobody's name."""

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from kit.credits import DUE, Cast, list_events
from kit.world import World
from sqlalchemy import select, update

from certtrack.auth.sessions import end_all
from certtrack.db.models import Account, AccountRole, Assignment
from certtrack.mail.calendar_file import make_feed as write_feed
from certtrack.security import Role
from certtrack.services.accounts import give_role
from certtrack.services.administration.accounts import add_role, end_role, set_active
from certtrack.services.feeds import end_feed, find_feed, load_feed, make_feed
from certtrack.services.team.feed import TeamFeed, load_team_feed

WHERE = {"mail_from": "mail@example.org", "base_url": "https://certtrack.example.org"}


def make(world: World, account_id: int | None, kind: Any = "team") -> str:
    with world.database.writing() as session:
        account = session.get_one(Account, account_id)
        return make_feed(session, account, kind, actor=world.actor, at=world.at)


def read(world: World, token: str) -> TeamFeed | None:
    with world.database.reading() as session:
        return load_team_feed(session, token, clock=world.clock, **WHERE)


def read_own(world: World, token: str) -> Any:
    with world.database.reading() as session:
        return load_feed(session, world.rulebook, token, clock=world.clock, **WHERE)


def count(world: World, token: str) -> dict[Any, int]:
    feed = read(world, token)
    assert feed
    return {day.day: day.in_team for day in feed.days}


def test_it_counts_the_dates_of_the_team_page_by_day(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    assert count(world, token) == {DUE: 2}
    world.move_to(DUE + timedelta(days=1))
    assert DUE not in count(world, token), "what is over is no day to come"


def test_the_supervisors_own_days_are_not_the_teams(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    before = count(world, token)
    world.certify(cast.supervisor.person_id or 0, DUE)
    assert count(world, token) == before


def test_whoever_is_in_the_team_no_more_is_in_no_day(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    with world.database.writing() as session:
        session.execute(
            update(Assignment).values(from_on=world.today - timedelta(days=9), until_on=world.today - timedelta(days=1))
        )
    assert count(world, token) == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_names_nobody_and_no_certification_and_its_titles_say_nothing(
    world: World, cast: Cast, language: str
) -> None:
    token = make(world, cast.supervisor.account_id)
    with world.database.writing() as session:
        session.get_one(Account, cast.supervisor.account_id).language = language
    feed = read(world, token)
    assert feed
    written = write_feed(feed.writer, feed.days, is_team=True).decode()
    unfolded = written.replace("\r\n ", "")
    for told in ("Carol", "Bob", "Example", "CPS", "CPPS", "eer ", "pecialist", "carol1"):
        assert told not in unfolded.replace("Lakeside Peers", ""), told
    entries: list[Any] = Calendar.from_ical(written).walk("VEVENT")
    (entry,) = entries
    said = {"en": "A date to keep in mind", "es": "Una fecha para tener presente"}
    team = {"en": "2 dates in your team.", "es": "2 fechas en su equipo."}
    assert str(entry["SUMMARY"]) == said[language]
    assert team[language] in str(entry["DESCRIPTION"])
    assert str(entry["URL"]) == "https://certtrack.example.org/team"
    assert (entry.start, str(entry["CLASS"])) == (DUE, "PRIVATE")


def test_one_that_is_asked_again_moves_the_entry_instead_of_making_another(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    first, second = read(world, token), read(world, token)
    assert first
    assert second
    assert [day.subject for day in first.days] == [day.subject for day in second.days]


def test_it_ends_with_the_role_and_a_role_that_is_given_anew_brings_it_not_back(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    bob = cast.supervisor.account_id or 0
    with world.database.writing() as session:
        role = session.scalars(select(AccountRole.id).where(AccountRole.account_id == bob)).one()
        end_role(session, bob, role, today=world.today, actor=cast.office, at=world.at)
    assert read(world, token) is None
    with world.database.writing() as session:
        give_role(
            session, session.get_one(Account, bob), Role.SUPERVISOR, world.organization_id,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert read(world, token) is None
    assert list_events(world, "calendar_feed")[-1][0] == "feed.ended"


def test_nothing_is_read_once_the_role_is_over_by_its_day(world: World, cast: Cast) -> None:
    token = make(world, cast.supervisor.account_id)
    with world.database.writing() as session:
        session.execute(update(AccountRole).values(until_on=world.today))
    assert read(world, token)
    world.move_to(world.today + timedelta(days=1))
    assert read(world, token) is None


def test_a_role_that_ran_out_and_is_given_anew_brings_it_not_back(world: World, cast: Cast) -> None:
    token, bob = make(world, cast.supervisor.account_id), cast.supervisor.account_id or 0
    with world.database.writing() as session:
        session.execute(update(AccountRole).where(AccountRole.account_id == bob).values(until_on=world.today))
    for later, is_read in ((0, True), (1, False)):  # new days while it lasts leave it be
        world.move_to(world.today + timedelta(days=later))
        until_on = world.today + timedelta(days=9 * later)
        with world.database.writing() as session:
            add_role(
                session, bob, Role.SUPERVISOR, world.organization_id, until_on=until_on,
                today=world.today, actor=cast.office, at=world.at,
            )  # fmt: skip
        assert (read(world, token) is not None) is is_read
    assert list_events(world, "calendar_feed")[-1][0] == "feed.ended"


def test_whoever_has_no_team_reads_none(world: World, cast: Cast) -> None:
    assert read(world, make(world, cast.holder.account_id)) is None


def test_the_two_calendars_of_one_account_are_renewed_and_ended_apart(world: World, cast: Cast) -> None:
    bob = cast.supervisor.account_id
    own, team = make(world, bob, "own"), make(world, bob)
    assert (read(world, own), read_own(world, team)) == (None, None), "neither is read as the other"
    newer = make(world, bob)
    assert read(world, team) is None
    assert read(world, newer)
    assert read_own(world, own)
    with world.database.writing() as session:
        assert end_feed(session, session.get_one(Account, bob), "team", actor=world.actor, at=world.at)
    assert read(world, newer) is None
    assert read_own(world, own)


@pytest.mark.parametrize("how", ["sessions", "closed"])
def test_both_end_with_all_sessions_and_with_the_account(world: World, cast: Cast, how: str) -> None:
    bob = cast.supervisor.account_id or 0
    own, team = make(world, bob, "own"), make(world, bob)
    with world.database.writing() as session:
        account = session.get_one(Account, bob)
        if how == "sessions":
            end_all(session, account, actor="account:1", at=world.at)
        else:
            set_active(session, bob, is_active=False, today=world.today, actor=cast.office, at=world.at)
    assert (read_own(world, own), read(world, team)) == (None, None)
    with world.database.reading() as session:
        assert (find_feed(session, bob), find_feed(session, bob, "team")) == (None, None)
