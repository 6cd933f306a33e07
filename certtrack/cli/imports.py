"""`certtrack import`: bring in an office's own files. They may come again and again: only what changed is written."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from certtrack.auth.account_mail import make_word_of_addresses
from certtrack.cli.edge import Edge, acting_as
from certtrack.cli.output import Format, formatted, write_message, write_rows, write_table
from certtrack.cli.progress import show_progress
from certtrack.language import LOCALES
from certtrack.security import Actor
from certtrack.services.imports.driving import bring_in as write_all
from certtrack.services.imports.driving import look_through
from certtrack.services.organizations import get_organization
from certtrack.services.sheets.asked import Asked, Kind
from certtrack.services.sheets.returned import explain, make_returned, write_returned
from certtrack.services.sheets.runs import Import
from certtrack.settings import make_instance

C = TypeVar("C", bound=Callable[..., Any])

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LISTED = 20

_KINDS = {
    "roster": "certtrack.cli.roster:roster",
    "credits": "certtrack.cli.credit_log:credit_log",
    "attendance": "certtrack.cli.attendance_list:attendance_list",
    "supervision": "certtrack.cli.supervision_log:supervision_log",
    "exams": "certtrack.cli.exam_results:exam_results",
}


class Kinds(click.Group):
    """The kinds of files that can be brought in; a module is imported when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Their names, in the order of the help."""
        return list(_KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        """The command of that name, None where there is none."""
        if cmd_name not in _KINDS:
            return None
        module, name = _KINDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group("import", cls=Kinds, epilog="Example: certtrack import roster roster.xlsx --dry-run")
def import_() -> None:
    """Bring in an office's own files."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed: every import takes the same."""

    file: Path
    mapping: Path | None
    organization: str | None
    dry_run: bool
    language: str
    format_: Format
    actor: Actor

    def read_mapping(self) -> tuple[str, bytes] | None:
        """The mapping file's name and bytes, None where none was named."""
        return (self.mapping.name, self.mapping.read_bytes()) if self.mapping else None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that an import shows: its name for programs, its head for people, what of its rows people see.

    `is_whole`: people see all its rows, however many there are.
    """

    name: str
    head: str
    rows: Sequence[dict[str, Any]]
    columns: Sequence[str]
    is_whole: bool = False


def import_options(mapping_help: str) -> Callable[[C], C]:
    """The argument and the options of every import; the command takes them as keywords, to make `Options` of them."""

    def add(command: C) -> C:
        for option in (
            acting_as,
            formatted,
            click.option(
                "--language",
                type=click.Choice(LOCALES),
                default="en",
                show_default=True,
                help="The language in which it says why a row or a cell can't be read.",
            ),
            click.option("--dry-run", is_flag=True, help="Show what would be changed, and write nothing."),
            click.option(
                "--organization",
                metavar="KEY",
                help="Whose file it is; may be left out while there is only one.",
            ),
            click.option("--mapping", type=_FILE, help=mapping_help),
            click.argument("file", type=_FILE),
        ):
            command = option(command)
        return command

    return add


def bring_in(edge: Edge, options: Options, kind: Kind, heads: Mapping[str, str]) -> None:
    """Import the file, or look at it, and show what came of it; exits with 3 where some row didn't go in.

    `heads` are over the lists that this kind tells beside what changes, by their names.
    """
    work = _open(edge, options, kind)
    _plan(edge, work) if options.dry_run else _write(edge, work)
    with edge.reading() as session:
        missing = work.list_missing(session)
    told = [Listing(one.name, heads[one.name], one.list_rows(work), one.columns) for one in kind.told]
    listings = [
        Listing("changes", "Changes", work.list_changes(), kind.change_columns, is_whole=True),
        *told,
        Listing("missing", "Not in this file, and kept", missing, kind.missing_columns),
        Listing(
            "refused",
            "Can't be read",
            _list_faults(work, options.language),
            ("line", "column", "value", "reason"),
            is_whole=True,
        ),
    ]
    _show(work, work.count() | kind.count_more(work), listings, options)
    if not options.dry_run:
        _give_back(edge, work, options.language)
    if work.is_in_part:
        sys.exit(3)


def _open(edge: Edge, options: Options, kind: Kind) -> Import[Any, Any]:
    with edge.reading() as session:
        asked = Asked(
            file_name=options.file.name,
            data=options.file.read_bytes(),
            mapping=options.read_mapping(),
            organization=get_organization(session, options.organization),
            actor=options.actor,
            at=edge.clock.now(),
            language=options.language,
        )
        return kind.open(session, edge.rulebook, asked)


def _plan(edge: Edge, work: Import[Any, Any]) -> None:
    with show_progress(len(work.rows), "Looking", "rows") as advance:
        look_through(edge.reading, work, advance=advance)


def _write(edge: Edge, work: Import[Any, Any]) -> None:
    with show_progress(len(work.rows), "Importing", "rows") as advance:
        tell_former = make_word_of_addresses(edge.settings, edge.clock.now)
        write_all(edge.reading, edge.writing, work, advance=advance, tell_former=tell_former)


def _show(work: Import[Any, Any], counts: dict[str, int], listings: Sequence[Listing], options: Options) -> None:
    if options.format_ == "json":
        lists = {listing.name: listing.rows for listing in listings}
        write_rows([{"run": work.run_id, "is_dry_run": options.dry_run, "counts": counts} | lists], (), "json")
        return
    numbers = [{"what": what, "count": count} for what, count in counts.items() if count]
    write_rows(numbers, ("what", "count"), options.format_)
    if options.format_ == "table":
        for listing in listings:
            _show_list(listing)


def _show_list(listing: Listing) -> None:
    if not listing.rows:
        return
    click.echo(f"\n{listing.head}: {len(listing.rows)}")
    is_whole = listing.is_whole or len(listing.rows) <= _LISTED
    write_table(listing.rows if is_whole else listing.rows[:_LISTED], listing.columns)
    if not is_whole:
        click.echo(f"... and {len(listing.rows) - _LISTED} more; --format json lists all.")


def _list_faults(work: Import[Any, Any], language: str) -> list[dict[str, Any]]:
    return [
        {
            "row": row.number,
            "line": row.line,
            "column": work.file.heads.texts.get(fault.column, fault.column),
            "value": fault.value,
            "reason": explain(fault.problem, language),
        }
        for row in sorted(work.returned, key=lambda row: row.line)
        for fault in row.faults
    ]


def _give_back(edge: Edge, work: Import[Any, Any], language: str) -> None:
    text = make_returned(work.file.heads, work.returned, language)
    if text and work.run_id is not None:
        folder = make_instance(edge.settings) / "imports"
        file = write_returned(folder, work.run_id, text)
        write_message(f"What couldn't be read is in {file}; mend it there and import that file.")
