"""`certtrack import exams`: a list of exam results."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Options, bring_in, import_options
from certtrack.services.exam_results.opening import KIND

_HEADS = {
    "kept": "Mended by hand, and kept",
    "twice": "Twice in this file, and the first row stands",
}


@click.command(
    "exams",
    short_help="Exam results, from XLSX or CSV.",
    epilog="Example: certtrack import exams exam-results.csv --dry-run",
)
@import_options("A TOML file with [columns] and [credentials] that says what its words mean.")
@pass_edge
def exam_results(edge: Edge, /, **options: Any) -> None:  # noqa: ANN401  # click's keywords, checked by Options
    """Import exam results, from an XLSX or CSV file with one row for each attempt.

    Each row must be somebody's who is on record: a day, a score out of 100, and which attempt it was. Where a roster
    put the exam's day on record, the result completes it. What a score comes to follows from the published pass mark;
    where none is published it isn't established. Two rows that say one attempt differently are both refused. The same
    file again changes nothing; an updated one amends what it says differently, what was mended by hand stays, and
    nothing is removed. Rows that can't be taken come back in a file that can be mended and imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    bring_in(edge, Options(**options), KIND, _HEADS)
