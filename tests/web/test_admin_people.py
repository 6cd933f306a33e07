"""Somebody is put on record by a page, and asked about first where somebody alike is there."""

from datetime import timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.forms import read_forms
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditPerson, Person
from certtrack.security import Role
from certtrack.web.parts import EXTENSION


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_somebody_alike_is_asked_about_and_put_on_record_all_the_same(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    first = world.person("Carol")
    path = "/admin/people/new"
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    typed = dict(form.list_values()) | {"given_name": "Carol", "family_name": "Example", "language": "es"}
    answer = client.send(path, **typed)
    assert answer.status_code == 400
    assert f'href="/people/{first}"' in answer.text
    with world.database.reading() as session:
        looked = select(AuditPerson.person_id).join(AuditEvent, AuditEvent.id == AuditPerson.event_id)
        assert session.scalars(looked.where(AuditEvent.action == "people.listed")).all() == [first]
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert dict(again.list_values()) == typed
    answer = client.send(path, **typed, anyway="y")
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).text
    assert "Carol Example is on record." in page
    with world.database.reading() as session:
        assert session.scalars(select(Person.language).order_by(Person.id)).all() == ["en", "es"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_first_day_to_come_is_refused_at_its_field_and_all_that_was_typed_stays(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    bob = world.person("Bob")
    world.account("bob", Role.SUPERVISOR, person_id=bob)
    path, to_come = "/admin/people/new", world.today + timedelta(days=1)
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    names = {"given_name": "Carol", "family_name": "Example", "supervisor": str(bob)}
    typed = dict(form.list_values()) | names | {"from_on": to_come.isoformat()}
    answer = client.send(path, **typed)
    assert answer.status_code == 400
    assert "That day is still to come" in answer.text
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert dict(again.list_values()) == typed
    assert client.send(path, **typed | {"from_on": world.today.isoformat()}).status_code == 302
    assert "Carol Example" in client.get("/people").text
