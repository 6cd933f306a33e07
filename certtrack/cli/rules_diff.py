"""`certtrack rules diff`: what another version of a rule pack says otherwise, and for whom."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Literal

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import write_message, write_table
from certtrack.cli.standing import note_look
from certtrack.errors import BadInput
from certtrack.rules.pack import Pack
from certtrack.security import Actor
from certtrack.services.evaluation import PackSource
from certtrack.services.rule_changes import (
    StandingChange,
    ValueChange,
    compare_values,
    find_changes,
    make_rulebooks,
)

_AT_ONCE = 500  # read together: that many certifications are in memory, however many there are
_TOLD_EVERY = 10_000
_LINE = ",\n"
_COLUMNS = ("person_id", "name", "number", "what", "before", "after")
_DIFFING = "certtrack rules diff KEY@1 KEY@2.toml"


@click.command(short_help="Compare two versions of a rule pack.", epilog=f"Example: {_DIFFING}")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--certifications/--no-certifications", default=True, help="Whether to look at those on record, too.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@acting_as
@pass_edge
def diff(edge: Edge, old: str, new: str, certifications: bool, format_: Literal["table", "json"], actor: Actor) -> None:
    """Say what the rule pack NEW says otherwise than OLD, and for which certifications that is another answer today.

    OLD and NEW are each KEY@VERSION or the path of a file. First come the values that differ; then each certification
    whose due day, next day to act by, phase, validity, or open hours would be otherwise once NEW is there beside OLD,
    or in its place where both have one number. Nothing is changed. With --no-certifications no database is needed.
    """
    source = PackSource([edge.settings.instance / "packs"])
    before, after = source.get(old), source.get(new)
    values = compare_values(before, after)
    changes: list[StandingChange] = []
    if certifications and isinstance(before, Pack) and isinstance(after, Pack):
        changes = _look(edge, before, after)
        note_look(edge, actor, "people.listed", sorted({change.person_id for change in changes}))
    _write(values, changes, format_)


def _look(edge: Edge, old: Pack, new: Pack) -> list[StandingChange]:
    if old.key != new.key:
        raise BadInput(f"{old.ref} and {new.ref} are of two credentials; compare them with --no-certifications.")
    found: list[StandingChange] = []
    done = 0
    for changes, count in _batches(edge, old, new):
        found += changes
        if done // _TOLD_EVERY < (done + count) // _TOLD_EVERY:
            write_message(f"Certifications looked at: {done + count} ...")
        done += count
    others = len({change.certification_id for change in found})
    write_message(f"Certifications looked at: {done}. It would be another answer for {others}.")
    return found


def _batches(edge: Edge, old: Pack, new: Pack) -> Iterator[tuple[list[StandingChange], int]]:
    rulebooks = make_rulebooks(edge.rulebook, old, new)
    today, last = edge.today(new.zone), 0
    while True:
        with edge.reading() as session:
            changes, numbers = find_changes(session, rulebooks, new.key, today, after=last, limit=_AT_ONCE)
        if not numbers:
            return
        last = numbers[-1]
        yield changes, len(numbers)


def _write(values: Sequence[ValueChange], changes: Sequence[StandingChange], format_: Literal["table", "json"]) -> None:
    if format_ == "json":
        click.echo(f'{{"values": [{_LINE.join(map(_make_json, values))}],')
        click.echo(f'"certifications": [{_LINE.join(map(_make_json, changes))}]}}')
        return
    write_table((_tell_all(one) for one in values), ("key", "old", "new"))
    if changes:
        click.echo()
    write_table((_tell_all(one) for one in changes), _COLUMNS)


def _make_json(change: ValueChange | StandingChange) -> str:
    return json.dumps(asdict(change), ensure_ascii=False, default=str)


def _tell_all(change: ValueChange | StandingChange) -> dict[str, object]:
    return {key: _tell(value) for key, value in asdict(change).items()}


def _tell(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {'unknown' if minutes is None else minutes}" for key, minutes in value.items())
    return " or ".join(map(str, value)) if isinstance(value, list) else value
