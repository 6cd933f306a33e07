"""A one-time link that can't be used says which of three things it is, and nothing to whoever guesses."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from kit.client import PASSWORD, CheckingClient, link_for, sign_up
from kit.world import World

from certtrack.auth.links import VALID_FOR, find_by_token, make_link, read_token
from certtrack.db.models import Account
from certtrack.security import Role
from certtrack.web.parts import EXTENSION, Parts


@pytest.fixture
def alice(world: World) -> int:
    return world.account("alice", Role.AGENCY_ADMINISTRATOR)


def make_old_link(app: Flask, world: World, account_id: int) -> str:
    """A link whose days were over a minute ago."""
    parts: Parts = app.extensions[EXTENSION]
    with world.database.reading() as session:
        account = session.get_one(Account, account_id)
        then = parts.clock.now() - VALID_FOR - timedelta(minutes=1)
        return urlsplit(make_link(parts.settings, account, at=then)).path


def read(app: Flask, world: World, link: str) -> Account | str:
    parts: Parts = app.extensions[EXTENSION]
    with world.database.reading() as session:
        return read_token(session, parts.settings, link.rpartition("/")[2], at=parts.clock.now())


def close_account(world: World, account_id: int) -> None:
    with world.database.writing() as session:
        session.get_one(Account, account_id).is_active = False


def test_a_link_that_is_too_old_says_so_and_leads_to_a_fresh_one(
    app: Flask, client: CheckingClient, world: World, alice: int
) -> None:
    answer = client.get(make_old_link(app, world, alice))
    assert answer.status_code == 404
    assert "<title>This link is too old" in answer.text
    assert "works for 3 days" in answer.text
    assert 'href="/sign-in/help"' in answer.text


def test_a_used_link_says_so_and_leads_to_signing_in(
    app: Flask, client: CheckingClient, world: World, alice: int
) -> None:
    link = link_for(app, world, alice)
    sign_up(client, world, alice)
    client.send("/sign-out")
    answer = client.get(link)
    assert answer.status_code == 404
    assert "<title>This link was used already" in answer.text
    assert 'wide" href="/sign-in">' in answer.text


def test_a_link_cut_off_and_one_made_up_are_answered_alike(
    app: Flask, client: CheckingClient, world: World, alice: int
) -> None:
    link = link_for(app, world, alice)
    answers = [client.get(path) for path in (link[:-3], "/password/made-up", "/password")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    for answer in answers:
        assert "<title>This link doesn't work" in answer.text


def test_a_closed_account_s_links_are_like_made_up_ones(
    app: Flask, client: CheckingClient, world: World, alice: int
) -> None:
    fresh, old = link_for(app, world, alice), make_old_link(app, world, alice)
    close_account(world, alice)
    assert {read(app, world, fresh), read(app, world, old)} == {"unknown"}


def test_a_form_that_outlived_its_link_says_what_became_of_it(
    app: Flask, client: CheckingClient, world: World, alice: int
) -> None:
    client.get(link_for(app, world, alice))
    sign_up(app.test_client(), world, alice)  # type: ignore[arg-type]  # the app's client is a checking one
    answer = client.send("/password", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 404
    assert "This link was used already" in answer.text


def test_the_reason_is_told_in_spanish(app: Flask, client: CheckingClient, world: World, alice: int) -> None:
    page = client.get(make_old_link(app, world, alice) + "?lang=es").text
    assert "Este enlace es demasiado antiguo" in page


def test_only_a_link_that_works_has_an_account(app: Flask, world: World, alice: int) -> None:
    parts: Parts = app.extensions[EXTENSION]
    found = []
    with world.database.reading() as session:
        for link in (link_for(app, world, alice), make_old_link(app, world, alice)):
            token = link.rpartition("/")[2]
            account = find_by_token(session, parts.settings, token, at=parts.clock.now())
            found.append(account.id if account else None)
    assert found == [alice, None]
