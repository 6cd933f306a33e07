"""Each error is a page that says what to do; nothing that was typed is lost."""

from pathlib import Path

import pytest
from flask import Flask
from kit.client import PASSWORD, CheckingClient, link_for, sign_up
from kit.databases import name_database, on_both, on_server
from kit.world import World
from sqlalchemy import make_url

from certtrack.logs import configure_logs
from certtrack.security import Role
from certtrack.services.evidence.limits import LARGEST_MB
from certtrack.web.parts import EXTENSION
from certtrack.web.rights import for_everybody

WORDS = "Carol's own words"


def add_view(app: Flask, path: str, error: type[Exception]) -> None:
    def view() -> str:
        raise error(WORDS)

    app.add_url_rule(path, path, for_everybody(view))


def test_the_wrong_kind_of_request_is_told_which_is_right(client: CheckingClient) -> None:
    answer = client.send("/people")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "another kind of request" in answer.text


def test_too_much_is_refused_with_the_most_that_goes(client: CheckingClient) -> None:
    of_words = client.send("/sign-in", name="x" * (17 * 1024 * 1024))
    part = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n' + b"x" * 600_000 + b"\r\n--x--\r\n"
    beside_files = client.post("/sign-in", data=part, content_type="multipart/form-data; boundary=x")
    for answer in (of_words, beside_files):
        assert answer.status_code == 413
        assert f"half a megabyte of text at once, and files of at most {LARGEST_MB} MB each" in answer.text


def test_what_goes_wrong_on_our_side_says_so_and_logs_no_words(
    app: Flask, client: CheckingClient, capsys: pytest.CaptureFixture[str]
) -> None:
    add_view(app, "/broken", ZeroDivisionError)
    configure_logs("text")
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "wrong on our side" in answer.text
    assert WORDS not in answer.text
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert WORDS not in said


@on_both
def test_a_database_that_is_away_is_said_to_be(
    app: Flask, client: CheckingClient, world: World, database_url: str
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    world.database.close()
    app.extensions[EXTENSION].close()
    take_away(database_url)
    answer = client.get("/people?lang=es")
    assert answer.status_code == 503
    assert "No se guardó nada" in answer.text


def take_away(url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).write_bytes(b"no database any more " * 400)
    else:
        name = make_url(url).database
        on_server(name_database(url, "postgres"), f"DROP DATABASE {name} WITH (FORCE)")
        on_server(name_database(url, "postgres"), f"CREATE DATABASE {name}")


def test_an_expired_sign_in_keeps_the_name_and_never_the_password(client: CheckingClient) -> None:
    answer = client.post("/sign-in", data={"name": "carol@example.org", "password": WORDS, "next": "/held"})
    assert answer.status_code == 400
    assert 'value="carol@example.org"' in answer.text
    assert 'value="/held"' in answer.text
    assert "open for too long" in answer.text
    assert WORDS not in answer.text


def test_an_expired_request_for_a_link_keeps_the_name(client: CheckingClient) -> None:
    answer = client.post("/sign-in/help", data={"name": "carol@example.org"})
    assert answer.status_code == 400
    assert 'value="carol@example.org"' in answer.text


def test_words_typed_before_a_sign_out_are_shown_to_be_taken_along(client: CheckingClient) -> None:
    words = "Asked her:\nshe moves in May"
    for answer in (client.post("/findings/1", data={"words": words}), client.send("/findings/1", words=words)):
        assert answer.status_code == 400
        assert "she moves in May" in answer.text


def test_an_expired_password_form_asks_again_while_the_link_is_at_hand(
    app: Flask, client: CheckingClient, world: World
) -> None:
    typed = {"password": PASSWORD, "again": PASSWORD}
    assert client.post("/password", data=typed).status_code == 404
    client.get(link_for(app, world, world.account("carol", Role.SPECIALIST)))
    answer = client.post("/password", data=typed)
    assert (answer.status_code, f'value="{PASSWORD}"' in answer.text) == (400, False)
    assert "your link still works" in answer.text
    assert client.send("/password", **typed).status_code == 302
