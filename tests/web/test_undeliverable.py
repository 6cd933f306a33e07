"""The page of those whom mail doesn't reach, and the form that mends an address."""

from datetime import timedelta

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Email, Person
from certtrack.security import Role


@on_both
def test_the_office_finds_somebody_without_an_address_and_enters_one(
    app: Flask, client: CheckingClient, world: World
) -> None:
    assert app
    world.at = WallClock().now()
    carol = world.person("Carol", address=None)
    world.certify(carol, world.today + timedelta(days=40))
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert 'href="/undeliverable"' in client.get("/people/waiting").text
    page = client.get("/undeliverable").text
    assert "No address is on record, so Carol Example can" in page
    assert f'href="/people/{carol}/addresses"' in page
    path = f"/people/{carol}/addresses"
    wrong = client.send(path, private_address="carol at home")
    assert (wrong.status_code, "carol at home" in wrong.text, "Error:" in wrong.text) == (400, True, True)
    late = client.send(path, private_address="carol@example.org", seen_private_address="old@example.org")
    assert (late.status_code, "carol@example.org" in late.text) == (409, True)
    done = client.send(path, private_address="Carol@example.org")
    assert (done.status_code, done.location) == (302, f"/people/{carol}")
    with world.database.reading() as session:
        assert session.get_one(Person, carol).private_address == "carol@example.org"
    assert "Mail reaches everybody" in client.get("/undeliverable").text
    number = world.account("carol", Role.SPECIALIST, person_id=carol)
    client.send(path, private_address="c@example.org", seen_private_address="carol@example.org")
    with world.database.reading() as session:
        mails = session.scalars(select(Email).where(Email.account_id == number)).all()
        assert [mail.address for mail in mails] == ["carol@example.org"], "where mail went until now hears of it"
