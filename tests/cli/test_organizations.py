"""`certtrack organization`: who gets an organization's copies of reminders, names in mails, and the list of both."""

import json

from kit.databases import on_both
from kit.typed import Typed
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, Organization


@on_both
def test_the_contact_person_is_named_shown_and_taken_away(typed: Typed, world: World) -> None:
    alice = world.person("Alice")
    said = typed("organization", "contact", "lakeside", str(alice), "--as", "test").stderr
    assert "Alice Example gets the copies of Lakeside Peers." in said
    assert "as before" in typed("organization", "contact", "lakeside", str(alice), "--as", "test").stderr
    [listed] = json.loads(typed("organization", "list", "--format", "json").stdout)
    assert (listed["key"], listed["contact"], listed["contact_person"]) == ("lakeside", "Alice Example", alice)
    typed("organization", "contact", "lakeside", "--nobody", "--as", "test")
    with world.database.reading() as session:
        assert session.scalars(select(Organization.contact_id)).one() is None
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action == "organization.contact"))
        assert len(list(actions)) == 2


def test_whoever_does_not_belong_there_gets_no_copies_and_somebody_must_be_named(typed: Typed, world: World) -> None:
    alice = world.person("Alice")
    typed("organization", "create", "harbor", "--name", "Harbor", "--zone", "America/Chicago")
    refused = typed("organization", "contact", "harbor", str(alice))
    assert (refused.exit_code, "doesn't belong to Harbor" in refused.stderr) == (1, True)
    assert typed("organization", "contact", "harbor").exit_code == 2
    assert typed("organization", "contact", "harbor", str(alice), "--nobody").exit_code == 2


def test_names_in_the_weekly_team_mail_are_wished_for_and_not(typed: Typed, world: World) -> None:
    said = typed("organization", "names-in-team-mail", "lakeside", "on", "--as", "test").stderr
    assert "The weekly team mail of Lakeside Peers names those who are due." in said
    [listed] = json.loads(typed("organization", "list", "--format", "json").stdout)
    assert listed["team_mail"] == "names"
    assert "as before" in typed("organization", "names-in-team-mail", "lakeside", "on", "--as", "test").stderr
    with world.database.reading() as session:
        assert session.scalars(select(Organization.names_in_team_mail)).one() is True
        wanted = AuditEvent.action == "organization.names_in_team_mail"
        assert len(list(session.scalars(select(AuditEvent).where(wanted)))) == 1
