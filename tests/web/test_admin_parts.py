"""The page that leads to every part of an administrator's area, and how much waits in each."""

import re

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import World

from certtrack.db.models import Alarm
from certtrack.security import Actor, Role, RoleGrant, can_do
from certtrack.services.findings import open_finding
from certtrack.web.admin_parts import GROUPS, PARTS, list_parts
from certtrack.web.parts import EXTENSION
from certtrack.web.rights import find_right


def read_waiting(client: CheckingClient) -> list[str]:
    """What each part says of how much waits there, in their order."""
    said = re.findall(r'<span class="st [^"]*">(.*?)</span>', client.get("/admin").text, re.DOTALL)
    return [re.sub(r"<svg.*?</svg>|\s+", " ", text, flags=re.DOTALL).strip() for text in said]


def test_each_part_is_there_and_opens_to_whoever_is_led_to_it(app: Flask) -> None:
    pages = app.url_map.bind("")
    urls = [part.url for part in PARTS]
    assert len(urls) == len(set(urls))
    for part in PARTS:
        right = find_right(app.view_functions[pages.match(part.url)[0]])
        assert right is not None
        for role in Role:
            actor = Actor("account:1", 1, 7, frozenset({RoleGrant(role, 1)}))
            is_open = right.task is None or can_do(actor, right.task)
            assert is_open or not can_do(actor, part.task), (part.url, role)


def test_a_group_that_has_nothing_for_the_reader_is_not_there() -> None:
    nobody, office = Actor("account:1"), Actor("account:1", grants=frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 1)}))
    assert list_parts(nobody) == {}
    assert tuple(list_parts(office)) == GROUPS


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_waits_is_counted_at_its_part_and_nothing_is_said_where_nothing_waits(
    app: Flask, client: CheckingClient, world: World
) -> None:
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert read_waiting(client) == []
    with world.database.writing() as session:
        for key in ("1", "2"):
            open_finding(session, "no_address", key, organization_id=world.organization_id, person_id=None,
                         details={}, actor=world.actor, at=world.at)  # fmt: skip
        session.add(Alarm(kind="mail_late", raised_at=world.at))
    world.account("zoe", Role.AUDITOR)
    assert read_waiting(client) == [
        "2 findings wait for somebody to decide", "1 has no password yet", "1 alarm",
    ]  # fmt: skip
