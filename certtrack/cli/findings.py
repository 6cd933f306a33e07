"""`certtrack findings`: records that don't agree, waiting for a person."""

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.db.models import Finding
from certtrack.security import Actor
from certtrack.services.findings import list_open
from certtrack.services.organizations import get_organization

_COLUMNS = ("finding", "kind", "person", "certification", "says", "found_at")


@click.command(epilog="Example: certtrack findings --organization lakeside --format csv")
@click.option("--organization", metavar="KEY", help="Only those of one organization.  [default: of all]")
@formatted
@acting_as
@pass_edge
def findings(edge: Edge, organization: str | None, format_: Format, actor: Actor) -> None:
    """List what doesn't agree in the records, or is missing, and waits for somebody to decide."""
    with edge.reading() as session:
        only = get_organization(session, organization).id if organization else None
        found = list_open(session, only)
    note_look(edge, actor, "people.listed", [item.person_id for item in found if item.person_id is not None])
    write_rows([_row(item) for item in found], _COLUMNS, format_)
    if not found:
        write_message("Nothing waits for a decision.")


def _row(finding: Finding) -> dict[str, object]:
    return {
        "finding": finding.id,
        "kind": finding.kind,
        "person": finding.person_id,
        "certification": finding.certification_id,
        "says": ", ".join(f"{key} {value}" for key, value in finding.details.items()),
        "details": finding.details,
        "found_at": finding.recorded_at.isoformat(timespec="minutes"),
    }
