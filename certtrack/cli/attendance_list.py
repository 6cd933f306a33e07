"""`certtrack import attendance`: a list of who was there in the sessions of trainings."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Options, bring_in, import_options
from certtrack.services.attendance_list.opening import KIND

_HEADS = {
    "kept": "Mended by hand, and kept (minutes)",
    "twice": "Twice in this file, and the first row stands (minutes)",
}


@click.command(
    "attendance",
    short_help="Who was there in trainings, from XLSX or CSV.",
    epilog="Example: certtrack import attendance attendance.csv --dry-run",
)
@import_options("A TOML file with confirmed_by, [columns] and [trainings] that says what its words mean.")
@pass_edge
def attendance_list(edge: Edge, /, **options: Any) -> None:  # noqa: ANN401  # click's keywords, checked by Options
    """Import who was there for how long, from an XLSX or CSV file with one row for each person and session.

    Each row must be somebody's who is on record, in a session of a training on record, by its number or its day. Hours
    come as 4, 3,5, 3:30 or 240 min; present for all of it; 0 or absent for somebody who wasn't there. Whoever isn't on
    a training's list yet is put on it as accepted. The same file again changes nothing; an updated one amends what it
    says differently, and nothing is removed. Rows that can't be taken come back in a file that can be mended and
    imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    bring_in(edge, Options(**options), KIND, _HEADS)
