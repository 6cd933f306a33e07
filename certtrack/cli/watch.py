"""`certtrack watch`: is the scheduler alive? Asked from another process than the one that may be silent."""

import sys

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message
from certtrack.logs import get_log
from certtrack.services.schedule import check_heartbeat, is_silent

SILENT = "ALARM: the scheduler is silent, and no mail goes out. Start it again, and look at its log."
BACK = "The scheduler is back; the alarm is over."


@click.command(
    short_help="Is the scheduler alive?",
    epilog="Example: certtrack watch  (from cron: */5 * * * * certtrack watch)",
)
@pass_edge
def watch(edge: Edge) -> None:
    """Look once whether the scheduler is alive, for example from cron.

    Where it is silent for longer than CERTTRACK_HEARTBEAT_LIMIT_S says, the alarm is raised and the exit code is 1.
    """
    look(edge)
    if is_quiet(edge):
        write_message(SILENT)
        sys.exit(1)
    write_message("The scheduler is alive.")


def is_quiet(edge: Edge) -> bool:
    """True where the scheduler's last sign of life is too old, or there never was one."""
    with edge.reading() as session:
        return is_silent(session, edge.settings.heartbeat_limit_s)


def look(edge: Edge) -> str | None:
    """Raise the alarm, or clear it, in the database and in the log; what is to be said of it, None for no change."""
    with edge.writing() as session:
        change = check_heartbeat(session, edge.settings.heartbeat_limit_s, at=edge.clock.now())
    if change == "silent":
        get_log().error("scheduler_silent")
        return SILENT
    if change == "back":
        get_log().info("scheduler_back")
        return BACK
    return None
