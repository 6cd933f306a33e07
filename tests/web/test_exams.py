"""Exams on pages: who sees what, seats, results in a table that loses nothing typed, the certificate that follows."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.databases import on_both
from kit.exams import Office, grant, hold, list_outcomes, open_office, seat, sit
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Certification, ExamResult, ExamSitting
from certtrack.security import Actor
from certtrack.services.organizations import assign_supervisor

Enter = Callable[[Actor], CheckingClient]
SOON = {"credential": "cps", "held_on": "soon", "seats": "0", "pass_mark": "x", "place": "Madison"}


@pytest.fixture
def office(world: World) -> Office:
    world.at = WallClock().now()
    made = open_office(world)
    bob = made.supervisor.person_id
    assert bob is not None
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=made.carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    return made


@pytest.fixture
def enter(app: Flask, world: World) -> Enter:
    def sign_in(actor: Actor) -> CheckingClient:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        assert actor.account_id is not None
        sign_up(client, world, actor.account_id)
        return client

    return sign_in


def test_scores_and_attempts_are_the_holders_and_the_programmes_and_others_see_the_day_passed(
    world: World, office: Office, enter: Enter
) -> None:
    sit(world, office.carol, 81, attempt=1)
    sit(world, office.carol, 88, attempt=2, taken_on=world.today)
    grant(world)
    page = f"/people/{office.carol}"
    for actor in (office.holder, office.programme):
        told = read(enter(actor).get(f"{page}/path").text)
        assert "88%" in told
        assert "81%" in told
        assert "attempt 2" in told
        assert "Not passed yet" in told
    for actor in (office.supervisor, office.agency):
        told = read(enter(actor).get(f"{page}/path").text)
        assert "Passed" in told
        for hidden in ("88%", "81%", "attempt", "Not passed yet"):
            assert hidden not in told


def test_a_sitting_is_made_and_people_get_seats_until_it_is_full(world: World, office: Office, enter: Enter) -> None:
    alice = enter(office.agency)
    refused = alice.send("/exams/new", **SOON)
    assert refused.status_code == 400
    for kept in ('value="soon"', 'value="Madison"', "Write the score as a number", "Write a whole number"):
        assert kept in refused.text
    day = world.today.isoformat()
    where = alice.send("/exams/new", credential="cps", held_on=day, seats="1", place="Madison").location
    assert "Carol Example" in alice.get(f"{where}?words=carol").text
    assert alice.send(f"{where}/seats", person=str(office.carol)).status_code == 302
    dave = world.person("Dave")
    full = alice.send(f"{where}/seats", person=str(dave))
    assert (full.status_code, "every seat is taken" in full.text) == (409, True)
    withdraw = re.search(r'action="([^"]+/withdraw)"', full.text)
    assert withdraw
    alice.send(withdraw[1])
    assert alice.send(f"{where}/seats", person=str(dave)).status_code == 302
    assert "/results" not in alice.get(where).text


def test_an_amendment_of_a_sitting_that_somebody_changed_meanwhile_is_told_and_kept(
    world: World, office: Office, enter: Enter
) -> None:
    url, alice = f"/exams/{hold(world)}/amend", enter(office.agency)
    values = {"held_on": world.today.isoformat(), "seats": "3", "place": "Here"}
    assert alice.send(url, expected_no="1", **values).status_code == 302
    stale = alice.send(url, expected_no="1", **(values | {"place": "There"}))
    assert (stale.status_code, 'value="There"' in stale.text) == (409, True)
    with world.database.reading() as session:
        assert session.scalar(select(ExamSitting.place)) == "Here"


@on_both
def test_results_are_entered_as_a_table_and_corrected_with_a_reason(world: World, office: Office, enter: Enter) -> None:
    grant(world)
    sitting = hold(world, held_on=world.today)
    dave = world.person("Dave")
    carols, daves = seat(world, sitting, office.carol), seat(world, sitting, dave)
    pat, url = enter(office.programme), f"/exams/{sitting}"
    common = {
        f"{name}{one}": value for one in (carols, daves) for name, value in (("route", "first"), ("attempt", "1"))
    }

    bad = pat.send(f"{url}/results", **(common | {f"score{carols}": "101", f"score{daves}": "84"}))
    assert (bad.status_code, 'value="101"' in bad.text, 'value="84"' in bad.text) == (400, True, True)
    assert list_outcomes(world, dave) == []

    pat.send(f"{url}/results", **(common | {f"score{carols}": "86.5", f"score{daves}": "84"}))
    assert list_outcomes(world, office.carol) == [("passed", "pass_mark")]
    assert list_outcomes(world, dave) == [("not_passed_yet", "pass_mark")]

    again = common | {f"score{carols}": "86.5", f"no{carols}": "1", f"score{daves}": "85", f"no{daves}": "1"}
    assert "Write in a few words why" in pat.send(f"{url}/results", **again).text
    pat.send(f"{url}/results", **again, reason="counted again")
    assert list_outcomes(world, dave) == [("passed", "pass_mark")]
    stale = pat.send(f"{url}/results", **(again | {f"score{daves}": "70"}), reason="late")
    assert (stale.status_code, "changed this result meanwhile" in stale.text) == (409, True)
    assert (f'name="no{daves}" value="2"' in stale.text, 'value="70"' in stale.text) == (True, True)
    assert pat.send(f"{url}/results", **(again | {f"score{daves}": "70", f"no{daves}": "2"}), reason="late").location
    assert list_outcomes(world, dave) == [("not_passed_yet", "pass_mark")]


def test_a_result_is_withdrawn_with_a_reason_by_whoever_enters_results_and_by_nobody_else(
    world: World, office: Office, enter: Enter
) -> None:
    grant(world)
    page, result = f"/people/{office.carol}", sit(world, office.carol, 90, taken_on=world.today)
    url = f"{page}/exams/{result}/withdraw"
    for actor in (office.agency, office.supervisor, office.holder):
        assert enter(actor).get(url).status_code == 404
    pat = enter(office.programme)
    assert url in pat.get(f"{page}/path").text
    assert "90%" in read(pat.get(url).text)
    missing = pat.send(url, expected_no="1", reason=" ")
    assert (missing.status_code, "Write in a few words why" in missing.text) == (400, True)
    stale = pat.send(url, expected_no="7", reason="another Carol")
    assert (stale.status_code, 'value="another Carol"' in stale.text) == (409, True)
    assert pat.send(url, expected_no="1", reason="another Carol").location == page
    assert "90%" not in read(pat.get(f"{page}/path").text)
    assert pat.get(url).status_code == 404


def test_before_its_day_a_sitting_has_no_results_and_a_seat_that_is_gone_is_told(
    world: World, office: Office, enter: Enter
) -> None:
    grant(world)
    pat, dave = enter(office.programme), world.person("Dave")
    coming = hold(world)
    seat(world, coming, dave)
    assert "/results" not in pat.get(f"/exams/{coming}").text
    assert pat.send(f"/exams/{coming}/results").status_code == 404

    url = f"/exams/{hold(world, held_on=world.today)}"
    carols, daves = seat(world, int(url[7:]), office.carol), seat(world, int(url[7:]), dave)
    sat = sit(world, office.carol, taken_on=world.today)
    typed = {f"route{carols}": "first", f"no{carols}": "1", f"score{daves}": "90", f"route{daves}": "first"}
    pat.send(f"{url}/seats/{daves}/withdraw")
    told = pat.send(f"{url}/results", **typed)
    assert (told.status_code, "seat was withdrawn meanwhile" in told.text) == (400, True)
    pat.send(f"{url}/seats", person=str(dave))
    pat.send(f"{url}/results", **typed)
    assert list_outcomes(world, dave) == [("passed", "pass_mark")]
    with world.database.reading() as session:
        assert session.get_one(ExamResult, sat).no == 1


def test_a_granter_grants_and_a_keeper_writes_down_what_is_printed(world: World, office: Office, enter: Enter) -> None:
    kept = sit(world, office.carol, credential="cpps", taken_on=world.today)
    page = f"/people/{office.carol}"
    alice = enter(office.agency)
    assert "Record the certificate" in alice.get(f"{page}/path").text
    url = f"{page}/exams/{kept}/certificate"
    day, due = world.today.isoformat(), world.today.replace(year=world.today.year + 2).isoformat()
    missing = alice.send(url, number="P-7", issued_on=day)
    assert (missing.status_code, 'value="P-7"' in missing.text) == (400, True)
    assert alice.send(url, number="P-7", issued_on=day, due_on=due).location == page
    assert "Passed" in read(alice.get(f"{page}/path").text)

    grant(world)
    earned = sit(world, office.carol, 90, taken_on=world.today)
    url = f"{page}/exams/{earned}/certificate"
    assert alice.get(url).status_code == 404
    pat = enter(office.programme)
    assert "Grant the certification" in pat.get(f"{page}/path").text
    pat.send(url, number="CPS-9", issued_on=day)
    with world.database.reading() as session:
        assert set(session.scalars(select(Certification.number))) == {"P-7", "CPS-9"}
        assert session.get_one(ExamResult, earned).outcome == "passed"
    assert "Grant the certification" not in pat.get(f"{page}/path").text
