"""What every view stands on: looks are kept, the language is found, what a proxy says is believed where it is set."""

from pathlib import Path

import pytest
from flask import Flask, Response, request
from kit.client import CheckingClient, open_client, sign_up
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Account, AuditEvent
from certtrack.security import Role
from certtrack.web.edge import note_look
from certtrack.web.rights import signed_in


@on_both
def test_a_look_is_kept_but_for_ones_own_record(app: Flask, client: CheckingClient, world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")

    def look(numbers: str) -> Response:
        note_look("people.listed", [int(number) for number in numbers.split("+")])
        return Response("looked", mimetype="text/plain")

    app.add_url_rule("/look/<numbers>", "look", signed_in(look))
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    for numbers in (f"{carol}", f"{carol}+{dave}+{dave}"):
        assert client.get(f"/look/{numbers}").text == "looked"
    with world.database.reading() as session:
        kept = session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == "people.listed")).all()
    assert kept == [dave]


@pytest.mark.parametrize(
    ("address", "cookie", "browser", "spoken"),
    [
        ("/sign-in", None, "fr, es;q=0.8, en;q=0.5", "es"),
        ("/sign-in", None, "fr", "en"),
        ("/sign-in", "en", "es", "en"),
        ("/sign-in?lang=es", "en", "en", "es"),
        ("/sign-in?lang=tlh", "es", "en", "es"),
        ("/sign-in", "../../tlh", "es", "es"),
    ],
)
def test_the_language_is_the_address_s_then_the_cookie_s_then_the_browser_s(
    client: CheckingClient, address: str, cookie: str | None, browser: str, spoken: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    assert f'<html lang="{spoken}">' in client.get(address, headers={"Accept-Language": browser}).text


def test_an_account_s_language_comes_before_the_browser_s(client: CheckingClient, world: World) -> None:
    number = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    with world.database.writing() as session:
        account = session.get(Account, number)
        assert account
        account.language = "es"
    sign_up(client, world, number)
    assert '<html lang="es">' in client.get("/not-here", headers={"Accept-Language": "en"}).text


def test_over_https_cookies_are_secure_and_browsers_stay_there(database_url: str, tmp_path: Path) -> None:
    with open_client(database_url, tmp_path, base_url="https://certtrack.example.org") as client:
        answer = client.get("/sign-in?lang=es")
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_over_http_nothing_promises_https(client: CheckingClient) -> None:
    answer = client.get("/sign-in?lang=es")
    assert "Strict-Transport-Security" not in answer.headers
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if "Secure" in cookie]


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_a_proxy_s_word_counts_only_where_one_is_set(
    database_url: str, tmp_path: Path, proxies: int, seen: str
) -> None:
    with open_client(database_url, tmp_path, trusted_proxies=proxies) as client, client:
        client.get("/sign-in", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
        assert request.remote_addr == seen
