"""`certtrack audit`: the record of every change and every look."""

import sys

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message, write_table
from certtrack.db.audit import count_events, count_unsealed, verify


@click.group(epilog="Example: certtrack audit verify")
def audit() -> None:
    """The record of every change and every look at somebody's record."""


@audit.command("verify", epilog="Example: certtrack audit verify")
@pass_edge
def verify_(edge: Edge) -> None:
    """Read the whole audit again: say what is missing or was changed since it was sealed.

    Each place is a line on standard output, and the exit code is then 1.
    """
    with edge.reading() as session:
        faults, events, unsealed = verify(session), count_events(session), count_unsealed(session)
    write_table(
        [{"fault": fault.kind, "event": fault.event_id, "seal": fault.seal_id} for fault in faults],
        ["fault", "event", "seal"],
    )
    if faults:
        write_message(f"Of {events} events some aren't as they were sealed. Keep a copy, and ask who had access.")
        sys.exit(1)
    write_message(f"Events: {events}, of which {unsealed} aren't sealed yet. Every seal holds.")
