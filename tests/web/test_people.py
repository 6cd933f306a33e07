"""The list of people and one person's page: who sees whom, what is said, what the audit keeps."""

from datetime import date, timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, read_alike, sign_up
from kit.databases import on_both
from kit.world import ZONE, World
from sqlalchemy import select

from certtrack.clock import WallClock, today_in
from certtrack.db.models import AuditEvent, AuditPerson
from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor

TODAY = today_in(WallClock(), ZONE)
NEXT = date(TODAY.year + 1, 10, 31)


@pytest.fixture
def carol(world: World) -> int:
    world.at = WallClock().now()
    carol = world.person("Carol", address="carol@example.org")
    world.certify(carol, NEXT, number="CPS-77")
    return carol


def enter_as(
    app: Flask, client: CheckingClient, world: World, name: str, role: Role, person_id: int | None = None
) -> None:
    sign_up(client, world, world.account(name, role, person_id=person_id))


@on_both
def test_an_administrator_sees_everybody_with_standing_and_day(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    page = client.get("/people").text

    assert f'href="/people/{carol}"' in page
    assert "On time" in page
    assert "Next mail" in page
    assert "Certified Peer Specialist" in page


def test_an_empty_list_says_how_to_begin(app: Flask, client: CheckingClient, world: World) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    assert 'href="/imports">Bring in files' in client.get("/people").text


def test_a_search_that_finds_nobody_leads_back(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    page = client.get("/people?words=zzz&standing=current").text

    assert "Nobody fits." in page
    assert 'value="zzz"' in page


def test_a_day_that_is_none_is_refused_and_kept(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    page = client.get("/people?as_of=2026-02-30").text

    assert "That isn't a day" in page
    assert 'value="2026-02-30"' in page


def test_a_list_is_one_event_with_everybody_on_it(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    other = world.person("Erin")
    world.certify(other, NEXT)
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    client.get("/people")

    with world.database.reading() as session:
        (event,) = session.scalars(select(AuditEvent.id).where(AuditEvent.action == "people.listed"))
        shown = set(session.scalars(select(AuditPerson.person_id).where(AuditPerson.event_id == event)))
    assert shown == {carol, other}


def test_a_supervisor_lists_the_assigned_only(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    bob, other = world.person("Bob"), world.person("Erin")
    world.certify(other, NEXT)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=TODAY - timedelta(days=9), actor=world.actor, at=world.at,
        )  # fmt: skip
    enter_as(app, client, world, "bob", Role.SUPERVISOR, bob)

    page = client.get("/people").text

    assert f"/people/{carol}" in page
    assert f"/people/{other}" not in page
    assert "Next mail" not in page
    own = client.get(f"/people/{carol}").text
    assert "carol@example.org" not in own
    assert "What was mailed" not in own


def test_a_specialist_is_led_to_their_own_page(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    enter_as(app, client, world, "carol", Role.SPECIALIST, carol)

    assert client.get("/").location == "/home"
    page = client.get("/home").text
    assert "Why it stands so" in page
    assert f'href="/people/{carol}/credits/new">Log a credit' in page
    assert "carol@example.org" in client.get(f"/people/{carol}").text
    assert client.get("/people").status_code == 404


def test_nobody_and_somebody_not_yours_answer_alike(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    enter_as(app, client, world, "dave", Role.SPECIALIST)

    hidden, missing = client.get(f"/people/{carol}"), client.get("/people/99999")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert read_alike(hidden).replace(f"/people/{carol}", "/people/99999") == read_alike(missing)


def test_a_look_at_a_person_is_kept(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    client.get(f"/people/{carol}")

    with world.database.reading() as session:
        looks = session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == "person.viewed")).all()
    assert looks == [carol]


def test_a_look_back_says_that_it_is_one(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    assert "This is a look back or ahead" in client.get(f"/people/{carol}?as_of={NEXT.year}-11-15").text
    assert "In grace" in client.get(f"/people/{carol}?as_of={NEXT.year}-11-15").text
    known = client.get(f"/people/{carol}?known_at=2020-01-01T00:00").text
    assert "No certification is on record for this." in known
    assert "That isn't a moment" in client.get(f"/people/{carol}?known_at=soon").text


def test_the_page_is_in_spanish_where_that_is_asked_for(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    assert "A tiempo" in client.get(f"/people/{carol}?lang=es").text


def test_a_name_is_never_read_as_markup(app: Flask, client: CheckingClient, world: World, carol: int) -> None:
    odd = world.person("<b>Eve</b>", address=None)
    world.certify(odd, NEXT)
    enter_as(app, client, world, "alice", Role.AGENCY_ADMINISTRATOR)

    assert "<b>Eve" not in client.get("/people").text
    assert "<b>Eve" not in client.get(f"/people/{odd}").text


def test_whoever_is_not_signed_in_is_asked_to(client: CheckingClient, world: World, carol: int) -> None:
    assert client.get("/people").status_code == 302
    assert client.get(f"/people/{carol}").status_code == 302
