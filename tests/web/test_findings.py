"""Findings: listed and settled by whoever may, once, with nothing typed lost."""

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Finding
from certtrack.security import Role
from certtrack.services.findings import open_finding


def test_a_finding_is_settled_once_in_words_and_nothing_typed_is_lost(
    app: Flask, client: CheckingClient, world: World
) -> None:
    carol = world.person("Carol")
    with world.database.writing() as session:
        open_finding(
            session, "no_address", "1", organization_id=world.organization_id, person_id=carol,
            details={"value": "call her"}, actor=world.actor, at=world.at,
        )  # fmt: skip
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert "call her" in client.get("/findings").text
    assert client.send("/findings/1", words=" ").status_code == 400
    assert "Nothing waits." in client.send("/findings/1", words="Asked her").text
    late = client.send("/findings/1", words="My own words")
    assert (late.status_code, "My own words" in late.text) == (409, True)
    with world.database.reading() as session:
        assert session.scalar(select(Finding.decision)) == "Asked her"


def test_findings_are_not_there_for_others(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("bob", Role.SUPERVISOR))
    assert client.get("/findings").status_code == 404
