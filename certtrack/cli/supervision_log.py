"""`certtrack import supervision`: a log of supervision."""

from collections.abc import Iterable
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Listing, Options, bring_in, get_office, import_options
from certtrack.clock import today_in
from certtrack.services.sheets.mapping import Mapping, parse_mapping
from certtrack.services.supervision_log.layout import SUPERVISION_LOG
from certtrack.services.supervision_log.rows import read_log
from certtrack.services.supervision_log.runs import Import


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
    typed = Options(**options)
    work = _read(edge, typed)
    bring_in(
        edge,
        typed,
        work,
        change_columns=("line", "name", "held_on", "field", "old", "new"),
        missing_columns=("supervisor", "name", "held_on", "minutes", "kind"),
        more=lambda: list(_list_more(work)),
    )


def _read(edge: Edge, options: Options) -> Import:
    given = options.read_mapping()
    read = parse_mapping(*given, SUPERVISION_LOG) if given else None
    mapping = Mapping(sheet=read.sheet, heads=read.heads) if read else Mapping()
    owner = get_office(edge, options)
    log = read_log(options.file.name, options.file.read_bytes(), mapping, today_in(edge.clock, owner.zone))
    return Import(log, owner, edge.rulebook, options.actor, edge.clock.now(), language=options.language)


def _list_more(work: Import) -> Iterable[Listing]:
    yield Listing(
        "kept",
        "Mended by hand, and kept",
        work.list_kept(),
        ("line", "name", "held_on", "field", "record", "file"),
    )
    yield Listing(
        "twice",
        "Twice in this file, and the first row stands",
        work.list_twice(),
        ("line", "first_line", "name", "field", "first", "second"),
    )
    yield Listing(
        "service",
        "Hours of service that were not put on record",
        work.list_unserved(),
        ("line", "name", "held_on", "hours", "reason"),
    )
