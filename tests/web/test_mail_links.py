"""Links in mails on their pages: looking changes nothing, one button acts, and nobody learns anything."""

import re

import pytest
from flask import Flask
from kit.applications import stand
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.delivery import DUE, STAGE_DAY
from kit.planning import Planner
from kit.world import World

from certtrack.auth.limits import BY_ADDRESS
from certtrack.clock import FixedClock
from certtrack.db.models import Person
from certtrack.mail.links import VERBS, make_link_url
from certtrack.security import Role
from certtrack.services.delivery.leasing import make_terms
from certtrack.web.parts import EXTENSION

NAMES = re.compile(r"Carol|Example\b|CPS|certified|peer|specialist|Lakeside|2026", re.IGNORECASE)


class Links:
    """Carol's certification, and the links of the mail about it."""

    def __init__(self, app: Flask, world: World, planner: Planner) -> None:
        self.person = world.person("Carol", private_address="carol@example.org", address=None)
        self.certification, cycle = world.certify(self.person, DUE)
        planner.look(STAGE_DAY)
        app.extensions[EXTENSION].clock = FixedClock(world.at)
        self._terms = make_terms(app.extensions[EXTENSION].settings)
        self._reminder = planner.rows(cycle)[0].id

    def at(self, verb: str) -> str:
        return make_link_url("", self._terms.links, self._reminder, verb, "carol@example.org")


@pytest.fixture
def links(app: Flask, world: World, planner: Planner) -> Links:
    return Links(app, world, planner)


@on_both
def test_looking_changes_nothing_and_shows_nothing_and_the_button_acts_once_without_a_cookie(
    client: CheckingClient, world: World, links: Links
) -> None:
    for verb in VERBS:
        page = client.get(links.at(verb))
        assert page.status_code == client.head(links.at(verb)).status_code == 200
        main = re.search(r"<main.*</main>", page.text, re.DOTALL)
        assert main
        assert NAMES.findall(main[0].replace('value="2026-05-04"', "")) == []
        assert len(re.findall("<button", main[0])) == 1
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert "Set-Cookie" not in page.headers
    assert stand(world, links.certification).intentions == ()

    wrong = client.post(links.at("plan"), data={"until_on": "2027-05-01"})
    assert wrong.status_code == 400
    assert "That is too late for a plan." in wrong.text
    for _ in range(2):
        assert client.post(links.at("plan"), data={"until_on": "2026-07-01"}).status_code == 303
    assert [said.kind for said in stand(world, links.certification).intentions] == ["plan"]
    done = client.get(links.at("plan"))
    assert "Thank you: it is on record." in done.text
    assert "<button" not in re.sub(r"(?s).*<main", "", done.text)


def test_a_page_speaks_the_readers_language_and_what_was_said_shows_on_their_record_as_theirs(
    client: CheckingClient, world: World, links: Links
) -> None:
    with world.database.writing() as session:
        session.get_one(Person, links.person).language = "es"
    assert "Ya envié mi solicitud" in client.get(links.at("sent")).text
    assert "I have sent my application" in client.get(f"{links.at('sent')}?lang=en").text
    assert client.post(links.at("sent"), data={"sent_on": "2026-05-04", "way": "post"}).status_code == 303
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert "Entered by Carol Example." in client.get(f"/people/{links.person}").text


def test_one_click_of_a_mail_program_switches_off_what_may_be_and_the_page_says_what_cant(
    client: CheckingClient, world: World, links: Links
) -> None:
    asked = client.get(links.at("stop"))
    assert "Stop what I can do without" in asked.text
    assert "be switched off, and neither can" in asked.text
    with world.database.reading() as session:
        assert not session.get_one(Person, links.person).switched_off, "looking changes nothing"
    for _ in range(2):
        answer = client.post(links.at("stop"), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200, "a mail program follows no redirect"
    with world.database.reading() as session:
        assert session.get_one(Person, links.person).switched_off == ["all_set", "early"]
    assert "<button" not in re.sub(r"(?s).*<main", "", client.get(links.at("stop")).text)
    assert client.post(links.at("seen").replace("/seen/", "/stop/")).status_code == 404


def test_links_that_are_none_are_answered_alike_and_too_many_of_them_have_to_wait(
    client: CheckingClient, world: World, links: Links
) -> None:
    good = links.at("plan")
    forged, unknown = f"{good[:-1]}_", good.replace("/mail/", "/mail/9")
    pages = [client.get(forged), client.get(unknown), client.post(forged), client.post(unknown)]
    assert {page.status_code for page in pages} == {404}
    bare = {re.sub(r'href="[^"]*lang=[^"]*"', "", page.text) for page in pages}
    assert len(bare) == 1
    assert client.get(good).status_code == 200
    for _ in range(BY_ADDRESS.amount - len(pages)):
        client.post(forged)
    late = client.get(forged)
    assert (late.status_code, client.get(good).status_code) == (429, 429)
    assert int(late.headers["Retry-After"]) > 0
    assert stand(world, links.certification).intentions == ()
