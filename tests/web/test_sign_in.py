"""Signing in and out, and one-time links."""

from flask import Flask
from kit.client import PASSWORD, CheckingClient, link_for, read_alike, sign_up
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, Email, RateLimit
from certtrack.security import Role


@on_both
def test_a_link_lets_its_owner_choose_a_password_and_signs_in(client: CheckingClient, world: World) -> None:
    answer = sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/sign-in").status_code == 302


def test_a_link_works_once(app: Flask, client: CheckingClient, world: World) -> None:
    link = link_for(app, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert client.get(link).location == "/password"
    assert client.send("/password", password=PASSWORD, again=PASSWORD).status_code == 302
    assert client.get(link).status_code == 404


def test_a_page_of_a_link_names_nobody(app: Flask, client: CheckingClient, world: World) -> None:
    link = link_for(app, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    page = client.get(link, follow_redirects=True).text
    assert "alice" not in page
    assert link.rpartition("/")[2] not in page


def test_a_short_password_and_two_that_differ_are_asked_for_again(
    app: Flask, client: CheckingClient, world: World
) -> None:
    link = link_for(app, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.get(link)
    assert "Use 12 characters or more." in client.send("/password", password=PASSWORD[:5], again=PASSWORD[:5]).text
    assert client.send("/password", password=PASSWORD, again="another one entirely").status_code == 400
    assert client.get("/password").status_code == 200


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.send("/sign-out")
    wrong, unknown = client.enter("alice@example.org", "wrong"), client.enter("nobody@example.org", "wrong")
    assert wrong.status_code == unknown.status_code == 400
    said = "go together"
    assert said in wrong.text
    assert said in unknown.text


def test_five_wrong_passwords_are_tried_and_the_sixth_waits_with_the_name_kept(
    client: CheckingClient, world: World
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.send("/sign-out")
    codes = [client.enter("alice@example.org", "wrong").status_code for _ in range(5)]
    answer = client.enter("Alice@example.org", PASSWORD)
    assert [*codes, answer.status_code] == [400, 400, 400, 400, 400, 429]
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert 'value="Alice@example.org"' in answer.text


def test_counters_hold_no_name(client: CheckingClient, world: World) -> None:
    client.enter("alice@example.org", "wrong")
    with world.database.reading() as session:
        assert not [key for key in session.scalars(select(RateLimit.key)) if "alice" in key]


def test_signing_out_ends_the_session(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.send("/sign-out")
    assert client.get("/sign-in").status_code == 200


def test_a_form_without_its_token_saves_nothing_and_says_what_to_do(client: CheckingClient) -> None:
    answer = client.post("/sign-in", data={"name": "alice@example.org", "password": PASSWORD})
    assert answer.status_code == 400
    assert "open for too long" in answer.text


def test_asking_for_a_link_is_answered_alike_and_mails_only_who_is_there(client: CheckingClient, world: World) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    there = client.send("/sign-in/help", name="alice@example.org")
    absent = client.send("/sign-in/help", name="nobody@example.org")
    assert read_alike(there) == read_alike(absent)
    with world.database.reading() as session:
        assert [mail.address for mail in session.scalars(select(Email))] == ["alice@example.org"]


def test_signing_in_goes_on_to_addresses_of_our_own_only(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    goes = {asked: client.get("/sign-in", query_string={"next": asked}).location for asked in ("/held", "//evil.org")}
    assert goes == {"/held": "/held", "//evil.org": "/"}


def test_a_sign_in_is_in_the_audit(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    with world.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"account.password_chosen", "account.signed_in"} <= actions
