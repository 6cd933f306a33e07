"""`certtrack credits`: what people log for continuing education, and what of it waits."""

from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.security import Actor
from certtrack.services.credits.waiting import WaitingCredit, list_waiting
from certtrack.services.organizations import get_organization

_COLUMNS = ("claim", "person", "name", "certification", "title", "first_on", "last_on", "minutes", "since")


@click.group("credits", short_help="What waits to be checked.", epilog="Example: certtrack credits waiting")
def credits_() -> None:
    """What people log for continuing education, and what of it waits."""


@credits_.command(
    short_help="What waits to be checked.",
    epilog="Example: certtrack credits waiting --organization lakeside --format csv",
)
@click.option("--organization", metavar="KEY", help="Only those of one organization.  [default: of all]")
@formatted
@acting_as
@pass_edge
def waiting(edge: Edge, organization: str | None, format_: Format, actor: Actor) -> None:
    """List the credits that wait until somebody checks them on the page To check, the longest on record first."""
    with edge.reading() as session:
        only = get_organization(session, organization).id if organization else None
        found = [
            item
            for item in list_waiting(session, actor, edge.today("UTC"))  # a command sees all, whatever the day
            if only in (None, item.certification.organization_id)
        ]
        rows = [_row(item) for item in found]
    note_look(edge, actor, "credits.listed", sorted({item.person_id for item in found}))
    write_rows(rows, _COLUMNS, format_)
    if not rows:
        write_message("No credit waits to be checked.")


def _row(item: WaitingCredit) -> dict[str, Any]:
    return {
        "claim": item.claim.id,
        "person": item.person_id,
        "name": item.name,
        "certification": item.certification.number,
        "credential": item.certification.credential,
        "title": item.title,
        "provider": item.provider,
        "first_on": item.first_on,
        "last_on": item.last_on,
        "minutes": item.minutes,
        "unit": item.unit,
        "amount": item.amount,
        "areas": list(item.areas),
        "activity": item.activity,
        "form": item.form,
        "role": item.role,
        "proof": item.proof,
        "is_answered": item.claim.reason_code is not None,
        "since": item.recorded_at.isoformat(timespec="minutes"),
    }
