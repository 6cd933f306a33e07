"""Accounts and the audit, as an office has them."""

import html

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.counting import counting_statements
from kit.world import World
from sqlalchemy import delete, select

from certtrack.db.models import Account, AccountRole, Email
from certtrack.language import say_by
from certtrack.security import Role
from certtrack.services.accounts import give_role
from certtrack.services.organizations import create_organization
from certtrack.web.parts import EXTENSION


@pytest.fixture
def office(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    """Alice, who administers."""
    world.at = app.extensions[EXTENSION].clock.now()
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_account_is_made_by_an_address_on_record_and_its_owner_gets_a_link_that_no_page_shows(
    office: CheckingClient, world: World
) -> None:
    carol = world.person("Carol", address="carol@example.org")
    role = {"role": "specialist", "organization": str(world.organization_id), "language": "es"}
    answer = office.send("/admin/accounts/new", address="nobody@example.org", **role)
    assert answer.status_code == 400
    assert "Nobody whose records you keep has this address" in answer.text
    answer = office.send("/admin/accounts/new", address="Carol@example.org", **role)
    assert answer.status_code == 302
    page = office.get(answer.headers["Location"]).text
    assert "Carol Example" in page
    assert "/password/" not in page
    with world.database.reading() as session:
        made = session.scalars(select(Account).where(Account.sign_in_name == "carol@example.org")).one()
        assert (made.person_id, made.language) == (carol, "es")
        mail = session.scalars(select(Email).where(Email.account_id == made.id)).one()
        assert mail.address == "carol@example.org"
    assert office.send("/admin/accounts/new", address="carol@example.org", **role).status_code == 409


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_role_is_given_and_taken_away_and_never_one_s_own_or_the_last_administrator_s(
    office: CheckingClient, world: World
) -> None:
    bob = world.account("bob", Role.SUPERVISOR, person_id=world.person("Bob"))
    at = f"/admin/accounts/{bob}"
    given = {"role": "agency_administrator", "organization": str(world.organization_id)}
    assert office.send(f"{at}/roles", **given).status_code == 302
    with world.database.reading() as session:
        roles = {row.role: row.id for row in session.scalars(select(AccountRole).where(AccountRole.account_id == bob))}
    assert office.send(f"{at}/roles/{roles['supervisor']}/end").status_code == 302
    assert office.send(f"{at}/roles/{roles['supervisor']}/end").status_code == 409
    assert "Administrator of the office" in office.get(at).text
    answer = office.send("/admin/accounts/1/roles", **given)
    assert answer.status_code == 409
    assert "This is your own account" in answer.text
    assert office.send("/admin/accounts/1/close").status_code == 409


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_accounts_are_narrowed_to_one_organization_by_whoever_keeps_those_of_several(
    app: Flask, office: CheckingClient, world: World
) -> None:
    here = world.organization_id
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        there = world.organization_id = other.id
    world.account("dora", Role.SUPERVISOR)
    everywhere = app.test_client()
    assert isinstance(everywhere, CheckingClient)
    sign_up(everywhere, world, world.account("zoe", Role.AGENCY_ADMINISTRATOR, everywhere=True))

    def find(client: CheckingClient, organization: object) -> set[str]:
        page = client.get(f"/admin/accounts?organization={organization}").text
        return {name for name in ("alice", "dora", "zoe") if f"{name}@example.org</a></h3>" in page}

    assert find(everywhere, "") == {"alice", "dora", "zoe"}
    assert find(everywhere, here) == {"alice"}
    assert find(everywhere, there) == find(everywhere, "hillside") == find(everywhere, "HILLSIDE") == {"dora"}
    assert find(everywhere, "nothing called so") == set()
    assert 'value="Hillside"' in everywhere.get(f"/admin/accounts?organization={there}").text
    assert find(office, there) == set(), "another office's accounts stay hidden"
    assert 'id="organization"' not in office.get("/admin/accounts").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_closed_account_is_signed_out_at_once_and_no_link_goes_to_it(
    app: Flask, office: CheckingClient, world: World
) -> None:
    number = world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    other = app.test_client()
    assert isinstance(other, CheckingClient)
    sign_up(other, world, number)
    assert other.get("/account").status_code == 200
    assert office.send(f"/admin/accounts/{number}/close").status_code == 302
    assert other.get("/account").status_code == 302
    assert office.send(f"/admin/accounts/{number}/link").status_code == 409
    assert office.send(f"/admin/accounts/{number}/open").status_code == 302
    assert other.get("/account").status_code == 302, "what was open before stays closed"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_would_be_refused_of_an_account_is_not_offered_and_said_instead(
    office: CheckingClient, world: World
) -> None:
    number = world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    at = f"/admin/accounts/{number}"
    ways = [f'action="{at}/{way}"' for way in ("link", "close")]
    assert all(way in office.get(at).text for way in ways)
    with world.database.writing() as session:
        hill = create_organization(session, key="hill", name="Hill", zone="UTC", actor=world.actor, at=world.at)
        account = session.get_one(Account, number)
        give_role(session, account, Role.AUDITOR, hill.id, until_on=world.today, actor=world.actor, at=world.at)
    page = office.get(at).text
    assert not any(way in page for way in ways)
    assert "so from here no link is mailed, and nobody closes or opens it" in page
    for way in ("link", "close"):
        assert office.send(f"{at}/{way}").status_code == 409
    with world.database.writing() as session:
        session.execute(delete(AccountRole).where(AccountRole.organization_id == hill.id))
        session.get_one(Account, number).address = None
    page = office.get(at).text
    assert [way in page for way in ways] == [False, True]
    assert "It has no address" in page


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_audit_names_who_did_what_and_is_read_again_by_whoever_administers_everywhere(
    app: Flask, office: CheckingClient, world: World
) -> None:
    carol = world.person("Carol")
    world.account("carol", Role.SPECIALIST, person_id=carol)
    office.get(f"/people/{carol}")
    page = office.get(f"/admin/audit?person={carol}").text
    assert "A record was looked at" in page
    assert "person.viewed" not in page
    assert "A record was looked at" in office.get("/admin/audit?action=looks").text
    assert "A record was looked at" not in office.get("/admin/audit?action=credit").text
    assert "alice@example.org" in page
    named = office.get("/admin/audit?action=looks&person=carol&by=alice").text
    assert "A record was looked at" in named
    assert "A record was looked at" not in office.get("/admin/audit?action=looks&person=bob").text
    assert "A record was looked at" not in office.get("/admin/audit?action=looks&until_on=2020-01-01").text
    assert "A record was looked at" in office.get("/admin/audit?action=looks&from_on=2020-01-01").text
    assert "<dd>Specialist</dd>" in page
    wrong = office.get("/admin/audit?from_on=31").text
    assert "That isn't a day." in html.unescape(wrong)
    assert page.index("A record was looked at") < page.index("A role was given")
    assert office.get("/admin/audit/verify").status_code == 404
    assert "/admin/audit/verify" not in page
    everywhere = app.test_client()
    assert isinstance(everywhere, CheckingClient)
    sign_up(everywhere, world, world.account("zoe", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    assert "/admin/audit/verify" in everywhere.get("/admin/audit").text
    assert "No event is sealed yet" in everywhere.get("/admin/audit/verify").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_audit_asks_twelve_statements_at_most_however_it_is_narrowed(
    app: Flask, office: CheckingClient, world: World
) -> None:
    world.account("carol", Role.SPECIALIST, person_id=world.person("Carol"))
    office.get("/people/1")
    with counting_statements(app.extensions[EXTENSION].database) as asked:
        page = office.get("/admin/audit?person=carol&by=alice&from_on=2020-01-01&until_on=2099-01-01").text
    assert "A record was looked at" in page
    assert len(asked) <= 12, asked
    with counting_statements(app.extensions[EXTENSION].database) as asked:
        assert "Lakeside Peers" in office.get("/admin/audit?person=carol&action=account").text
    assert len(asked) <= 12, asked


@pytest.mark.parametrize(
    ("who", "key", "said"),
    [
        ("Alice Office", "account:1", "By Alice Office."),
        (None, "account:1", "By an account of another office."),
        (None, "mail:12", "By a link in a mail."),
        (None, "job:seal_audit", "By CertTrack itself."),
        (None, "cli:root", "By a command, as root."),
        (None, "demo", "By a command, as demo."),
    ],
)
def test_who_did_it_is_told_in_words(who: str | None, key: str, said: str) -> None:
    assert say_by("admin/words.jinja", "en", "done_by", who, key) == said
