"""`certtrack rules list`: which rule packs there are, and what they leave open."""

import tomllib
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import Format, formatted, spoken, write_rows
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.services.pack_list import Listed, list_packs

_COLUMNS = (
    *("key", "version", "kind", "credential", "name", "from_on", "unknown", "conflicting", "confirmed"),
    *("place", "used"),
)


@click.command("list", short_help="Which rule packs there are.", epilog="Example: certtrack rules list --format json")
@formatted
@spoken
@pass_edge
def list_(edge: Edge, format_: Format, language: str) -> None:
    """List every rule pack: those that are shipped, the examples among them, and this installation's own.

    From when each speaks; how many of its values are unknown, have several readings, or were confirmed here; and
    whether it is used, which the setting `packs` says. JSON names the values, and what is asked for beside the hours.
    No database is needed.
    """
    if edge.has_database:
        with edge.reading() as session:
            listed = list_packs(session, edge.settings.instance, edge.settings.packs)
    else:
        listed = list_packs(None, edge.settings.instance, edge.settings.packs)
    write_rows([_row(one, language) for one in listed], _COLUMNS, format_)


def _list_asks(pack: Pack | ServicePack) -> list[dict[str, Any]]:
    """What is asked for beside the hours, by step: the least age in years, the rest in minutes."""
    if isinstance(pack, ServicePack):
        return []
    age = pack.least_age
    years = [{"step": "entry", "kind": "age", "years": age.value, "sure": age.sure}] if age else []
    return [
        *years,
        *(
            {"step": ask.step, "kind": ask.kind, "minutes": ask.minutes.value, "sure": ask.minutes.sure}
            for ask in pack.asks
        ),
    ]


def _row(one: Listed, language: str) -> dict[str, Any]:
    content = tomllib.loads(one.pack.raw)
    [(applies_by, from_on)] = content["applies_to"].items()
    return {
        "key": one.pack.key,
        "version": one.pack.version,
        "kind": content["kind"],
        "credential": content.get("credential"),
        "name": one.pack.name.of(language),
        "applies_by": applies_by,
        "from_on": from_on,
        "unknown": len(one.unknown),
        "conflicting": len(one.conflicting),
        "confirmed": None if one.confirmed is None else len(one.confirmed),
        "place": one.place,
        "used": "yes" if one.is_used else "no",
        "asks": _list_asks(one.pack),
        "file": str(one.file),
        "unknown_keys": one.unknown,
        "conflicting_keys": one.conflicting,
        "confirmed_keys": one.confirmed,
    }
