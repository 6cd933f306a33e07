"""Held mail: seen and released by whoever may, after reading how many people it is."""

from datetime import timedelta

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.planning import Planner
from kit.world import World

from certtrack.clock import WallClock
from certtrack.security import Role


def test_a_cause_is_released_after_its_number_was_read(
    app: Flask, client: CheckingClient, world: World, planner: Planner
) -> None:
    today = WallClock().now().date()
    planner.roster(26, today + timedelta(days=95), armed_on=today)
    planner.look(today + timedelta(days=10))
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    assert "26 people wait for this release." in client.get("/held").text
    assert "26 mails go out" in client.get("/held/release?cause=import:1").text
    assert client.send("/held/release", cause="import:1").location == "/held"
    assert "26 people wait" not in client.get("/held").text
    assert client.get("/held/release?cause=import:1").status_code == 404


def test_held_mail_is_not_there_for_others(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("bob", Role.SUPERVISOR))

    assert client.get("/held").status_code == 404
    assert client.send("/held/release", cause="import:1").status_code == 404
