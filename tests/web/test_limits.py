"""Tries hold across real web workers, answers take the same time, and sessions end."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from flask import Flask
from kit.client import PASSWORD, CheckingClient, link_for, loosen, open_client, sign_up
from kit.databases import on_both
from kit.ports import find_port
from kit.site import run_web, start_gunicorn
from kit.world import World

from certtrack.clock import FixedClock, WallClock
from certtrack.db.models import RateLimit
from certtrack.security import Role
from certtrack.web.parts import EXTENSION

TRIES = 24
TOO_MANY = 429


@pytest.fixture
def address(world: World, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Four gunicorn workers over the world's database."""
    port = find_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        "CERTTRACK_ENV": "test", "CERTTRACK_INSTANCE": str(tmp_path / "instance"),
        "CERTTRACK_DATABASE_URL": database_url, "CERTTRACK_BASE_URL": url,
    }  # fmt: skip
    with run_web(start_gunicorn(port, workers=4), env, url, tmp_path / "web.log"):
        yield url


def try_once(address: str, name: str) -> tuple[int, str]:
    """Sign in with a wrong password from a browser of its own: the answer's number and page."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with opener.open(f"{address}/sign-in", timeout=60) as form:
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.read().decode())
    assert token
    fields = urllib.parse.urlencode({"csrf_token": token[1], "name": name, "password": "wrong"}).encode()
    try:
        with opener.open(f"{address}/sign-in", fields, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


@on_both
def test_exactly_five_wrong_passwords_are_tried_through_four_workers_and_then_a_page_says_when(address: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: try_once(address, "alice@example.org"), range(TRIES)))
    assert Counter(code for code, _ in answers) == {400: 5, TOO_MANY: TRIES - 5}
    for code, page in answers:
        assert code != TOO_MANY or re.search(r"Please wait (a minute|\d+ minutes)\.", loosen(page))
    assert try_once(address, "bob@example.org")[0] == 400


def measure(client: CheckingClient, token: str, name: str) -> float:
    started = time.process_time()  # of all threads, the hash's too; waiting for a busy machine is none of it
    answer = client.post("/sign-in", data={"csrf_token": token, "name": name, "password": "wrong"})
    taken = time.process_time() - started
    assert answer.status_code == 400
    return taken


def test_a_name_that_is_not_here_takes_as_long_as_one_that_is(world: World, database_url: str, tmp_path: Path) -> None:
    # in tests hashing is cheap; here it must cost what it costs people
    with open_client(database_url, tmp_path, env="demo") as stranger:
        sign_up(stranger, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
        world.account("carol", Role.SPECIALIST)  # no password chosen yet
        stranger.send("/sign-out")
        token = stranger.token()
        taken: dict[str, list[float]] = {"alice": [], "carol": [], "nobody": []}
        for _ in range(9):
            for name, times in taken.items():
                times.append(measure(stranger, token, f"{name}@example.org"))
            with world.database.writing() as session:
                session.query(RateLimit).delete()
        least = [min(times) for times in taken.values()]
        assert max(least) < 1.5 * min(least), least


def test_whoever_signs_in_rightly_takes_no_try_from_the_others_at_that_address(
    client: CheckingClient, world: World
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    for _ in range(3):
        client.send("/sign-out")
        assert client.enter("alice@example.org").status_code == 302
    with world.database.reading() as session:
        assert [row.count for row in session.query(RateLimit)] == [0]


def test_a_link_ends_after_3_days(app: Flask, client: CheckingClient, world: World) -> None:
    link = link_for(app, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    made = WallClock().now()
    app.extensions[EXTENSION].clock = FixedClock(made + timedelta(days=3, minutes=-1))
    assert client.get(link).status_code == 302
    app.extensions[EXTENSION].clock = FixedClock(made + timedelta(days=3, minutes=1))
    assert client.get(link).status_code == 404
    assert client.send("/password", password=PASSWORD, again=PASSWORD).status_code == 404


def test_a_newer_password_ends_the_links_and_sessions_before_it(
    app: Flask, client: CheckingClient, world: World
) -> None:
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    sign_up(client, world, alice)
    older = link_for(app, world, alice)
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    sign_up(other, world, alice)
    assert other.get(older).status_code == 404
    assert client.get("/findings").status_code == 302
