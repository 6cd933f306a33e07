"""What every answer carries, and that each address asks for a right."""

import pytest
from flask import Flask
from kit.client import CheckingClient

from certtrack.web.rights import find_right


@pytest.mark.parametrize("path", ["/sign-in", "/not-here", "/healthz", "/sign-in/help"])
def test_every_answer_carries_the_policy(client: CheckingClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_every_address_says_its_right(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if find_right(view) is None]
    assert silent == []


def test_a_view_that_says_no_right_answers_nobody(app: Flask, client: CheckingClient) -> None:
    app.add_url_rule("/unmarked", "unmarked", lambda: "shown")
    assert client.get("/unmarked").status_code == 404


def test_a_stylesheet_comes_compressed_for_a_year(client: CheckingClient) -> None:
    address = client.get("/sign-in").text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


def test_health_needs_no_account_and_mail_says_that_the_scheduler_is_silent(client: CheckingClient) -> None:
    assert client.get("/healthz").text == "ok"
    answer = client.get("/healthz/mail")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["is_silent"] is True


def test_a_page_that_is_not_here_speaks_the_reader_s_language(client: CheckingClient) -> None:
    assert "yours to see" in client.get("/not-here").text
    assert "usted no puede verla" in client.get("/not-here?lang=es").text
    assert 'lang="es"' in client.get("/sign-in").text
