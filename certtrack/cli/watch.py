"""`certtrack watch`: is the scheduler alive? Asked from another process than the one that may be silent."""

import sys

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message
from certtrack.db.engine import Database
from certtrack.logs import get_log
from certtrack.services.schedule import check_heartbeat, is_silent
from certtrack.settings import Settings

SILENT = "ALARM: the scheduler is silent, and no mail goes out. Start it again, and look at its log."
BACK = "The scheduler is back; the alarm is over."


@click.command(epilog="Example: */5 * * * * certtrack watch")
@pass_edge
def watch(edge: Edge) -> None:
    """Look once whether the scheduler is alive, for example from cron.

    Where it is silent for longer than the setting heartbeat_limit_s, the alarm is raised and the exit code is 1.
    """
    look(edge.settings, edge.database, edge)
    with edge.reading() as session:
        silent = is_silent(session, edge.settings.heartbeat_limit_s)
    if silent:
        write_message(SILENT)
        sys.exit(1)
    write_message("The scheduler is alive.")
