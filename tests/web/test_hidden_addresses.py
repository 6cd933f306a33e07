"""Findings show no address to whoever isn't given addresses by the table of rights."""

from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import World

from certtrack.security import RECORD_RIGHTS, TASK_RIGHTS, Actor, Fields, Relation, Role, RoleGrant, Task
from certtrack.services.actors import command_actor
from certtrack.services.findings import open_finding
from certtrack.services.hidden_addresses import HIDDEN, can_see_addresses, hide_addresses
from certtrack.services.organizations import get_organization, set_role

SECRET = "secret@example.org"  # noqa: S105  # an address, for tests alone

# a kind and its details: each has the secret address where an import or the mail server put it
WITH_ADDRESS: list[tuple[str, dict[str, Any]]] = [
    ("no_address", {"value": SECRET}),
    ("shared_address", {"address": SECRET, "name": "Carol Example", "other": "Erin Example"}),
    ("supervisor_unknown", {"address": SECRET}),
    ("supervisor_shared", {"address": SECRET}),
    ("supervisor_self", {"address": SECRET}),
    ("cell_unreadable", {"field": "address", "value": SECRET, "problem": "too_long"}),
    ("cell_unreadable", {"field": "supervisor", "value": SECRET, "problem": "too_long"}),
    ("mended_by_hand", {"field": "address", "record": SECRET, "file": f"new.{SECRET}"}),
    ("mended_by_hand", {"field": "supervisor", "record": SECRET, "file": ""}),
    ("row_twice", {"credential": "cps", "number": "1",
                   "differences": [["name", "Carol", "Karol"], ["address", SECRET, ""], ["supervisor", "", SECRET]]}),
    ("mail_refused", {"reason": "address_refused", "code": 550}),
]  # fmt: skip


def note(world: World, kind: str, details: dict[str, Any]) -> int:
    carol = world.person("Carol", address=SECRET)
    world.certify(carol, world.today.replace(year=world.today.year + 1))
    with world.database.writing() as session:
        open_finding(
            session, kind, "1", organization_id=world.organization_id, person_id=carol, details=details,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    return carol


@pytest.mark.parametrize(("kind", "details"), WITH_ADDRESS)
def test_a_programme_s_administrator_sees_the_finding_without_the_address(
    app: Flask, client: CheckingClient, world: World, kind: str, details: dict[str, Any]
) -> None:
    carol = note(world, kind, details)
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), "cps", "granter", actor=world.actor, at=world.at)
    sign_up(client, world, world.account("perry", Role.PROGRAMME_ADMINISTRATOR))

    page, person = client.get("/findings").text, client.get(f"/people/{carol}").text
    assert 'class="find flow"' in page
    assert f"{HIDDEN} stands for an address" in page
    assert f'href="/findings?person={carol}#f' in person
    assert (SECRET in page, SECRET in person) == (False, False)


@pytest.mark.parametrize(("kind", "details"), WITH_ADDRESS)
def test_an_agency_s_administrator_sees_it_whole(
    app: Flask, client: CheckingClient, world: World, kind: str, details: dict[str, Any]
) -> None:
    note(world, kind, details)
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    page = client.get("/findings").text

    assert SECRET in page
    assert HIDDEN not in page


def test_what_is_no_address_stays() -> None:
    other = {"field": "exam_on", "value": "02/30/2025", "problem": "not_a_day"}
    assert hide_addresses("cell_unreadable", other) == other
    assert hide_addresses("no_address", {"value": ""}) == {"value": ""}
    assert hide_addresses("other_person", {"name": "Erin"}) == {"name": "Erin"}


@pytest.mark.parametrize("role", list(Role))
def test_the_table_of_rights_says_who_sees_addresses(role: Role) -> None:
    here = Actor("account:1", grants=frozenset({RoleGrant(role, 7)}))
    relations = [relation for relation in Relation if relation.value == role.value]
    settles = Task.SETTLE_FINDINGS in TASK_RIGHTS[role]
    opens = settles and any(Fields.ADDRESSES in RECORD_RIGHTS[relation] for relation in relations)
    assert can_see_addresses(here, 7) is opens
    assert not can_see_addresses(here, 8)
    assert can_see_addresses(Actor("account:1", grants=frozenset({RoleGrant(role, None)})), 8) is opens
    assert can_see_addresses(command_actor("test"), 7)
