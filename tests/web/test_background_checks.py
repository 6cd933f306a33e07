"""Background checks on pages: kept by the office, shown to it and to the person, and nothing typed is lost."""

from datetime import timedelta

from flask import Flask
from kit.background_checks import keep_check
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.exams import open_office
from kit.world import World

from certtrack.clock import WallClock
from certtrack.security import Actor


def enter(app: Flask, world: World, actor: Actor) -> CheckingClient:
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    assert actor.account_id is not None
    sign_up(client, world, actor.account_id)
    return client


@on_both
def test_a_check_is_recorded_amended_and_taken_back_by_the_office(app: Flask, world: World) -> None:
    world.at = WallClock().now()
    office = open_office(world)
    alice, page = enter(app, world, office.agency), f"/people/{office.carol}"
    assert "Record a background check" in alice.get(f"{page}/path").text
    days = {"done_on": (world.today - timedelta(days=9)).isoformat(), "good_until": "soon"}
    answer = alice.send(f"{page}/checks/new", **days, source="Letter 7")
    assert answer.status_code == 400
    assert "Letter 7" in answer.text
    assert "Choose one from the calendar." in answer.text
    good_until = (world.today + timedelta(days=40)).isoformat()
    told = days | {"good_until": good_until, "source": "Letter 7"}
    assert alice.send(f"{page}/checks/new", **told).location == page
    assert "Good until this day" in alice.get(f"{page}/path").text
    assert "Letter 7" in alice.get(f"{page}/checks/1/amend").text
    assert alice.send(f"{page}/checks/1/amend", **told, expected_no="7").status_code == 409
    assert alice.send(f"{page}/checks/1/amend", **told, expected_no="1", is_withdrawn="on").location == page
    assert "Good until this day" not in alice.get(f"{page}/path").text


def test_the_person_sees_the_check_and_no_form(app: Flask, world: World) -> None:
    world.at = WallClock().now()
    office = open_office(world)
    keep_check(world, office.carol)
    told = enter(app, world, office.holder).get(f"/people/{office.carol}/path").text
    assert "Good until this day" in told
    assert "/checks/" not in told
