"""`certtrack account`: logins, and the one-time links by which people choose their passwords."""

from datetime import date

import click
from sqlalchemy.orm import Session

from certtrack.auth.account_mail import queue_notice
from certtrack.auth.links import make_link
from certtrack.auth.second_steps import drop_second_step
from certtrack.auth.sessions import end_all
from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import write_message
from certtrack.cli.parsing import DAY
from certtrack.db.audit import record_event
from certtrack.db.models import Account
from certtrack.errors import Refused
from certtrack.language import LOCALES
from certtrack.security import Actor, Role
from certtrack.services.accounts import create_account, get_account, link_person
from certtrack.services.lookup import get_person_asked
from certtrack.services.organizations import get_organization

_PERSON = click.option("--person", metavar="PERSON", help="Whose account it is: a number, or an address.")


@click.group(
    short_help="Logins, and links to choose a password.",
    epilog="Example: certtrack account create carol@example.org --role specialist --organization lakeside",
)
def account() -> None:
    """Logins. Nobody but its owner ever knows a password: it is chosen by a one-time link."""


@account.command(
    short_help="Make one, with a link for its owner.",
    epilog="Example: certtrack account create alice@example.org --role agency_administrator --organization lakeside",
)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What it may do.")
@click.option("--organization", metavar="KEY", help="Where the role holds.  [default: everywhere]")
@_PERSON
@click.option("--from", "from_on", type=DAY, metavar="DAY", help="The role's first day.  [default: at once]")
@click.option("--until", "until_on", type=DAY, metavar="DAY", help="Its last day; an auditor's must be said.")
@click.option("--language", type=click.Choice(LOCALES), default="en", show_default=True, help="Of pages and mails.")
@acting_as
@pass_edge
def create(
    edge: Edge,
    name: str,
    role: str,
    organization: str | None,
    person: str | None,
    from_on: date | None,
    until_on: date | None,
    language: str,
    actor: Actor,
) -> None:
    """Make an account with the sign-in name NAME, and print a one-time link for its owner, valid for 3 days."""
    at = edge.clock.now()
    with edge.writing() as session:
        made = create_account(
            session,
            name,
            role=Role(role),
            organization_id=get_organization(session, organization).id if organization else None,
            person_id=get_person_asked(session, person).id if person else None,
            language=language,
            from_on=from_on,
            until_on=until_on,
            actor=actor,
            at=at,
        )
        url = _hand_out(edge, session, made, actor)
    click.echo(url)
    scope = f"in {organization}" if organization else "everywhere"
    write_message(f"The account {made.sign_in_name} is there, {Role(role).value.replace('_', ' ')} {scope}.")
    if made.address is None and made.person_id is None:
        write_message("Its name is no address, so no mail reaches it: a new password takes `certtrack account link`.")
    write_message("Give the link to its owner: it works once, for 3 days.")


@account.command(
    short_help="A fresh link, or whose it is.",
    epilog="Example: certtrack account link carol@example.org --person CPS-1001",
)
@click.argument("name")
@_PERSON
@acting_as
@pass_edge
def link(edge: Edge, name: str, person: str | None, actor: Actor) -> None:
    """Print a fresh one-time link for the account NAME, and tie the account to a person where asked."""
    with edge.writing() as session:
        found = get_account(session, name)
        if person:
            link_person(session, found, get_person_asked(session, person).id, actor=actor, at=edge.clock.now())
        url = _hand_out(edge, session, found, actor)
    click.echo(url)
    write_message("Give the link to the account's owner: it works once, for 3 days.")


@account.command(
    "reset-second-step",
    short_help="For somebody who has lost phone and codes.",
    epilog="Example: certtrack account reset-second-step carol@example.org --as alice",
)
@click.argument("name")
@acting_as
@pass_edge
def reset_second_step(edge: Edge, name: str, actor: Actor) -> None:
    """Take the second step off the account NAME, whose owner has neither the phone nor a recovery code any more.

    Make sure first that it is they who ask. Their sessions end, a mail tells them, and where their role needs a second
    step they set up a new one when they sign in next.
    """
    with edge.writing() as session:
        found = get_account(session, name)
        if not drop_second_step(session, found, actor=actor.key, at=edge.clock.now(), is_reset=True):
            raise Refused(f"The account {found.sign_in_name} has no second step.")
        queue_notice(session, edge.settings, found, "second_step_reset", at=edge.clock.now())
    write_message(f"The second step of {found.sign_in_name} is reset: they sign in with their password.")


@account.command(
    "end-sessions",
    short_help="Sign somebody out everywhere.",
    epilog="Example: certtrack account end-sessions carol@example.org --as alice",
)
@click.argument("name")
@acting_as
@pass_edge
def end_all_sessions(edge: Edge, name: str, actor: Actor) -> None:
    """End every session of the account NAME at once, such as after a phone was lost; how many there were.

    The address of its calendar ends with them.
    """
    with edge.writing() as session:
        ended = end_all(session, get_account(session, name), actor=actor.key, at=edge.clock.now())
    click.echo(ended)
    write_message(f"Sessions ended: {ended}. Whoever knows the password can sign in again.")


def _hand_out(edge: Edge, session: Session, account: Account, actor: Actor) -> str:
    record_event(
        session,
        at=edge.clock.now(),
        actor=actor.key,
        action="account.link_made",
        subject=("account", account.id),
        people=[account.person_id] if account.person_id else [],
    )
    return make_link(edge.settings, account, at=edge.clock.now())
