"""`certtrack account`, and the first administrator's link."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from kit.databases import on_both
from kit.second_steps import give_step
from kit.world import World
from sqlalchemy import select

from certtrack.auth.first import NAME, make_first_link
from certtrack.auth.links import find_by_token
from certtrack.auth.passwords import set_password
from certtrack.auth.second_steps import find_second_step
from certtrack.auth.sessions import open_session
from certtrack.auth.signed_in import find_signed_in
from certtrack.cli import main
from certtrack.clock import WallClock
from certtrack.db.models import Account, AuditEvent, Email
from certtrack.security import Role
from certtrack.services.accounts import find_account
from certtrack.settings import load_settings


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["account", *arguments])


def owner_of(world: World, link: str) -> str | None:
    token = urlsplit(link.strip()).path.rpartition("/")[2]
    with world.database.reading() as session:
        account = find_by_token(session, load_settings(), token, at=WallClock().now())
        return account.sign_in_name if account else None


def list_actions(world: World, actor: str) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(AuditEvent.action).where(AuditEvent.actor == actor).order_by(AuditEvent.id)))


def test_an_account_is_made_with_a_link_and_both_are_audited(world: World) -> None:
    done = call(
        *("create", "Carol@Example.org", "--role", "specialist", "--organization", "lakeside"),
        *("--language", "es", "--as", "alice"),
    )
    assert done.exit_code == 0, done.output
    assert owner_of(world, done.stdout) == "carol@example.org"
    assert "once, for 3 days" in done.stderr
    assert list_actions(world, "alice") == ["account.role", "account.link_made"]
    with world.database.reading() as session:
        made = find_account(session, "carol@example.org")
        assert (made.language, made.password) == ("es", None) if made else False


def test_it_says_what_was_made_and_where_it_holds(world: World) -> None:
    done = call("create", "carol@example.org", "--role", "specialist", "--organization", "lakeside")
    assert "The account carol@example.org is there, specialist in lakeside." in done.stderr
    assert "no address" not in done.stderr
    done = call("create", "alice", "--role", "agency_administrator")
    assert "The account alice is there, agency administrator everywhere." in done.stderr
    assert "Its name is no address" in done.stderr


def test_a_taken_name_and_an_unknown_office_are_refused_and_nothing_is_written(world: World) -> None:
    world.account("carol", Role.SPECIALIST)
    taken = call("create", "carol@example.org", "--role", "specialist", "--as", "alice")
    unknown = call("create", "dave@example.org", "--role", "specialist", "--organization", "nowhere", "--as", "alice")
    assert (taken.exit_code, unknown.exit_code) == (1, 1)
    assert list_actions(world, "alice") == []
    with world.database.reading() as session:
        assert find_account(session, "dave@example.org") is None


def test_a_role_that_is_none_is_wrong_usage(world: World) -> None:
    assert call("create", "carol@example.org", "--role", "queen").exit_code == 2


@on_both
def test_a_link_ties_an_account_to_a_person_and_both_are_audited(world: World) -> None:
    carol = world.person("Carol", address="carol@example.org")
    world.account("carol", Role.SPECIALIST)
    done = call("link", "carol@example.org", "--person", "carol@example.org", "--as", "alice")
    assert done.exit_code == 0, done.output
    assert owner_of(world, done.stdout) == "carol@example.org"
    assert list_actions(world, "alice") == ["account.linked", "account.link_made"]
    with world.database.reading() as session:
        assert session.scalars(select(Account.person_id)).all() == [carol]


def test_a_link_for_nobody_is_refused(world: World) -> None:
    assert call("link", "nobody@example.org").exit_code == 1


def test_a_second_step_that_was_lost_is_reset_once_audited_and_mailed_to_its_owner(world: World) -> None:
    bob = world.account("bob", Role.SUPERVISOR)
    give_step(world, bob)
    done = call("reset-second-step", "bob@example.org", "--as", "alice")
    assert done.exit_code == 0, done.output
    assert call("reset-second-step", "bob@example.org", "--as", "alice").exit_code == 1
    assert list_actions(world, "alice") == ["account.second_step_reset"]
    with world.database.reading() as session:
        assert find_second_step(session, bob) is None
        assert [mail.address for mail in session.scalars(select(Email))] == ["bob@example.org"]


def test_somebody_is_signed_out_everywhere_and_it_is_audited(world: World) -> None:
    bob = world.account("bob", Role.SUPERVISOR)
    with world.database.writing() as session:
        key = open_session(session, bob, user_agent="", address="", at=WallClock().now())
    done = call("end-sessions", "bob@example.org", "--as", "alice")
    assert (done.exit_code, done.stdout) == (0, "1\n")
    assert call("end-sessions", "bob@example.org", "--as", "alice").stdout == "0\n"
    assert list_actions(world, "alice") == ["account.sessions_ended"]
    with world.database.reading() as session:
        assert find_signed_in(session, key, WallClock().now()) is None


def test_the_first_link_comes_again_until_an_administrator_has_a_password(world: World) -> None:
    settings = load_settings()
    for _ in range(2):
        with world.database.writing() as session:
            link = make_first_link(session, settings, at=WallClock().now())
        assert owner_of(world, link or "") == NAME
    with world.database.writing() as session:
        account = find_account(session, NAME)
        assert account
        set_password(session, account, "a hash", actor="test", at=world.at)
    with world.database.writing() as session:
        assert make_first_link(session, settings, at=WallClock().now()) is None


def test_where_somebody_administers_there_is_no_first_link(world: World) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    with world.database.writing() as session:
        assert make_first_link(session, load_settings(), at=WallClock().now()) is None
