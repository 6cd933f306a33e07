"""`certtrack import exams`: a list of exam results."""

from collections.abc import Iterable
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Listing, Options, bring_in, get_office, import_options
from certtrack.clock import today_in
from certtrack.services.exam_results.mapping import NO_MAPPING, read_mapping
from certtrack.services.exam_results.rows import read_results
from certtrack.services.exam_results.runs import Import

_WHICH = ("name", "credential", "taken_on", "attempt")


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
    typed = Options(**options)
    work = _read(edge, typed)
    bring_in(
        edge,
        typed,
        work,
        change_columns=("line", *_WHICH, "field", "old", "new"),
        missing_columns=_WHICH,
        more=lambda: list(_list_more(work)),
    )


def _read(edge: Edge, options: Options) -> Import:
    given = options.read_mapping()
    packs = edge.rulebook.packs
    mapping = read_mapping(*given, packs) if given else NO_MAPPING
    owner = get_office(edge, options)
    today, data = today_in(edge.clock, owner.zone), options.file.read_bytes()
    file = read_results(options.file.name, data, mapping, packs, today)
    return Import(file, owner, edge.rulebook, options.actor, edge.clock.now())


def _list_more(work: Import) -> Iterable[Listing]:
    yield Listing(
        "kept",
        "Mended by hand, and kept",
        work.list_kept(),
        ("line", *_WHICH, "field", "record", "file"),
    )
    yield Listing(
        "twice",
        "Twice in this file, and the first row stands",
        work.list_twice(),
        ("line", "first_line", *_WHICH),
    )
