"""The form that gives credits to all on one attendance list."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED as ONE
from kit.credit_pages import read
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import Credit
from certtrack.security import Role
from certtrack.web.parts import EXTENSION

TYPED: dict[str, Any] = {name: value for name, value in ONE.items() if name not in ("role", "proof", "upload")}


@dataclass
class Team:
    """Carol and Erin, certified; Alice's office keeps both."""

    world: World
    carol: int
    erin: int

    def load(self) -> list[tuple[int, str, str | None]]:
        with self.world.database.reading() as session:
            found = session.execute(select(Credit.person_id, Credit.title, Credit.proof_seen_by).order_by(Credit.id))
            return [tuple(row) for row in found]  # type: ignore[misc]  # as the columns are


@pytest.fixture
def team(app: Flask, client: CheckingClient, world: World) -> Team:
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    carol, erin = world.person("Carol"), world.person("Erin")
    for person in (carol, erin):
        world.certify(person, world.today.replace(month=10))
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return Team(world, carol, erin)


def send(client: CheckingClient, people: list[int], **values: Any) -> Any:
    data = TYPED | {"people": [str(number) for number in people]} | values
    return client.post("/credits/together", data={"csrf_token": client.token(), **data})


@on_both
def test_one_list_is_a_credit_for_each_and_doubles_are_pointed_out_first(client: CheckingClient, team: Team) -> None:
    assert send(client, [team.carol]).location == "/credits"
    answer = send(client, [team.carol, team.erin])
    assert answer.status_code == 409
    assert "Nothing was saved for anybody." in read(answer.text)
    assert "Carol Example: “Ethics for peers”, 3 hours" in read(answer.text)
    assert len(team.load()) == 1
    assert send(client, [team.carol, team.erin], without="y").status_code == 302
    assert team.load() == [(who, "Ethics for peers", "alice@example.org") for who in (team.carol, team.erin)]
    assert send(client, [team.carol], without="y").status_code == 409  # nobody is left
    assert send(client, [team.carol], anyway="y").status_code == 302
    assert len(team.load()) == 3


def test_what_is_wrong_is_said_and_what_was_typed_stays(client: CheckingClient, team: Team) -> None:
    answer = send(client, [team.erin], amount="long", title="A day together")
    assert answer.status_code == 400
    assert 'value="A day together"' in answer.text
    assert re.search(rf'name="people" type="checkbox" value="{team.erin}" checked', answer.text)
    assert "That isn't an amount we can read." in read(answer.text)
    nobody = send(client, [])
    assert "Choose who was there." in read(nobody.text)
    assert send(client, [999]).status_code == 400
    assert team.load() == []
