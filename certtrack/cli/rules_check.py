"""`certtrack rules check` and `certtrack rules schema`: for whoever writes a rule pack."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.packs.format import make_schema
from certtrack.services.pack_check import PackFinding, check_pack


@click.command(short_help="Read a rule pack, and say what is open.", epilog="Example: certtrack rules check pack.toml")
@click.argument("file", metavar="PACK.toml", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@formatted
@pass_edge
def check(edge: Edge, file: Path, format_: Format) -> None:
    """Say whether the rule pack in a file can be used, beside the other versions that are here, and what is open in it.

    That are parts which don't add up to the total, versions that speak one for the other, values that have several
    readings, and values that are unknown. A pack that can't be used is refused by file and key. No database is needed.
    """
    pack, found = check_pack(file, edge.settings.instance)
    write_message(f"ok: {pack.ref} can be used. Findings: {len(found)}.")
    rows = [{"finding": one.code, "key": one.key, "says": _say(one), "values": dict(one.values)} for one in found]
    write_rows(rows, ("finding", "key", "says"), format_)


@click.command(short_help="Write the JSON Schema of rule packs.", epilog="Example: certtrack rules schema")
def schema() -> None:
    """Write the JSON Schema (2020-12) of a rule pack's file, for an editor or a program."""
    click.echo(json.dumps(make_schema(), indent=2))


def _say(finding: PackFinding) -> str:
    values = finding.values
    if finding.code == "sum":
        known = f"the parts make {values['parts']} minutes, and the total is {values['total']}"
        return known + (f"; parts that are unknown: {values['unknown']}" if values["unknown"] else "")
    if finding.code == "overlap":
        return f"version {values['version']} speaks from {values['from_on']}: the newer one speaks for all of the older"
    if finding.code == "conflicting":
        return "several readings: " + ", ".join(f"{name} {_tell(value)}" for name, value in values.items())
    return "nothing is published"


def _tell(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {inner}" for name, inner in value.items())
    return " or ".join(map(_tell, value)) if isinstance(value, list) else str(value)
