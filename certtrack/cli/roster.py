"""`certtrack import roster`: people and certifications."""

from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.imports import Listing, Options, bring_in, get_office, import_options
from certtrack.clock import today_in
from certtrack.services.roster.mapping import NO_MAPPING, read_mapping
from certtrack.services.roster.roster import read_roster
from certtrack.services.roster.runs import Import
from certtrack.services.rulebook import confirmed_rules


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
    typed = Options(**options)
    work = _read(edge, typed)
    bring_in(
        edge,
        typed,
        work,
        counts=lambda: {f"finding_{kind}": count for kind, count in work.count_findings().items()},
        change_columns=("line", "name", "number", "field", "old", "new"),
        missing_columns=("person", "name", "key"),
        more=lambda: (
            Listing(
                "past_their_day",
                "Past their day: nothing is mailed to them until you release it by name",
                work.list_past(),
                ("line", "name", "number", "due_on"),
            ),
        ),
    )


def _read(edge: Edge, options: Options) -> Import:
    with edge.reading() as session:
        rulebook = confirmed_rules(session, edge.rulebook)
    packs = rulebook.packs
    mapping = options.read_mapping()
    confirmed = read_mapping(*mapping, packs) if mapping else NO_MAPPING
    owner = get_office(edge, options)
    read = read_roster(options.file.name, options.file.read_bytes(), confirmed, packs, today_in(edge.clock, owner.zone))
    return Import(read, owner, rulebook, options.actor, edge.clock.now())
