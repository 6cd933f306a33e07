"""`certtrack import credits`: a log of continuing education."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Options, bring_in, import_options
from certtrack.services.credit_log.opening import KIND

_HEADS = {
    "kept": "Mended by hand, and kept",
    "twice": "Twice in this file, and the first row stands",
    "categories": "Categories without areas: confirm them in a mapping file, under [categories]",
    "formats": "Formats that say nothing: confirm them in a mapping file, under [formats]",
}


@click.command(
    "credits",
    short_help="Continuing education, from XLSX or CSV.",
    epilog="Example: certtrack import credits ce-log.csv --mapping words.toml --dry-run",
)
@import_options("A TOML file with confirmed_by, [columns], [categories] and [formats] that says what its words mean.")
@pass_edge
def credit_log(edge: Edge, /, **options: Any) -> None:  # noqa: ANN401  # click's keywords, checked by Options
    """Import what people did for continuing education, from an XLSX or CSV file.

    Each row must be somebody's who is on record. Hours come as 3, 1,5, 3 hrs, 90 min or 0.3 CEU. A category counts in
    an area only where a mapping file says so, with the name of who confirms it; later imports remember that. What has
    no certificate doesn't count. All of it waits to be checked. The same file again changes nothing; an updated one
    amends what it says differently, and nothing is removed. Rows that can't be read come back in a file that can be
    mended and imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    bring_in(edge, Options(**options), KIND, _HEADS)
