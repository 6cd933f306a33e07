"""What nobody means to send is answered kindly, never with an error of our own."""

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.world import World

from certtrack.clock import WallClock
from certtrack.security import Role
from certtrack.web.numbers import HIGHEST, read_number

BEYOND = "99999999999999999999"
ODD = {
    "/people?words=%00": 400,
    "/people?credential=%00": 400,
    "/findings?kind=%00": 400,
    f"/people/{BEYOND}": 404,
    f"/people/{HIGHEST + 1}": 404,
    f"/people/{HIGHEST}": 404,
    f"/findings?person={BEYOND}": 200,
    f"/held/release?person={BEYOND}": 302,
    f"/people?page={BEYOND}": 200,
    "/people?page=-1": 200,
    "/people?as_of=9999-12-31": 200,
    "/people?as_of=0001-01-01": 200,
    "/people?words=%ff%fe": 200,
    "/people/1?as_of=9999-12-31": 200,
    "/people/1?as_of=0001-01-01": 200,
    "/people/1?known_at=9999-12-31T23:59": 200,
    f"/people/{BEYOND}/credits/new": 404,
    f"/people/1/credits/{BEYOND}/amend": 404,
    f"/people/1/credits/{HIGHEST}/withdraw": 404,
    "/people/1?known_at=0001-01-01T00:00": 200,
    "/people/1?known_at=2026-11-25T10:00%2B99:00": 200,
}


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    world.at = WallClock().now()
    carol = world.person("Carol")
    world.certify(carol, world.today.replace(year=world.today.year + 1))
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


@on_both
def test_no_odd_address_breaks_a_page(alice: CheckingClient) -> None:
    assert {path: alice.get(path).status_code for path in ODD} == ODD


@on_both
def test_a_moment_or_day_out_of_reach_is_said_to_be_none(alice: CheckingClient) -> None:
    for path in ("/people/1?known_at=0001-01-01T00:00", "/people/1?known_at=9999-12-31T23:59"):
        assert "That isn't a moment" in alice.get(path).text
    assert "That isn't a day" in alice.get("/people?as_of=0001-01-01").text


@on_both
def test_a_form_with_what_no_database_takes_is_refused(alice: CheckingClient) -> None:
    for path in ("/sign-in", "/sign-in/help", "/findings/1", "/people/1/credits/new", "/people/1/credits/1/amend"):
        assert alice.send(path, name="a\0b", words="a\0b").status_code == 400


@pytest.mark.parametrize("text", ["0", "-3", "x", "1e3", BEYOND])
def test_what_is_no_number_of_a_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|invalid literal"):
        read_number(text)


def test_the_highest_number_is_read() -> None:
    assert read_number(str(HIGHEST)) == HIGHEST
