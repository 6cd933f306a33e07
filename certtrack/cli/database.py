"""`certtrack db`: the database's tables."""

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message
from certtrack.services.installation import connect, upgrade_database
from certtrack.services.rulebook import check_unchanged
from certtrack.settings import make_instance


@click.group(epilog="Example: certtrack db upgrade")
def db() -> None:
    """Make the database, bring it up to date, check it."""


@db.command(short_help="Make it, or bring it up to date.", epilog="Example: certtrack db upgrade")
@pass_edge
def upgrade(edge: Edge) -> None:
    """Make the database, or bring it to the revision that this CertTrack needs.

    It can be run again at any time, and by two processes at once.
    """
    make_instance(edge.settings)
    database = connect(edge.settings)
    try:
        before, after = upgrade_database(database.engine)
    finally:
        database.close()
    done = "was there already" if before == after else f"came from {before or 'nothing'}"
    write_message(f"The database is at revision {after}; it {done}.")


@db.command(short_help="Is it up to date, with the same rules?", epilog="Example: certtrack db check")
@pass_edge
def check(edge: Edge) -> None:
    """Say whether the database is up to date, and the rules those that the records rest on."""
    with edge.reading() as session:
        check_unchanged(session, edge.rulebook)
    write_message("The database is up to date, and the rules are those that the records rest on.")
