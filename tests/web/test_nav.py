"""Where the frame of a page leads, for each kind of reader."""

import json
import re

import pytest
from flask import Flask
from kit.client import CheckingClient

from certtrack.security import Actor, Role, RoleGrant, can_do
from certtrack.web.frame import EXTENSION
from certtrack.web.nav import MOST, Nav, make_nav
from certtrack.web.rights import find_right


def lead(app: Flask, *roles: Role, person_id: int | None = None, at: str = "/people") -> Nav:
    grants = frozenset(RoleGrant(role, 1) for role in roles)
    with app.test_request_context(at):
        return make_nav(Actor("account:1", 1, person_id, grants), str)


def test_everybody_is_led_to_five_pages_at_most_and_to_none_that_is_not_there_or_not_theirs(app: Flask) -> None:
    pages = app.url_map.bind("")
    for role in Role:
        nav = lead(app, role, person_id=7)
        assert 0 < len(nav.first) <= MOST
        urls = [item.url for item in (*nav.first, *nav.more)]
        assert len(urls) == len(set(urls))
        for url in urls:
            right = find_right(app.view_functions[pages.match(url)[0]])
            assert right is not None
            actor = Actor("account:1", 1, 7, frozenset({RoleGrant(role, 1)}))
            assert right.task is None or can_do(actor, right.task), url


def test_each_role_has_its_own_five_and_the_higher_one_counts(app: Flask) -> None:
    own = lead(app, Role.SPECIALIST, person_id=7).first
    assert [item.label for item in own] == ["Home", "Credits", "Activities", "Supervision", "My record"]
    assert [item.label for item in lead(app, Role.SUPERVISOR, person_id=7).first][-1] == "My record"
    both = lead(app, Role.SUPERVISOR, Role.AGENCY_ADMINISTRATOR, person_id=7)
    assert "/held" in {item.url for item in both.first}
    assert "/record" in {item.url for item in both.more}
    assert lead(app).first == ()


def test_one_link_is_current_the_nearest(app: Flask) -> None:
    nav = lead(app, Role.SUPERVISOR, person_id=7, at="/people/7/reminders")
    assert [item.url for item in nav.first if item.is_current] == ["/record"]
    nav = lead(app, Role.AGENCY_ADMINISTRATOR, person_id=7, at="/people/70")
    assert [item.url for item in nav.first if item.is_current] == ["/people"]


@pytest.mark.parametrize(("path", "goes_on"), [("/people?page=2", "%2Fpeople%3Fpage%3D2"), ("/people/2", "%2Fpeople")])
def test_a_part_for_nobody_takes_the_whole_window_to_signing_in_and_back_to_its_page(
    client: CheckingClient, path: str, goes_on: str
) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "https://certtrack.example.org" + path}
    answer = client.get("/credits?claim=2", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith(f"/sign-in?next={goes_on}")
    assert answer.data == b""
    assert client.get("/credits").status_code == 302


def test_a_page_and_its_part_are_two_answers_of_one_address(client: CheckingClient) -> None:
    assert "HX-Request" in client.get("/sign-in").headers["Vary"]


def test_what_exchanges_parts_evaluates_nothing_styles_nothing_keeps_no_page_and_asks_nobody_else(app: Flask) -> None:
    html = app.extensions[EXTENSION]["en"].get_template("swapping.html").render()
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", html)
    assert found
    config = json.loads(found[1])
    assert config["selfRequestsOnly"]
    assert not any(config[name] for name in ("includeIndicatorStyles", "allowEval", "allowScriptTags"))
    assert config["historyCacheSize"] == 0
    assert "<script>" not in html
