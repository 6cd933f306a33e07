"""The second step through its pages: set up first, asked for at each sign-in, and never gone round."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from kit.client import PASSWORD, CheckingClient, link_for, open_client, sign_up
from kit.second_steps import move, read_app, read_codes, set_up, stop_clock
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import AuditEvent, Email
from certtrack.security import Role

NEXT = timedelta(seconds=30)
A_WHILE = timedelta(minutes=11)


@pytest.fixture
def strict(world: World, database_url: str, tmp_path: Path) -> Iterator[CheckingClient]:
    """A client of an installation that asks whoever sees others' records for a second step."""
    with open_client(database_url, tmp_path, second_step="required") as made:
        stop_clock(made.application, WallClock().now())
        yield made


@pytest.fixture
def carol(world: World) -> int:
    return world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))


def list_mails(world: World) -> list[str]:
    with world.database.reading() as session:
        return [(mail.data or b"").decode("ascii", "replace") for mail in session.scalars(select(Email))]


def test_a_supervisor_sets_it_up_before_anything_else_and_goes_on_to_where_they_wanted(
    strict: CheckingClient, world: World
) -> None:
    sign_up(strict, world, world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob")))
    for path in ("/people", "/account", "/credits", "/account/recovery-codes/new"):
        assert strict.get(path).location == "/account/second-step"
    assert strict.send("/account/password").location == "/account/second-step"
    page = strict.get("/account/second-step")
    assert 'autocomplete="one-time-code"' in page.text
    assert 'href="/people"' not in page.text
    assert read_app(strict.get("/account/second-step")) == read_app(page)  # looking again changes nothing
    _, codes = set_up(strict)
    assert len(codes) == 10
    assert not read_codes(strict.get("/account/recovery-codes"))
    assert strict.get("/people").status_code == 200
    assert "second_step_set" not in list_mails(world)[0]
    with world.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"account.second_step_set", "account.recovery_codes_made"} <= actions


def test_signing_in_takes_the_code_which_is_good_once(strict: CheckingClient, world: World) -> None:
    sign_up(strict, world, world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob")))
    app, codes = set_up(strict)
    at = move(strict.application, NEXT)
    strict.send("/sign-out")
    asked = strict.send("/sign-in", name="bob@example.org", password=PASSWORD, next="/people")
    assert asked.location == "/sign-in/code"
    assert strict.get("/people").status_code == 302
    wrong = strict.send("/sign-in/code", code="123456")
    assert wrong.status_code == 400
    assert 'aria-invalid="true"' in wrong.text
    assert strict.send("/sign-in/code", code=app.show(at)).location == "/people"
    strict.send("/sign-out")
    strict.enter("bob@example.org")
    assert strict.send("/sign-in/code", code=app.show(at)).status_code == 400
    assert strict.send("/sign-in/recovery-code", code=codes[0]).location == "/"
    assert "You have 9 recovery codes left." in strict.get("/account").text
    assert "A note about your account" in list_mails(world)[-1]


def test_a_code_without_a_password_before_it_opens_nothing(strict: CheckingClient, world: World) -> None:
    sign_up(strict, world, world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob")))
    app, codes = set_up(strict)
    at = move(strict.application, NEXT)
    strict.send("/sign-out")
    for path, code in (("/sign-in/code", app.show(at)), ("/sign-in/recovery-code", codes[0])):
        assert strict.get(path).location == "/sign-in"
        assert strict.send(path, code=code).location == "/sign-in"
    strict.enter("bob@example.org")
    move(strict.application, A_WHILE)
    assert strict.get("/sign-in/code").location == "/sign-in"


def test_a_link_by_mail_does_not_go_round_the_code(strict: CheckingClient, world: World) -> None:
    bob = world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob"))
    sign_up(strict, world, bob)
    app, _ = set_up(strict)
    at = move(strict.application, NEXT)
    strict.send("/sign-out")
    strict.get(link_for(strict.application, world, bob))
    assert strict.send("/password", password=PASSWORD, again=PASSWORD).location == "/sign-in/code"
    assert strict.get("/people").status_code == 302
    assert strict.send("/sign-in/code", code=app.show(at)).location == "/"


def test_five_wrong_codes_are_tried_and_the_sixth_waits(strict: CheckingClient, world: World) -> None:
    sign_up(strict, world, world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob")))
    app, codes = set_up(strict)
    strict.send("/sign-out")
    strict.enter("bob@example.org")
    assert [strict.send("/sign-in/code", code="000000").status_code for _ in range(5)] == [400] * 5
    late = strict.send("/sign-in/recovery-code", code=codes[0])
    assert (late.status_code, late.headers["Retry-After"].isdigit()) == (429, True)
    assert strict.send("/sign-in/code", code=app.show(move(strict.application, NEXT))).status_code == 429


def test_a_specialist_may_switch_it_on_and_off_and_a_role_that_needs_it_keeps_it(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    stop_clock(app, WallClock().now())
    sign_up(client, world, carol)
    assert "Set it up" in client.get("/account").text
    set_up(client)
    assert client.get("/account/second-step/off").status_code == 200
    assert client.send("/account/second-step/off").location == "/account"
    assert "Set it up" in client.get("/account").text
    assert client.get("/account/second-step/off").status_code == 409


def test_where_it_is_required_it_can_not_be_switched_off(strict: CheckingClient, world: World) -> None:
    sign_up(strict, world, world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob")))
    set_up(strict)
    assert "/account/second-step/off" not in strict.get("/account").text
    assert strict.get("/account/second-step/off").status_code == 409
    assert strict.send("/account/second-step/off").status_code == 409


def test_ten_minutes_after_signing_in_the_password_is_asked_for_once_more(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    stop_clock(app, WallClock().now())
    sign_up(client, world, carol)
    phone, codes = set_up(client)
    at = move(app, A_WHILE)
    for path in ("/account/recovery-codes/new", "/account/second-step/off", "/account/second-step"):
        assert 'name="current"' in client.get(path).text
        answer = client.send(path, current="wrong", code=phone.show(at))
        assert answer.status_code == 400
        assert "your password" in answer.text
    assert client.send("/account/recovery-codes/new", current=PASSWORD).location == "/account/recovery-codes"
    assert not set(read_codes(client.get("/account/recovery-codes"))) & set(codes)


def test_a_new_password_takes_the_old_one_ends_other_sessions_and_is_mailed(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    sign_up(client, world, carol)
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    other.enter("carol@example.org")
    assert other.get("/account").status_code == 200
    new = "five other words stand here"
    assert client.send("/account/password", current="wrong", password=new, again=new).status_code == 400
    assert client.send("/account/password", current=PASSWORD, password=new, again=new).location == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert other.enter("carol@example.org").status_code == 400
    assert other.enter("carol@example.org", new).status_code == 302
    assert len(list_mails(world)) == 1
