"""`certtrack import roster`: people and certifications."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Options, bring_in, import_options
from certtrack.services.roster.opening import KIND

_HEADS = {
    "past_their_day": "Past their day: nothing is mailed to them until you release it by name",
}


@click.command(
    short_help="People and certifications, from XLSX or CSV.",
    epilog="Example: certtrack import roster roster.xlsx --mapping mapping.toml --dry-run",
)
@import_options("A TOML file with [columns], [credentials] and [supervisors] that says whose they are.")
@pass_edge
def roster(edge: Edge, /, **options: Any) -> None:  # noqa: ANN401  # click's keywords, checked by Options
    """Import a roster of people and their certifications, from an XLSX or CSV file.

    The same file again changes nothing; an updated one amends what it says differently, and nobody is removed.
    Nothing is mailed by an import. Rows that can't be read come back in a file that can be mended and imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    bring_in(edge, Options(**options), KIND, _HEADS)
