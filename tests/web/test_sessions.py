"""Sessions of one's own account: seen, ended, dead at once; and the end of each is told before it comes."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.counting import counting_statements
from kit.second_steps import move, set_up, stop_clock
from kit.world import World

from certtrack.clock import WallClock
from certtrack.security import Role
from certtrack.web.parts import EXTENSION

PHONE = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36"


@pytest.fixture
def carol(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    stop_clock(app, WallClock().now())
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=world.person("Carol")))
    return client


def enter_elsewhere(app: Flask, name: str = "carol") -> CheckingClient:
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    other.environ_base |= {"HTTP_USER_AGENT": PHONE, "REMOTE_ADDR": "203.0.113.77"}
    other.enter(f"{name}@example.org")
    return other


def find_ends(page: str) -> list[str]:
    return re.findall(r'action="(/account/sessions/\d+/end)"', page)


def test_each_session_is_listed_in_plain_words_and_ended_at_once(app: Flask, carol: CheckingClient) -> None:
    phone = enter_elsewhere(app)
    page = carol.get("/account").text
    assert "Chrome on an Android device" in page
    assert "203.0.113.…" in page
    assert "203.0.113.77" not in page
    assert carol.send(find_ends(page)[0]).location == "/account"
    assert phone.get("/account").status_code == 302
    assert carol.get("/account").status_code == 200
    assert carol.send(find_ends(page)[0]).status_code == 404


def test_all_others_are_ended_by_one_button_and_this_one_goes_on(app: Flask, carol: CheckingClient) -> None:
    others = [enter_elsewhere(app) for _ in range(2)]
    assert carol.send("/account/sessions/end-others").location == "/account"
    assert [other.get("/account").status_code for other in others] == [302, 302]
    assert not find_ends(carol.get("/account").text)


def test_a_copy_of_the_cookie_is_good_for_nothing_once_its_owner_has_signed_out(
    app: Flask, carol: CheckingClient
) -> None:
    kept = carol.get_cookie("certtrack")
    assert kept
    carol.send("/sign-out")
    thief = app.test_client()
    thief.set_cookie("certtrack", kept.value)
    assert thief.get("/account").status_code == 302


def test_a_new_second_step_ends_the_sessions_that_had_none(app: Flask, carol: CheckingClient) -> None:
    phone = enter_elsewhere(app)
    set_up(carol)
    assert phone.get("/account").status_code == 302
    assert carol.get("/account").status_code == 200


def test_a_page_says_when_the_session_ends_and_asking_how_long_is_left_makes_it_no_longer(
    app: Flask, carol: CheckingClient
) -> None:
    page = carol.get("/account").text
    assert "You are signed out 30 minutes after the last page you opened" in page
    assert re.search(r'id="staying" role="status" data-left="1800"', page)
    for left in (1200, 600):
        move(app, timedelta(minutes=10))
        assert carol.get("/account/left").get_json() == {"left_s": left}
    assert carol.send("/account/stay").get_json() == {"left_s": 1800}
    move(app, timedelta(minutes=29))
    assert carol.get("/account").status_code == 200
    move(app, timedelta(minutes=30))
    assert carol.get("/account/left").status_code == 302


def test_who_looks_is_found_by_two_statements_and_noted_by_one_more_once_a_minute(
    app: Flask, carol: CheckingClient
) -> None:
    for later_s, left_s, most in ((0, 1800, 2), (60, 1800, 3), (1, 1799, 2)):
        move(app, timedelta(seconds=later_s))
        with counting_statements(app.extensions[EXTENSION].database) as asked:
            page = carol.get("/account/password").text
        assert f'data-left="{left_s}"' in page
        assert len(asked) == most, asked
