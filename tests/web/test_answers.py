"""A returned claim is answered by whose it is, once, with nothing typed lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credits import decide, find_claim, log, make_new
from kit.databases import on_both
from kit.world import World

from certtrack.clock import WallClock
from certtrack.db.models import Claim
from certtrack.security import Role
from certtrack.services.credits.claims import answer_claim, get_claim


class Returned:
    """Carol's claim that went back, and the address of its answer."""

    def __init__(self, world: World) -> None:
        world.at = WallClock().now()
        self.world, self.carol = world, world.person("Carol")
        self.certification, _ = world.certify(self.carol, world.today + timedelta(days=90))
        credit = log(world, self.carol, make_new(3, last_on=world.today - timedelta(days=9)), self.certification)
        self.claim = find_claim(world, credit, self.certification)[0]
        decide(world, self.claim, "returned", reason_code="hours_differ", words="Two?")
        self.path = f"/people/{self.carol}/credits/{credit}/claims/{self.claim}/answer"

    def load(self) -> Claim:
        with self.world.database.reading() as session:
            return get_claim(session, self.claim)


@pytest.fixture
def returned(world: World) -> Returned:
    return Returned(world)


@pytest.fixture
def carol(app: Flask, client: CheckingClient, returned: Returned) -> CheckingClient:
    sign_up(client, returned.world, returned.world.account("carol", Role.SPECIALIST, person_id=returned.carol))
    return client


@on_both
def test_the_holder_answers_and_it_waits_again(carol: CheckingClient, returned: Returned) -> None:
    page = carol.get(returned.path).text
    assert "The certificate says other hours." in page
    assert "“Two?”" in page

    at = f"/people/{returned.carol}/certifications/{returned.certification}"
    assert carol.send(returned.path, no="2", words=" It says <3>. ").location == at

    found = returned.load()
    assert (found.decision, found.reason_code, found.words) == ("waiting", "hours_differ", "It says <3>.")
    assert "Your answer is saved." in carol.get(f"/people/{returned.carol}").text


@pytest.mark.parametrize(("words", "says"), [("  ", "Write a few words"), ("a" * 1001, "at most 1000 letters")])
def test_an_answer_needs_words(carol: CheckingClient, returned: Returned, words: str, says: str) -> None:
    answer = carol.send(returned.path, no="2", words=words)

    assert (answer.status_code, says in answer.text) == (400, True)
    assert "<title>Error: Your answer" in answer.text
    assert f">{words.strip()}</textarea>" in answer.text
    assert returned.load().decision == "returned"


def test_an_answer_that_comes_too_late_stays_on_the_page(carol: CheckingClient, returned: Returned) -> None:
    world = returned.world
    with world.database.writing() as session:
        values: dict[str, Any] = {"expected_no": 2, "actor": world.actor, "at": world.at}
        answer_claim(session, world.rulebook, get_claim(session, returned.claim), "From the office", **values)

    late = carol.send(returned.path, no="2", words="My <b>own</b>")

    assert (late.status_code, "readonly>My &lt;b&gt;own&lt;/b&gt;</textarea>" in late.text) == (409, True)
    assert "There is nothing to answer." in carol.get(returned.path).text
    assert returned.load().words == "From the office"


def test_one_that_was_returned_anew_meanwhile_is_shown_with_what_was_typed(
    carol: CheckingClient, returned: Returned
) -> None:
    decide(returned.world, returned.claim, "returned", 2, reason_code="no_certificate")

    late = carol.send(returned.path, no="2", words="Mine")

    assert (late.status_code, "There is no certificate." in late.text) == (409, True)
    assert ">Mine</textarea>" in late.text
    assert carol.send(returned.path, no="3", words="Mine").status_code == 302


@pytest.mark.parametrize("role", [Role.AGENCY_ADMINISTRATOR, Role.SPECIALIST])
def test_nobody_else_answers(client: CheckingClient, returned: Returned, role: Role) -> None:
    sign_up(client, returned.world, returned.world.account("alice", role))

    assert client.get(returned.path).status_code == 404
    assert client.send(returned.path, no="2", words="For her").status_code == 404
    assert returned.load().decision == "returned"


def test_no_other_address_leads_there(carol: CheckingClient, returned: Returned) -> None:
    for wrong in (f"claims/{returned.claim + 1}", "claims/9999"):
        assert carol.get(returned.path.replace(f"claims/{returned.claim}", wrong)).status_code == 404
    assert carol.get(returned.path.replace(f"people/{returned.carol}", "people/9999")).status_code == 404
    assert carol.get(returned.path.replace("/credits/", "/credits/9")).status_code == 404
