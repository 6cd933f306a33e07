"""What a letter gives to a group, on its pages: typed, seen, put on record as it was seen, and taken back."""

import re
from datetime import date

import pytest
from flask import Flask
from kit.applications import list_terms
from kit.client import CheckingClient, sign_up
from kit.credits import DUE
from kit.databases import on_both
from kit.group_acts import LATER, add_people, begin, list_given, make_wish, plan
from kit.world import World

from certtrack.clock import FixedClock
from certtrack.security import Role
from certtrack.services.organizations import create_organization
from certtrack.web.parts import EXTENSION

TYPED = {
    "pack": "us-wi-cps", "due_from_on": "2026-10-31", "later": "to", "due_on": "2027-01-31", "from_on": "2026-05-01",
    "given_by": "The program", "letter_on": "2026-05-01", "words": "Its letter <to> everybody",
}  # fmt: skip


@pytest.fixture
def people(app: Flask, world: World) -> list[tuple[int, int, int]]:
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    return list(add_people(world, 3))


@pytest.fixture
def office(client: CheckingClient, world: World, people: list[tuple[int, int, int]]) -> CheckingClient:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def read_hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(seen|pack)" value="([^"]*)"', page))


@on_both
def test_it_is_seen_put_on_record_and_taken_back(
    office: CheckingClient, world: World, people: list[tuple[int, int, int]]
) -> None:
    assert 'href="/waivers/new"' in office.get("/waivers").text
    assert "Only the program" in office.get("/waivers/new").text
    wrong = office.send("/waivers/new", **(TYPED | {"due_on": "2026-10-31", "later_by": "x", "words": ""}))
    assert wrong.status_code == 400
    for said in ("Enter a day after the first due day of the group.", "Write a few words", 'value="2026-10-31"'):
        assert said in wrong.text

    seen = office.send("/waivers/new", **TYPED)
    assert seen.status_code == 200
    for said in ("3 certifications are in it", "Person0", "Nothing is written yet", "Put it on record for all 3"):
        assert said in seen.text
    assert list_terms(world, people[0][1])[0].due_on == DUE
    back = office.send("/waivers/new", **TYPED, change="y")
    assert "Its letter &lt;to&gt; everybody" in back.text

    given = office.send("/waivers", **(TYPED | read_hidden(seen.text)))
    where = given.headers["Location"]
    page = office.get(where).text
    assert "It is on record for 3 people." in page
    assert "It was given to 3 certifications." in page
    assert {list_terms(world, one[1])[0].due_on for one in people} == {LATER}
    again = office.send("/waivers", **(TYPED | read_hidden(seen.text)))
    assert again.headers["Location"] == where, "sent twice, it is the same act"

    assert office.send(f"{where}/take-back", expected_no="2", reason="").status_code == 400
    assert office.send(f"{where}/take-back", expected_no="1", reason="Another letter").status_code == 409
    assert office.send(f"{where}/take-back", expected_no="2", reason="Another letter").status_code == 302
    assert "Another letter" in office.get(where).text
    assert {list_terms(world, one[1])[0].due_on for one in people} == {DUE}


def test_what_changed_since_it_was_seen_stands_on_the_page_and_nothing_is_written(
    office: CheckingClient, world: World, people: list[tuple[int, int, int]]
) -> None:
    seen = office.send("/waivers/new", **TYPED)
    [(came, certification, _)] = add_people(world, 1)
    answer = office.send("/waivers", **(TYPED | read_hidden(seen.text)))
    assert answer.status_code == 409
    assert "These have come in" in answer.text
    assert f'href="/people/{came}"' in answer.text
    assert list_terms(world, certification)[0].due_on == DUE
    assert office.send("/waivers", **(TYPED | read_hidden(answer.text))).status_code == 302


def test_one_of_another_office_isnt_there(office: CheckingClient, world: World) -> None:
    with world.database.writing() as session:
        other = create_organization(
            session, key="other", name="Other", zone="America/Chicago", reply_to="other@example.org",
            actor=world.actor, at=world.at,
        ).id  # fmt: skip
    world.organization_id = other
    add_people(world, 1, date(2027, 10, 31))
    wish = make_wish(due_from_on=date(2027, 10, 31), due_until_on=date(2027, 10, 31), due_on=date(2028, 1, 31))
    act_id = begin(world, plan(world, wish))
    for path in (f"/waivers/{act_id}", f"/waivers/{act_id}/take-back"):
        assert office.get(path).status_code == 404
    assert office.send(f"/waivers/{act_id}/go-on").status_code == 404
    assert list_given(world, act_id) == []
