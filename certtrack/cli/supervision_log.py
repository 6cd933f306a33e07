"""`certtrack import supervision`: a log of supervision."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Options, bring_in, import_options
from certtrack.services.supervision_log.opening import KIND

_HEADS = {
    "kept": "Mended by hand, and kept",
    "twice": "Twice in this file, and the first row stands",
    "service": "Hours of service that were not put on record",
}


@click.command(
    "supervision",
    short_help="Supervision sessions, from XLSX or CSV.",
    epilog="Example: certtrack import supervision supervision-log.csv --dry-run",
)
@import_options("A TOML file with [columns] that says what its heads mean.")
@pass_edge
def supervision_log(edge: Edge, /, **options: Any) -> None:  # noqa: ANN401  # click's keywords, checked by Options
    """Import supervision sessions, who signed them on paper, and hours of service, from an XLSX or CSV file.

    Everybody in a row must be on record, by an address or a certification's number, with semicolons between several:
    one who isn't refuses the row. What the file says is signed is put down as signed on paper, by the name of who
    imports it. Hours of service go in where one person was there, from the day after their last session on; the others
    are listed. The same file again changes nothing; an updated one adds signatures and amends hours, and nothing is
    removed. Rows that can't be read come back in a file that can be mended and imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    bring_in(edge, Options(**options), KIND, _HEADS)
