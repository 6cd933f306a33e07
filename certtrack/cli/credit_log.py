"""`certtrack import credits`: a log of continuing education."""

from collections.abc import Iterable
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Listing, Options, bring_in, get_office, import_options
from certtrack.clock import today_in
from certtrack.services.credit_log.layout import CREDIT_LOG
from certtrack.services.credit_log.mapping import make_meanings, read_mapping
from certtrack.services.credit_log.rows import read_log
from certtrack.services.credit_log.runs import Import
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping


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
    typed = Options(**options)
    work = _read(edge, typed)
    bring_in(
        edge,
        typed,
        work,
        change_columns=("line", "name", "title", "field", "old", "new"),
        missing_columns=("name", "title", "first_on", "minutes"),
        more=lambda: list(_list_more(work)),
    )


def _read(edge: Edge, options: Options) -> Import:
    given = options.read_mapping()
    mapping, confirmed = read_mapping(*given, edge.rulebook.packs) if given else (Mapping(), None)
    owner = get_office(edge, options)
    with edge.reading() as session:
        meanings = make_meanings(load_words(session, owner.id, CREDIT_LOG.kind), confirmed)
    today, data = today_in(edge.clock, owner.zone), options.file.read_bytes()
    log = read_log(options.file.name, data, mapping, today, meanings.formats)
    return Import(log, owner, edge.rulebook, options.actor, edge.clock.now(), meanings=meanings, confirmed=confirmed)


def _list_more(work: Import) -> Iterable[Listing]:
    yield Listing(
        "kept",
        "Mended by hand, and kept",
        work.list_kept(),
        ("line", "name", "title", "field", "record", "file"),
    )
    yield Listing(
        "twice",
        "Twice in this file, and the first row stands",
        work.list_twice(),
        ("line", "first_line", "name", "field", "first", "second"),
    )
    yield Listing(
        "categories",
        "Categories without areas: confirm them in a mapping file, under [categories]",
        work.list_unmapped(),
        ("word", "rows"),
    )
    yield Listing(
        "formats",
        "Formats that say nothing: confirm them in a mapping file, under [formats]",
        work.list_unknown(),
        ("word", "rows"),
    )
