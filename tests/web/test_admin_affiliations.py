"""Somebody joins another office by a page, and nothing that was typed for it is lost."""

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
    assert client.send(path, **stale).status_code == 409
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
