"""`certtrack import`: bring in an office's own files. They may come again and again: only what changed is written."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows, write_table
from certtrack.clock import today_in
from certtrack.language import LOCALES
from certtrack.security import Actor
from certtrack.services.organizations import get_organization
from certtrack.services.roster.mapping import NO_MAPPING, read_mapping
from certtrack.services.roster.returned import explain, list_returned, make_returned, write_returned
from certtrack.services.roster.roster import read_roster
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.runs import Import
from certtrack.settings import make_instance

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LISTED = 20


@click.group("import", epilog="Example: certtrack import roster roster.xlsx --dry-run")
def import_() -> None:
    """Bring in an office's own files."""


@import_.command(
    short_help="People and certifications, from XLSX or CSV.",
    epilog="Example: certtrack import roster roster.xlsx --mapping mapping.toml --dry-run",
)
@click.argument("file", type=_FILE)
@click.option(
    "--mapping",
    type=_FILE,
    help="A TOML file with [columns], [credentials] and [supervisors] that says whose they are.",
)
@click.option("--organization", metavar="KEY", help="Whose roster it is; may be left out while there is only one.")
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and write nothing.")
@click.option(
    "--language",
    type=click.Choice(LOCALES),
    default="en",
    show_default=True,
    help="The language in which it says why a row or a cell can't be read.",
)
@formatted
@acting_as
@pass_edge
def roster(
    edge: Edge,
    file: Path,
    mapping: Path | None,
    organization: str | None,
    dry_run: bool,
    language: str,
    format_: Format,
    actor: Actor,
) -> None:
    """Import a roster of people and their certifications, from an XLSX or CSV file.

    The same file again changes nothing; an updated one amends what it says differently, and nobody is removed.
    Nothing is mailed by an import. Rows that can't be read come back in a file that can be mended and imported.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done but for some rows.
    """
    work = _read(edge, file, mapping, organization, actor)
    _plan(edge, work) if dry_run else _write(edge, work)
    with edge.reading() as session:
        missing = work.list_missing(session)
    _show(work, missing, format_, language, dry_run=dry_run)
    if not dry_run:
        _give_back(edge, work, language)
    if work.roster.refused or work.count()["rows_kept"]:
        sys.exit(3)


def _read(edge: Edge, file: Path, mapping: Path | None, organization: str | None, actor: Actor) -> Import:
    packs = edge.rulebook.packs
    confirmed = read_mapping(mapping.name, mapping.read_bytes(), packs) if mapping else NO_MAPPING
    with edge.reading() as session:
        owner = get_organization(session, organization)
    today = today_in(edge.clock, owner.zone)
    read = read_roster(file.name, file.read_bytes(), confirmed, packs, today)
    return Import(read, owner, edge.rulebook, actor, edge.clock.now())


def _plan(edge: Edge, work: Import) -> None:
    with edge.reading() as session, _progress(len(work.roster.rows), "Looking") as advance:
        for rows in work.batches():
            work.plan(session, rows)
            advance(len(rows))


def _write(edge: Edge, work: Import) -> None:
    with edge.writing() as session:
        work.start(session)
    with _progress(len(work.roster.rows), "Importing") as advance:
        for rows in work.batches():
            with edge.writing() as session:
                work.write(session, rows)
            advance(len(rows))
    with edge.writing() as session:
        work.finish(session)


@contextmanager
def _progress(total: int, what: str) -> Iterator[Any]:
    """A bar on a terminal, else a line for each fifth of the way; always on standard error."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=what, file=sys.stderr) as bar:
            yield bar.update
        return
    done = said = 0

    def advance(count: int) -> None:
        nonlocal done, said
        done += count
        if done == total or done - said >= total / 5:
            said = done
            write_message(f"{what}: {done} of {total} rows")

    yield advance


def _show(work: Import, missing: list[dict[str, Any]], format_: Format, language: str, *, dry_run: bool) -> None:
    counts = work.count() | {f"finding_{kind}": count for kind, count in work.count_findings().items()}
    if format_ == "json":
        write_rows(
            [
                {
                    "run": work.run_id,
                    "is_dry_run": dry_run,
                    "counts": counts,
                    "changes": _list_changes(work.plans),
                    "past_their_day": _list_past(work.plans),
                    "missing": missing,
                    "refused": _list_faults(work, language),
                }
            ],
            (),
            "json",
        )
        return
    write_rows([{"what": what, "count": count} for what, count in counts.items() if count], ("what", "count"), format_)
    if format_ == "table":
        _show_list("Changes", _list_changes(work.plans), ("line", "name", "number", "field", "old", "new"))
        _show_list(
            "Past their day: nothing is mailed to them until you release it by name",
            _list_past(work.plans),
            ("line", "name", "number", "due_on"),
        )
        _show_list("Not in this file, and kept", missing, ("person", "name", "key"))
        _show_list("Can't be read", _list_faults(work, language), ("line", "column", "value", "reason"))


def _show_list(head: str, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    if not rows:
        return
    click.echo(f"\n{head}: {len(rows)}")
    is_short = len(rows) <= _LISTED or head in ("Changes", "Can't be read")
    write_table(rows if is_short else rows[:_LISTED], columns)
    if not is_short:
        click.echo(f"... and {len(rows) - _LISTED} more; --format json lists all.")


def _list_changes(plans: Sequence[RowPlan]) -> list[dict[str, Any]]:
    return [
        {"line": plan.row.line, "name": _name(plan), "number": plan.row.cert_number}
        | {"field": change.field, "old": change.old, "new": change.new}
        for plan in plans
        for change in plan.changes
    ]


def _list_past(plans: Sequence[RowPlan]) -> list[dict[str, Any]]:
    return [
        {"line": plan.row.line, "name": _name(plan), "number": plan.row.cert_number, "due_on": plan.term.due_on}
        for plan in plans
        if plan.term and plan.term.is_past
    ]


def _list_faults(work: Import, language: str) -> list[dict[str, Any]]:
    return [
        {
            "row": row.number,
            "line": row.line,
            "column": work.roster.heads.texts.get(fault.column, fault.column),
            "value": fault.value,
            "reason": explain(fault.problem, language),
        }
        for row in list_returned(work.roster)
        for fault in row.faults
    ]


def _name(plan: RowPlan) -> str:
    return f"{plan.row.name.family}, {plan.row.name.given}"


def _give_back(edge: Edge, work: Import, language: str) -> None:
    text = make_returned(work.roster, language)
    if text and work.run_id is not None:
        folder = make_instance(edge.settings) / "imports"
        file = write_returned(folder, work.run_id, text)
        write_message(f"What couldn't be read is in {file}; mend it there and import that file.")
