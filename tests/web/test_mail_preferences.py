"""How somebody's mail is to be: what was chosen stays on the page where it couldn't be saved."""

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.forms import read_forms
from kit.world import World

from certtrack.db.models import Person
from certtrack.security import Role
from certtrack.web.parts import EXTENSION


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_was_chosen_stays_where_somebody_else_was_first_and_is_saved_the_next_time(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    carol = world.person("Carol")
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    path = f"/people/{carol}/mail-preferences"
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    chosen = dict(form.list_values()) | {"language": "es", "zone": "America/Denver"}
    del chosen["early"]
    assert client.send(path, **(chosen | {"seen": "another"})).status_code == 409
    answer = client.send(path, **(chosen | {"seen": "another"}))
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert dict(again.list_values()) == chosen
    assert client.send(path, **dict(again.list_values())).status_code == 302
    with world.database.reading() as session:
        person = session.get_one(Person, carol)
        assert (person.language, person.zone, person.switched_off) == ("es", "America/Denver", ["early"])
