"""`certtrack import attendance`: a list of who was there in the sessions of trainings."""

from collections.abc import Iterable
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Listing, Options, bring_in, get_office, import_options
from certtrack.clock import today_in
from certtrack.services.attendance_list.layout import KIND
from certtrack.services.attendance_list.mapping import make_titles, read_mapping
from certtrack.services.attendance_list.rows import read_list
from certtrack.services.attendance_list.runs import Import
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping

_WHICH = ("name", "training", "session", "day")


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
    typed = Options(**options)
    work = _read(edge, typed)
    bring_in(
        edge,
        typed,
        work,
        change_columns=("line", *_WHICH, "old", "new"),
        missing_columns=("name", "training", "day", "minutes"),
        more=lambda: list(_list_more(work)),
    )


def _read(edge: Edge, options: Options) -> Import:
    given = options.read_mapping()
    mapping, confirmed = read_mapping(*given) if given else (Mapping(), None)
    owner = get_office(edge, options)
    with edge.reading() as session:
        titles = make_titles(load_words(session, owner.id, KIND), confirmed)
    file = read_list(options.file.name, options.file.read_bytes(), mapping, today_in(edge.clock, owner.zone))
    return Import(file, owner, edge.rulebook, options.actor, edge.clock.now(), titles=titles, confirmed=confirmed)


def _list_more(work: Import) -> Iterable[Listing]:
    yield Listing(
        "kept",
        "Mended by hand, and kept (minutes)",
        work.list_kept(),
        ("line", *_WHICH, "record", "file"),
    )
    yield Listing(
        "twice",
        "Twice in this file, and the first row stands (minutes)",
        work.list_twice(),
        ("line", "first_line", *_WHICH, "first", "second"),
    )
