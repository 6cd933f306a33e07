"""`certtrack organization`: agencies and programmes."""

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import write_message
from certtrack.errors import BadInput
from certtrack.security import Actor
from certtrack.services.organizations import create_organization, set_role
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


def _check_credentials(rulebook: Rulebook, asked: tuple[str, ...]) -> None:
    known = sorted({pack.credential for pack in rulebook.packs.list()})
    for credential in asked:
        if credential not in known:
            raise BadInput(f"No rule pack is for {credential!r}; there are: {', '.join(known) or 'none'}.")
