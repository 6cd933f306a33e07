"""Somebody joins another office by a page, and nothing that was typed for it is lost."""

import re

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.forms import read_forms
from kit.world import ZONE, World
from sqlalchemy import select

from certtrack.db.models import Affiliation, Email, Person
from certtrack.security import Role
from certtrack.services.organizations import create_organization
from certtrack.web.parts import EXTENSION


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_somebody_joins_with_another_address_at_work_and_its_reader_hears_of_it(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("root", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    carol = world.person("Carol", work_address="carol@lakeside.example.org")
    world.account("carol", Role.SPECIALIST, person_id=carol)
    with world.database.writing() as session:
        create_organization(session, key="hill", name="Hillside", zone=ZONE, actor=world.actor, at=world.at)
    office = f"/people/{carol}/office"
    path = f"{office}/join"
    assert f'href="{path}"' in client.get(office).text
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    typed = dict(form.list_values())
    answer = client.send(path, **typed | {"from_on": "2026-02-30", "work_address": "carol at hillside"})
    assert answer.status_code == 400
    assert "That isn't an address" in answer.text.replace("&#39;", "'")
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert dict(again.list_values())["work_address"] == "carol at hillside"
    assert client.send(path, **typed | {"from_on": "2090-01-01"}).status_code == 409
    stale = typed | {"work_address": "carol@hillside.example.org", "seen_work_address": "other@example.org"}
    answer = client.send(path, **stale)
    assert answer.status_code == 409
    assert "on record now: carol@lakeside.example.org." in answer.text
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert dict(again.list_values())["seen_work_address"] == "carol@lakeside.example.org", "the next one may be saved"
    with world.database.reading() as session:
        assert len(session.scalars(select(Affiliation)).all()) == 1, "all of it or nothing"
    assert client.send(path, **typed | {"work_address": "carol@hillside.example.org"}).status_code == 302
    page = client.get(office).text
    assert "Carol Example belongs there from that day on." in page
    assert page.count(">Hillside</h") == 2, "where they belong, and how it was put on record"
    assert "They belong to every organization that you administer." in client.get(path).text
    with world.database.reading() as session:
        assert session.get_one(Person, carol).work_address == "carol@hillside.example.org"
        assert "carol@lakeside.example.org" in session.scalars(select(Email.address)).all()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_another_choice_keeps_what_was_typed_and_what_was_sent_twice_is_no_missing_page(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("root", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    carol, bob = world.person("Carol"), world.person("Bob")
    with world.database.writing() as session:
        made = [
            create_organization(session, key=name.lower(), name=name, zone=ZONE, actor=world.actor, at=world.at).id
            for name in ("Hillside", "Meadow")
        ]
    path = f"/people/{carol}/office/join"
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    typed = dict(form.list_values()) | {"from_on": "2026-05-02", "organization": str(made[1])}
    answer = client.send(path, **typed, act="show")
    assert answer.status_code == 200
    shown = read_forms(answer.text).find_form(path, path)
    assert shown
    kept = dict(shown.list_values())
    assert (kept["from_on"], kept["organization"], kept["offered_by"]) == ("2026-05-02", str(made[1]), str(made[1]))
    answer = client.send(path, **typed | {"supervisor": str(bob)})
    assert (answer.status_code, "Choose one of what is offered here." in answer.text) == (400, True)
    assert client.send(path, **typed).status_code == 302
    answer = client.send(path, **typed)
    assert (answer.status_code, "They belong there on that day already" in answer.text) == (409, True)
    ids = re.findall(r' id="([^"]+)"', client.get(f"/people/{carol}/office").text)
    assert len(ids) == len(set(ids)), "two offices on one page have fields of their own"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_somebody_else_has_changed_is_shown_beside_what_was_typed_before_it_is_saved(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    carol = world.person("Carol")
    world.account("bob", Role.SUPERVISOR, person_id=(bob := world.person("Bob")))
    office = f"/people/{carol}/office"
    for part, typed, now in (
        ("name", {"given_name": "Typed", "seen_given_name": "Earlier"}, "Carol Example"),
        ("supervisor", {"supervisor": "", "seen": str(bob)}, "nobody"),
        ("first-day", {"from_on": "2026-01-02", "seen": "0"}, "not known"),
    ):
        path = f"{office}/{part}"
        form = read_forms(client.get(office).text).find_form(path, office)
        assert form
        answer = client.send(path, **dict(form.list_values()) | typed)
        assert (answer.status_code, f"on record now: {now}." in answer.text) == (409, True), part
        again = read_forms(answer.text).find_form(path, office)
        assert again
        values = dict(again.list_values())
        assert {name: values[name] for name in typed if not name.startswith("seen")} == {
            name: value for name, value in typed.items() if not name.startswith("seen")
        }
        assert client.send(path, **values).status_code == 302, part
