"""A form sent after the session has run out: kept, sent once its owner has signed in, and seen by nobody else."""

import html
import re
from datetime import timedelta

from flask import Flask
from kit.client import PASSWORD, CheckingClient, sign_up
from kit.credit_pages import TYPED, Office
from kit.second_steps import move
from werkzeug.test import TestResponse

from certtrack.security import Role

LATE = timedelta(minutes=31)


def send_late(app: Flask, client: CheckingClient, path: str, **fields: object) -> TestResponse:
    """Fill a form in while signed in, and send it half an hour later."""
    token = client.token()
    move(app, LATE)
    return client.post(path, data=TYPED | fields | {"csrf_token": token})


def read_form(page: str) -> tuple[str, dict[str, list[str]]]:
    """Where the page's form goes and what it carries, but for its token."""
    form = page.partition("<main")[2].partition("</form>")[0]
    action = re.search(r'<form action="([^"]+)"', form)
    assert action
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(html.unescape(value))
    del fields["csrf_token"]
    return html.unescape(action[1]), fields


def test_it_waits_for_its_owner_who_sends_it_as_it_was(app: Flask, carol: CheckingClient, office: Office) -> None:
    assert send_late(app, carol, office.new).location == "/sign-in?kept=y"
    assert "What you typed is kept." in carol.get("/sign-in?kept=y").text
    assert office.load() == []
    assert carol.enter("carol@example.org").location == "/account/form"
    page = carol.get("/account/form")
    assert "Ethics for peers" in page.text
    action, fields = read_form(page.text)
    assert carol.post(action, data=fields | {"csrf_token": carol.token()}).location == office.page
    assert [credit.title for credit in office.load()] == ["Ethics for peers"]
    assert carol.get("/account/form").status_code == 404


def test_its_owner_finds_it_under_the_account_and_may_discard_it(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    send_late(app, carol, office.new)
    carol.enter("carol@example.org")
    assert 'href="/account/form"' in carol.get("/account").text
    assert carol.send("/account/form/discard").location == "/account"
    assert 'href="/account/form"' not in carol.get("/account").text


def test_whoever_signs_in_next_in_that_browser_sees_nothing_of_it(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    dave = app.test_client()
    assert isinstance(dave, CheckingClient)
    sign_up(dave, office.world, office.world.account("dave", Role.SPECIALIST))
    send_late(app, carol, office.new)
    assert carol.enter("dave@example.org").location == "/"
    assert carol.get("/account/form").status_code == 404


def test_what_was_typed_after_signing_out_or_without_a_token_is_shown_and_not_kept(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    assert carol.post(office.new, data=TYPED).status_code == 400
    carol.send("/sign-out")
    shown = carol.post(office.new, data=TYPED | {"csrf_token": carol.token()})
    assert shown.status_code == 400
    assert "Ethics for peers" in shown.text
    assert carol.enter("carol@example.org").location == "/"


def test_a_password_is_never_kept(app: Flask, carol: CheckingClient) -> None:
    send_late(app, carol, "/account/password", current=PASSWORD, password=PASSWORD, again=PASSWORD)
    assert carol.enter("carol@example.org").location == "/"
