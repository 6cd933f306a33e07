"""A person's page under packs that say less, or other things, than the usual ones."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import ZONE, World

from certtrack.clock import WallClock, today_in
from certtrack.security import Role
from certtrack.services.rulebook import load_rulebook

TODAY = today_in(WallClock(), ZONE)
AGES_AGO = date(TODAY.year - 3, 6, 30)


@pytest.fixture
def every_pack(monkeypatch: pytest.MonkeyPatch, world: World) -> World:
    """A world, and an application, that use every shipped pack and two of the examples."""
    used = ("*", "us-mn-cprs", "icrc-pr")
    monkeypatch.setenv("CERTTRACK_PACKS", " ".join(used))
    world.at = WallClock().now()
    world.rulebook = load_rulebook(Path("nowhere"), used)
    return world


@pytest.mark.usefixtures("every_pack")
def test_phases_without_a_published_end_other_ways_back_and_unknown_totals_have_their_page(
    world: World, app: Flask, client: CheckingClient
) -> None:
    carol = world.person("Carol")
    coming = TODAY + timedelta(days=100)
    for key in sorted({pack.key for pack in world.rulebook.packs.list()}):
        world.certify(carol, AGES_AGO if key.startswith("us-mi") else coming, pack=key)
    bob = world.person("Bob")
    world.certify(bob, AGES_AGO, pack="us-nc-cpss")
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    first = client.get(f"/people/{carol}").text
    others = set(re.findall(rf'href="(/people/{carol}/certifications/\d+)"', first))
    assert len(others) == len({pack.key for pack in world.rulebook.packs.list()})
    page = unescape("".join(client.get(path).text for path in sorted(others)))
    assert "Until when a recertification is still taken isn't published." in page
    assert "The program's word for it: “probation”." in page
    assert "How many hours are needed isn't published." in page
    assert "9999" not in page
    assert "What is left is the whole way back." in client.get(f"/people/{bob}").text
