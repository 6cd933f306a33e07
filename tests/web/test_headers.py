"""What every answer carries, and that each address asks for a right."""

import re
from pathlib import Path

import pytest
from flask import Flask
from kit.client import CheckingClient

from certtrack.web.assets import prepare_assets
from certtrack.web.rights import find_right


@pytest.mark.parametrize("path", ["/sign-in", "/not-here", "/healthz", "/sign-in/help"])
def test_every_answer_carries_the_policy(client: CheckingClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/not-here", "/healthz", "/sign-in/help"])
def test_nothing_inline_and_nothing_from_elsewhere_is_let_in(client: CheckingClient, path: str) -> None:
    directives = client.get(path).headers["Content-Security-Policy"].split("; ")
    policy = {name: sources.split() for name, _, sources in (one.partition(" ") for one in directives)}
    assert len(policy) == len(directives)
    assert {name for name, sources in policy.items() if sources == ["'none'"]} == {
        *("default-src", "frame-ancestors", "base-uri"),
    }
    own = {name for name, sources in policy.items() if sources == ["'self'"]}
    assert own >= {"style-src", "script-src", "img-src", "font-src", "connect-src", "form-action"}
    assert len(own) + 3 == len(policy), "no directive lets in what is inline, or somebody else's"


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


def test_what_a_page_names_has_one_digest_in_its_address_and_another_digest_leads_nowhere(
    client: CheckingClient,
) -> None:
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/sign-in").text)
    [digest] = {path.split("/")[2] for path in named}
    assert re.fullmatch(r"[0-9a-f]{12}", digest)
    for path in named:
        answer = client.get(path)
        answer.close()
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].endswith("public, immutable")
        assert client.get(path.replace(digest, "0" * 12)).status_code == 404


def test_the_digest_is_another_once_a_file_says_something_else_or_is_called_otherwise(tmp_path: Path) -> None:
    source, instance = tmp_path / "static", tmp_path / "instance"
    source.mkdir()
    (source / "app.css").write_text("a { color: red }")
    first = prepare_assets(instance, source)
    assert prepare_assets(instance, source) == first
    assert first.url("app.css") == f"/static/{first.digest}/app.css"
    (source / "app.css").write_text("a { color: tan }")
    second = prepare_assets(instance, source)
    (source / "app.css").rename(source / "base.css")
    assert len({first.digest, second.digest, prepare_assets(instance, source).digest}) == 3
    assert (second.folder / "app.css").read_text() == "a { color: tan }"


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
