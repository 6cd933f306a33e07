"""`certtrack audit`: the record of every change and every look."""

import sys

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message, write_table
from certtrack.db.audit import Fault, count_events, count_unsealed, verify

_SAYS = {
    "gap": "No seal covers these events: a seal was changed or taken away.",
    "edited_seal": "One of these events, whom it is about, or the seal itself was changed or taken away.",
    "edited_values": "What this event says was changed or taken away.",
}


@click.group(short_help="Every change and every look.", epilog="Example: certtrack audit verify")
def audit() -> None:
    """The record of every change and every look at somebody's record."""


@audit.command("verify", short_help="Find what was changed or taken out.", epilog="Example: certtrack audit verify")
@pass_edge
def verify_(edge: Edge) -> None:
    """Read the whole audit again: say what is missing or was changed since it was sealed.

    Each place is a line on standard output, with the numbers of the events among which to look (the column id of the
    table audit_event), and the exit code is then 1.
    """
    with edge.reading() as session:
        faults, events, unsealed = verify(session), count_events(session), count_unsealed(session)
    write_table([_row(fault) for fault in faults], ["fault", "events", "seal", "says"])
    if faults:
        write_message(f"Of {events} events some aren't as they were sealed. Keep a copy, and ask who had access.")
        sys.exit(1)
    write_message(f"Events: {events}, of which {unsealed} aren't sealed yet. Every seal holds.")


def _row(fault: Fault) -> dict[str, object]:
    is_one = fault.first_id == fault.last_id
    return {
        "fault": fault.kind,
        "events": str(fault.first_id) if is_one else f"{fault.first_id}..{fault.last_id}",
        "seal": fault.seal_id,
        "says": _SAYS[fault.kind],
    }
