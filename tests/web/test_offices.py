"""Before the first organization is on record, no page that needs one is a dead end or a form that can't be saved."""

import re

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import World
from sqlalchemy import delete

from certtrack.db.models import Organization
from certtrack.security import Role

NEEDS_ONE = (
    "/admin/accounts/new",
    "/admin/people/new",
    "/exams/new",
    "/offerings/new",
    "/resources/new",
    "/stand-ins",
    "/supervision/due",
    "/supervision/new",
    "/supervision/supervisors",
    "/trainings/new",
)


@pytest.fixture
def first(client: CheckingClient, world: World) -> CheckingClient:
    """Of whoever administers everywhere, on a machine where nothing else is on record."""
    sign_up(client, world, world.account("first", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    with world.database.writing() as session:
        session.execute(delete(Organization))
    return client


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_needs_an_organization_says_that_it_is_missing_and_leads_to_where_it_is_made(
    first: CheckingClient,
) -> None:
    for path in NEEDS_ONE:
        answer = first.get(path)
        assert (answer.status_code, "First an organization" in answer.text) == (409, True), path
        assert 'href="/admin"' in answer.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_whoever_may_not_make_one_is_not_led_to_where_it_is_made(
    app: Flask, first: CheckingClient, world: World
) -> None:
    assert first.get("/exams/new").status_code == 409
    programme = app.test_client()
    assert isinstance(programme, CheckingClient)
    sign_up(programme, world, world.account("paula", Role.PROGRAMME_ADMINISTRATOR, everywhere=True))
    answer = programme.get("/exams/new")
    assert (answer.status_code, 'href="/admin"' in answer.text) == (409, False)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_link_leads_nowhere_on_a_machine_where_nothing_is_on_record(first: CheckingClient) -> None:
    seen: dict[str, int] = {}
    left = ["/"]
    while left:
        path = left.pop()
        answer = first.get(path, follow_redirects=True)
        seen[path] = answer.status_code
        found = set(re.findall(r'href="(/[^"#?]*)', answer.text)) - seen.keys() - set(left)
        left += sorted(one for one in found if not re.search(r"^/static/|\.(csv|xlsx)$", one))
    assert len(seen) > 30
    assert {path: code for path, code in seen.items() if code not in (200, 409)} == {}
    assert {path for path, code in seen.items() if code == 409} <= set(NEEDS_ONE)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_to_whoever_works_at_one_office_another_is_not_here(app: Flask, client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    nowhere = client.get("/not-here").text
    for path in ("/stand-ins", "/supervision/due", "/admin/people/new", "/supervision/new"):
        answer = client.get(f"{path}?organization=9999")
        assert answer.status_code == 404
        assert "First an organization" not in answer.text
    assert "First an organization" not in nowhere
