"""A client that checks every page it gets, on an application over the test's own world."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from kit.templates import share_templates
from kit.world import World
from werkzeug.test import TestResponse

from certtrack.app import create_app
from certtrack.auth.links import make_link
from certtrack.auth.passwords import SHORTEST
from certtrack.db.models import Account
from certtrack.settings import load_settings
from certtrack.web.parts import EXTENSION

PASSWORD = "four words in a row"  # noqa: S105  # for tests alone
assert len(PASSWORD) >= SHORTEST


_BOUND = re.compile(r"\d\xa0(?:more\xa0)?(?!AM\b|PM\b|h\b|min\b)(?=[^\W\d_]+(?![\w\xa0]))")


def loosen(html: str) -> str:
    """A page as a reader sees it, where an amount is bound to its unit. Days and times, bound throughout, stay so."""
    return _BOUND.sub(lambda amount: amount[0].replace("\xa0", " "), html)


def check_page(html: str) -> None:
    """A page has a title, one h1, headings in order, a label for each field, and nothing inline."""
    assert re.search(r"<title>\s*[^<\s][^<]*· CertTrack</title>", html), "no title"
    heads = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert heads.count(1) == 1, f"headings {heads}"
    for before, after in pairwise(heads):
        assert after <= before + 1, f"headings {heads}"
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', html))
    assert fields <= labels, f"without a label: {fields - labels}"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)", html), "something inline"
    assert not re.search(r'href="(?:|#)"', html), "a link that leads nowhere"
    typed = re.findall(r'(?s)<input[^>]*? value="[^"]*"|<textarea[^>]*>.*?</textarea>', html)
    bound = [field for field in typed if re.search("\xa0|&nbsp;", field)]
    assert not bound, f"would be sent back with what binds words: {bound}"


def read_alike(answer: TestResponse) -> str:
    """The page without the token of its forms, which is another one each second, and the seconds that are left."""
    return re.sub(r'name="csrf_token" value="[^"]+"|data-(?:token|left)="[^"]+"', "", answer.text)


class CheckingClient(FlaskClient):
    """Each page passes `check_page`; forms are sent with the token of a page. What comes back is `loosen`ed."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        answer: TestResponse = super().open(*args, **kwargs)  # type: ignore[arg-type]  # handed on as it came
        is_page = answer.mimetype == "text/html" and answer.request.method != "HEAD"
        is_part = "HX-Request" in answer.request.headers  # of a page, for a script
        if not is_page or "Content-Encoding" in answer.headers:
            return answer
        html = answer.get_data(as_text=True)
        if not is_part and not 300 <= answer.status_code < 400:  # no redirect
            check_page(html)
        answer.set_data(loosen(html))
        return answer

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in/help").text)
        assert found
        return found[1]

    def send(self, path: str, **fields: str) -> TestResponse:
        return self.post(path, data={"csrf_token": self.token(), **fields})

    def enter(self, name: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/sign-in", name=name, password=password)


@pytest.fixture
def app(world: World, database_url: str, tmp_path: Path, compressed_assets: Path) -> Iterator[Flask]:
    instance = tmp_path / "instance"
    instance.mkdir(exist_ok=True)
    (instance / "static").symlink_to(compressed_assets)
    made = create_app(load_settings(env="test", instance=instance, database_url=database_url))
    share_templates(made)
    made.test_client_class = CheckingClient
    yield made
    made.extensions[EXTENSION].close()


@pytest.fixture
def client(app: Flask) -> CheckingClient:
    made = app.test_client()
    assert isinstance(made, CheckingClient)
    return made


@contextmanager
def open_client(
    database_url: str, instance: Path, *, env: str = "test", **settings: object
) -> Iterator[CheckingClient]:
    """A client of an application with settings of its own, which is closed when the block ends."""
    made = create_app(load_settings(env=env, instance=instance, database_url=database_url, **settings))
    share_templates(made)
    made.test_client_class = CheckingClient
    client = made.test_client()
    assert isinstance(client, CheckingClient)
    yield client
    made.extensions[EXTENSION].close()


def link_for(app: Flask, world: World, account_id: int) -> str:
    """The path of a one-time link made now."""
    parts = app.extensions[EXTENSION]
    with world.database.reading() as session:
        account = session.get(Account, account_id)
        assert account is not None
        return urlsplit(make_link(parts.settings, account, at=parts.clock.now())).path


def sign_up(client: CheckingClient, world: World, account_id: int) -> TestResponse:
    """Choose the password by a link, which signs in."""
    client.get(link_for(client.application, world, account_id))
    return client.send("/password", password=PASSWORD, again=PASSWORD)
