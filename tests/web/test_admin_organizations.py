"""Organizations on pages: what an office says of itself, and what only whoever administers everywhere says."""

import re
from html import unescape

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.forms import read_forms
from kit.world import ZONE, World
from sqlalchemy import func, select

from certtrack.db.models import AuditEvent, AuditPerson, Organization, OrganizationCredential
from certtrack.security import Role
from certtrack.services.administration.organizations import PAGE
from certtrack.services.organizations import create_organization
from certtrack.web.parts import EXTENSION

ALL = "/admin/organizations"
NEW = f"{ALL}/new"


def sign_in(app: Flask, world: World, *, everywhere: bool) -> CheckingClient:
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    world.at = app.extensions[EXTENSION].clock.now()
    number = world.account("root" if everywhere else "alice", Role.AGENCY_ADMINISTRATOR, everywhere=everywhere)
    sign_up(client, world, number)
    return client


@pytest.fixture
def root(app: Flask, world: World) -> CheckingClient:
    """Whoever administers everywhere."""
    return sign_in(app, world, everywhere=True)


def read(client: CheckingClient, path: str, page: str = "") -> dict[str, str]:
    form = read_forms(client.get(page or path).text).find_form(path, page or path)
    assert form
    return dict(form.list_values())


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_one_is_added_changed_and_ended_and_its_page_says_what_was_done(root: CheckingClient, world: World) -> None:
    typed = read(root, NEW) | {"name": "Harbor Peers", "parent": "lakeside PEERS", "reply_to": "harbor@example.org"}
    answer = root.send(NEW, **typed)
    assert answer.status_code == 302
    path = answer.headers["Location"]
    page = root.get(path).text
    assert "It keeps records, and grants nothing until you say so." in page
    assert "an office that keeps records can&#39;t renew" in page or "an office that keeps records can't renew" in page
    answer = root.send(path, **read(root, path) | {"name": "Harbor", "until_on": "2026-12-31"})
    assert answer.status_code == 302
    page = root.get(path).text
    assert "Name: Harbor, before Harbor Peers" in page
    assert "Nobody joins it after that day." in page
    listed = root.get(ALL).text
    assert listed.index(">Harbor</a>") < listed.index(">Lakeside Peers</a>")
    assert ">Harbor</a>" in root.get(f"{ALL}?within={world.organization_id}").text
    assert "Harbor" not in root.get(f"{ALL}?words=lakeside").text.partition("<main")[2].replace("Harbor.", "")
    with world.database.reading() as session:
        made = session.scalars(select(Organization).where(Organization.key == "harbor-peers")).one()
        assert (made.parent_id, made.reply_to, made.no) == (world.organization_id, "harbor@example.org", 3)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_can_not_be_is_said_at_its_field_and_nothing_typed_is_lost(root: CheckingClient, world: World) -> None:
    carol = world.person("Carol")
    typed = {"name": "Lakeside Peers", "zone": ZONE, "reply_to": "harbor", "parent": "Nowhere", "seen": "0"}
    answer = root.send(NEW, **typed)
    assert answer.status_code == 400
    assert "That isn&#39;t an address" in answer.text or "That isn't an address" in answer.text
    assert "No organization is called so." in answer.text
    assert read_forms(answer.text).find_form(NEW, NEW)
    answer = root.send(NEW, **typed | {"reply_to": "", "parent": ""})
    assert (answer.status_code, "Another organization is called so." in answer.text) == (400, True)
    path = f"{ALL}/{world.organization_id}"
    kept = read(root, path)
    for wrong, said in (
        ({"parent": "lakeside"}, "That is this organization, or a part of it."),
        ({"until_on": "2026-05-20"}, "1 person belongs to it after that day."),
        ({"until_on": "2026-02-30"}, "That isn't a day."),
        ({"contact": "Zoe Nobody"}, "Nobody who belongs to it is called so."),
        ({"zone": "Nowhere/Land"}, "Choose one of what is offered here."),
    ):
        answer = root.send(path, **kept | {"name": "Typed"} | wrong)
        assert (answer.status_code, said in answer.text.replace("&#39;", "'")) == (400, True), wrong
        assert 'value="Typed"' in answer.text
    assert root.send(path, **kept | {"contact": str(carol)}).status_code == 302
    assert f'value="Carol Example ({carol})"' in root.get(path).text
    answer = root.send(path, **kept | {"name": "Too late"})
    assert (answer.status_code, "Somebody else has changed this meanwhile" in answer.text) == (409, True)
    assert 'value="Too late"' in answer.text
    assert "on record now: Name: Lakeside Peers; Who gets its copies of reminders: Carol Example" in answer.text
    again = read_forms(answer.text).find_form(path, path)
    assert again
    assert root.send(path, **dict(again.list_values())).status_code == 302, "it was shown, and is meant all the same"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_it_gives_is_said_with_a_tick_and_by_whoever_administers_everywhere_alone(
    root: CheckingClient, app: Flask, world: World
) -> None:
    page = f"{ALL}/{world.organization_id}"
    path = f"{page}/roles"
    typed = read(root, path, page)
    assert set(typed.values()) - {typed["seen"]} == {"keeper"}
    answer = root.send(path, **typed | {"role-cps": "granter"})
    assert (answer.status_code, "Say that it is the program" in answer.text) == (400, True)
    assert dict(read_forms(answer.text).find_form(path, page).list_values())["role-cps"] == "granter"  # type: ignore[union-attr]
    assert root.send(path, **typed | {"role-cps": "granter", "sure": "y"}).status_code == 302
    answer = root.send(path, **typed | {"role-cps": "keeper"})
    assert answer.status_code == 409, "it was changed meanwhile"
    assert "on record now: Certified Peer Specialist: Gives it: it is the program." in answer.text
    assert '<details class="fold" open>' in answer.text
    answer = root.send(path, **typed | {"role-cps": "granter"})
    assert (answer.status_code, "on record now: the same." in answer.text) == (409, True)
    assert "It gives: Certified Peer Specialist." in root.get(page).text
    assert "Gives certifications" in root.get(ALL).text
    alice = sign_in(app, world, everywhere=False)
    own = alice.get(page).text
    assert "by whoever administers everywhere" in own
    assert f'action="{path}"' not in own
    assert alice.send(path, **typed | {"role-cps": "keeper"}).status_code == 404
    with world.database.reading() as session:
        assert session.scalars(select(OrganizationCredential.role)).all() == ["granter"]
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "organization.role")).all()) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_office_keeps_itself_and_knows_no_other(app: Flask, world: World) -> None:
    with world.database.writing() as session:
        other = create_organization(session, key="harbor", name="Harbor", zone=ZONE, actor=world.actor, at=world.at).id
    alice = sign_in(app, world, everywhere=False)
    assert "Harbor" not in alice.get(ALL).text
    assert alice.get(f"{ALL}/{other}").status_code == 404
    path = f"{ALL}/{world.organization_id}"
    typed = read(alice, path)
    assert typed.keys().isdisjoint({"parent", "until_on"})
    answer = alice.send(
        path, **typed | {"name": "Lakeside", "names": "y", "until_on": "2026-01-01", "parent": "harbor"}
    )
    assert answer.status_code == 400, "of that it knows no organization"
    assert alice.send(path, **typed | {"name": "Lakeside", "names": "y", "until_on": "2026-01-01"}).status_code == 302
    with world.database.reading() as session:
        kept = session.get_one(Organization, world.organization_id)
        assert (kept.name, kept.names_in_team_mail, kept.until_on, kept.parent_id) == ("Lakeside", True, None, None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_of_two_of_one_name_that_is_kept_of_which_it_is_a_part_already_and_a_command_is_called_so(
    root: CheckingClient, world: World
) -> None:
    with world.database.writing() as session:
        both = [
            create_organization(session, key=key, name="Ática Peers", zone=ZONE, actor=world.actor, at=world.at).id
            for key in ("atica", "atica-two")
        ]
        session.get_one(Organization, world.organization_id).parent_id = both[1]
    path = f"{ALL}/{world.organization_id}"
    assert "By a command, as test." in root.get(path).text
    assert root.send(path, **read(root, path) | {"name": "Lakeside"}).status_code == 302
    assert root.send(path, **read(root, path) | {"parent": "ática peers"}).status_code == 400, "which of both?"
    with world.database.reading() as session:
        kept = session.get_one(Organization, world.organization_id)
        assert (kept.name, kept.parent_id) == ("Lakeside", both[1])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_whoever_was_its_contact_earlier_and_is_named_there_was_looked_at(root: CheckingClient, world: World) -> None:
    carol, path = world.person("Carol"), f"{ALL}/{world.organization_id}"
    for contact in (str(carol), ""):
        assert root.send(path, **read(root, path) | {"contact": contact}).status_code == 302
    with world.database.reading() as session:
        before = session.scalar(select(func.max(AuditEvent.id)))
    assert f'href="/people/{carol}"' in root.get(path).text
    with world.database.reading() as session:
        last = select(AuditEvent.id).where(AuditEvent.action == "organizations.viewed").order_by(AuditEvent.id.desc())
        looked = select(AuditPerson.person_id).where(
            AuditPerson.event_id == session.scalar(last.limit(1)), AuditPerson.event_id > before
        )
        assert session.scalars(looked).all() == [carol]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_long_list_turns_back_and_keeps_what_was_looked_for(root: CheckingClient, world: World) -> None:
    with world.database.writing() as session:
        for number in range(PAGE + 5):
            create_organization(
                session, key=f"h{number}", name=f"Harbor {number:03}", zone=ZONE, actor=world.actor, at=world.at
            )
    first = read_links(root.get(f"{ALL}?words=harbor").text)
    assert "prev" not in first
    second = read_links(root.get(first["next"]).text)
    assert "next" not in second
    back = root.get(second["prev"]).text
    assert "words=harbor" in second["prev"]
    assert ">Harbor 000</a>" in back
    assert "prev" not in read_links(back)
    assert read_links(back)["next"] == first["next"]


def read_links(page: str) -> dict[str, str]:
    """The addresses of the pages beside this one, by their `rel`."""
    return {rel: unescape(url) for url, rel in re.findall(r'href="([^"]*)" rel="(prev|next)"', page)}
