"""`certtrack organization`: agencies and programmes."""

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.errors import BadInput
from certtrack.security import Actor
from certtrack.services.contacts import list_organizations, set_contact, set_names_in_team_mail
from certtrack.services.lookup import get_person_asked
from certtrack.services.organizations import create_organization, get_organization, set_role
from certtrack.services.rulebook import Rulebook


@click.group(epilog="Example: certtrack organization create lakeside --name 'Lakeside Peers' --zone America/Chicago")
def organization() -> None:
    """Agencies and programmes that keep records here."""


@organization.command(
    short_help="Put one on record.",
    epilog="Example: certtrack organization create lakeside --name 'Lakeside Peers' --zone America/Chicago",
)
@click.argument("key")
@click.option("--name", required=True, help="What mails and pages call it.")
@click.option("--zone", required=True, help="Its time zone, such as America/Chicago.")
@click.option("--reply-to", metavar="ADDRESS", help="The office's own address, which answers to mails go to.")
@click.option("--grants", multiple=True, metavar="CREDENTIAL", help="A credential that it gives; may be repeated.")
@click.option("--keeps", multiple=True, metavar="CREDENTIAL", help="A credential that it only keeps records of.")
@acting_as
@pass_edge
def create(
    edge: Edge,
    key: str,
    name: str,
    zone: str,
    reply_to: str | None,
    grants: tuple[str, ...],
    keeps: tuple[str, ...],
    actor: Actor,
) -> None:
    """Put an organization on record, under a short KEY of its own: small letters, digits, hyphens.

    For each credential it is granter (the programme that gives it) or keeper (everybody else, and the default).
    """
    at = edge.clock.now()
    _check_credentials(edge.rulebook, (*grants, *keeps))
    if both := set(grants) & set(keeps):
        raise BadInput(f"An organization grants {', '.join(sorted(both))} or keeps it; it can't do both.")
    with edge.writing() as session:
        made = create_organization(session, key=key, name=name, zone=zone, reply_to=reply_to, actor=actor, at=at)
        for credential in grants:
            set_role(session, made, credential, "granter", actor=actor, at=at)
        for credential in keeps:
            set_role(session, made, credential, "keeper", actor=actor, at=at)
    click.echo(key)
    write_message(f"{name} is on record.")


@organization.command(
    short_help="Say who gets its copies of reminders.",
    epilog="Example: certtrack organization contact lakeside alice@example.org",
)
@click.argument("key")
@click.argument("person", required=False)
@click.option("--nobody", is_flag=True, help="From now on nobody gets them.")
@acting_as
@pass_edge
def contact(edge: Edge, key: str, person: str | None, nobody: bool, actor: Actor) -> None:
    """Let PERSON get the copies of reminders that a policy has for the organization KEY.

    PERSON belongs to the organization, and is named by an address, a certification's number or their own.
    """
    if (person is not None) == nobody:
        raise click.UsageError("Name the person who gets the copies, or say --nobody.")
    with edge.writing() as session:
        found = get_organization(session, key)
        chosen = get_person_asked(session, person) if person is not None else None
        who = chosen.shown_name if chosen is not None else "Nobody"
        at = edge.clock.now()
        changed = set_contact(session, found, chosen, today=edge.today(found.zone), actor=actor, at=at)
        name = found.name
    write_message(f"{who} gets the copies of {name}{'' if changed else ', as before'}.")


@organization.command(
    "names-in-team-mail",
    short_help="Name people in the weekly team mail, or don't.",
    epilog="Example: certtrack organization names-in-team-mail lakeside on",
)
@click.argument("key")
@click.argument("choice", type=click.Choice(["on", "off"]))
@acting_as
@pass_edge
def names_in_team_mail(edge: Edge, key: str, choice: str, actor: Actor) -> None:
    """Say whether the weekly mail to supervisors of KEY names those who are due within 60 days.

    Off, as it is at first, the mail has counts alone: whoever sees it learns nothing of anybody.
    """
    with edge.writing() as session:
        found = get_organization(session, key)
        changed = set_names_in_team_mail(session, found, named=choice == "on", actor=actor, at=edge.clock.now())
        name = found.name
    said = "names those who are due" if choice == "on" else "names nobody"
    write_message(f"The weekly team mail of {name} {said}{'' if changed else ', as before'}.")


@organization.command(
    "list",
    short_help="Which there are, and what was set of their mail.",
    epilog="Example: certtrack organization list",
)
@formatted
@acting_as
@pass_edge
def list_(edge: Edge, format_: Format, actor: Actor) -> None:
    """List every organization on record with its zone and its contact person, who gets its copies of reminders.

    TEAM MAIL says whether the weekly mail to supervisors names those who are due: `names`, or `counts` alone.
    """
    with edge.reading() as session:
        found = list_organizations(session)
        contacts = [listed.contact.id for listed in found if listed.contact is not None]
        rows = [
            {
                "key": listed.organization.key,
                "name": listed.organization.name,
                "zone": listed.organization.zone,
                "contact": listed.contact.shown_name if listed.contact is not None else None,
                "team_mail": "names" if listed.organization.names_in_team_mail else "counts",
                "contact_person": listed.contact.id if listed.contact is not None else None,
            }
            for listed in found
        ]
    note_look(edge, actor, "organizations.listed", contacts)
    write_rows(rows, ("key", "name", "zone", "contact", "team_mail"), format_)
    if not rows:
        write_message("There is none yet; make one with `certtrack organization create`.")


def _check_credentials(rulebook: Rulebook, asked: tuple[str, ...]) -> None:
    known = sorted({pack.credential for pack in rulebook.packs.list()})
    for credential in asked:
        if credential not in known:
            raise BadInput(f"No rule pack is for {credential!r}; there are: {', '.join(known) or 'none'}.")
