"""How one's mail is to be, and who stands in, on pages: saved, refused with a reason, and nothing typed lost."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import Person, StandIn
from certtrack.security import Role
from certtrack.services.people import get_person
from certtrack.services.preferences import get_preferences
from certtrack.web.parts import EXTENSION


@pytest.fixture
def world_now(app: Flask, world: World) -> World:
    """The world, whose moment the pages go by."""
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    return world


def list_chosen(page: str) -> list[str]:
    """What is chosen in the lists of a page, in their order."""
    return re.findall(r'<option value="([^"]+)" selected', page)


@on_both
def test_a_holder_says_how_their_mail_is_to_be_and_a_page_that_is_behind_saves_nothing(
    world_now: World, client: CheckingClient
) -> None:
    carol = world_now.person(work_address="carol@work.example.org")
    sign_up(client, world_now, world_now.account("carol", Role.SPECIALIST, person_id=carol))
    path = f"/people/{carol}/mail-preferences"
    assert client.get("/mail-preferences").location == path
    with world_now.database.reading() as session:
        seen = get_preferences(get_person(session, carol)).mark
    fields = {"language": "es", "zone": "America/Denver", "first": "work", "all_set": "y", "seen": seen}
    odd = client.send(path, **(fields | {"zone": "Mars/Base"}))
    assert (odd.status_code, "Choose one of what is offered here." in odd.text) == (400, True)
    assert list_chosen(odd.text) == ["es", "America/Chicago", "work"], (
        "what was chosen stays, but for what isn't offered"
    )
    assert 'name="all_set" type="checkbox" value="y" checked' in odd.text
    assert 'name="early" type="checkbox" value="y" checked' not in odd.text
    assert client.send(path, **fields).location == path
    late = client.send(path, **(fields | {"zone": "America/New_York", "early": "y"}))
    assert late.status_code == 409
    assert list_chosen(late.text) == ["es", "America/New_York", "work"], "nothing that was chosen is lost"
    assert "America/Denver." in late.text, "beside it stands what is on record now"
    again = re.search(r'name="seen" value="([^"]+)"', late.text)
    assert again
    assert client.send(path, **(fields | {"seen": again[1]})).location == path, "sent once more it is saved"
    with world_now.database.reading() as session:
        person = session.get_one(Person, carol)
    assert (person.language, person.zone, person.address) == ("es", "America/Denver", "carol@work.example.org")
    assert person.switched_off == ["early"]


@on_both
def test_a_supervisor_names_a_stand_in_and_ends_it_again(world_now: World, client: CheckingClient) -> None:
    bob, ana = world_now.person("Bob"), world_now.person("Ana")
    world_now.account("ana", Role.SUPERVISOR, person_id=ana)
    sign_up(client, world_now, world_now.account("bob", Role.SUPERVISOR, person_id=bob))
    days = {"from_on": world_now.today.isoformat(), "until_on": (world_now.today + timedelta(days=7)).isoformat()}
    refused = client.send("/stand-ins", **(days | {"until_on": "2020-01-01", "stand_in": str(ana)}))
    assert refused.status_code == 400
    assert f'value="{ana}" selected' in refused.text
    assert client.send("/stand-ins", stand_in=str(ana), **days).status_code == 302
    with world_now.database.reading() as session:
        [record] = session.scalars(select(StandIn)).all()
    assert (record.supervisor_id, record.stand_in_id) == (bob, ana)
    assert "Ana Example stands in for Bob Example" in client.get("/stand-ins").text
    assert client.send(f"/stand-ins/{record.id}/end", expected_no="1").status_code == 302
    assert client.send(f"/stand-ins/{record.id}/end", expected_no="2").status_code == 409
