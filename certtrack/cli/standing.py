"""`certtrack standing`: where people stand, as of any day, as known at any moment."""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.parsing import DAY, MOMENT
from certtrack.db.audit import record_event
from certtrack.db.models import Certification
from certtrack.errors import NotFound
from certtrack.language import say
from certtrack.rules.standing import Standing
from certtrack.security import Actor
from certtrack.services.lookup import list_certifications
from certtrack.services.record_sources import RecordSource, load_sources
from certtrack.services.standing import load_standings

_COLUMNS = ("person", "name", "credential", "number", "validity", "due_on", "next", "next_on")
_FOLLOWING = ("next_cycle_due_on", "next_cycle_from")
_MORE = ("due_on_latest", "phase", "hours", "application", "as_of")


@click.command(
    short_help="Where people's certifications stand.",
    epilog="Example: certtrack standing carol@example.org --as-of 2026-10-31",
)
@click.argument("asked", nargs=-1, metavar="[NUMBER|ADDRESS]...")
@click.option("--as-of", type=DAY, metavar="DAY", help="The day that is asked for.  [default: today]")
@click.option("--known-at", type=MOMENT, metavar="TIME", help="By what was on record at that moment.  [default: now]")
@formatted
@acting_as
@pass_edge
def standing(
    edge: Edge,
    asked: tuple[str, ...],
    as_of: date | None,
    known_at: datetime | None,
    format_: Format,
    actor: Actor,
) -> None:
    """Say where certifications stand: those of the people named by a number or an address, or everybody's."""
    with edge.reading() as session:
        found = list_certifications(session, asked)
        if asked and len(found.unknown) == len(set(asked)):
            raise NotFound(f"Nobody here has the number, the address or the name {', '.join(found.unknown)}.")
        standings = _load(edge, session, found.certifications, as_of, known_at)
        coming = _load_coming(edge, session, found.certifications, standings, known_at)
        shown = [item for item in found.certifications if item.id in standings]
        rows = [_row(item, standings[item.id], coming.get(item.id)) for item in shown]
    note_look(edge, actor, "people.listed", [item.person_id for item in found.certifications])
    columns = (*_COLUMNS, *_FOLLOWING) if coming else _COLUMNS
    write_rows(rows, (*_COLUMNS, *_FOLLOWING, *_MORE) if format_ == "csv" else columns, format_)
    if not rows:
        write_message("There is no certification on record for that.")
    if found.unknown:
        write_message(f"Nobody here has the number, the address or the name {', '.join(found.unknown)}.")
        sys.exit(3)


def note_look(edge: Edge, actor: Actor, action: str, people: Sequence[int]) -> None:
    """Write into the audit whose records were looked at; nothing where there were none."""
    if not people:
        return
    with edge.writing() as session:
        subject = ("person", people[0] if len(set(people)) == 1 else None)
        record_event(session, at=edge.clock.now(), actor=actor.key, action=action, subject=subject, people=people)


def _load(
    edge: Edge,
    session: Session,
    certifications: Sequence[Certification],
    as_of: date | None,
    known_at: datetime | None,
) -> dict[int, Standing]:
    by_zone: dict[str, list[int]] = defaultdict(list)
    for certification in certifications:
        by_zone[edge.rulebook.packs.get(certification.pack_key).zone].append(certification.id)
    found: dict[int, Standing] = {}
    for zone, numbers in by_zone.items():
        found |= load_standings(session, edge.rulebook, numbers, as_of or edge.today(zone), known_at)
    return found


def _load_coming(
    edge: Edge,
    session: Session,
    certifications: Sequence[Certification],
    standings: Mapping[int, Standing],
    known_at: datetime | None,
) -> dict[int, RecordSource]:
    """Where the next cycle comes from, by certification; those that have none on record are left out."""
    following, zones = dict[int, int](), dict[int, str]()
    for item in certifications:
        if item.id in standings and (coming := standings[item.id].following) is not None:
            following[item.id] = coming.id
            zones[coming.id] = edge.rulebook.packs.get(item.pack_key).zone
    sources = load_sources(session, zones, known_at)
    return {number: sources[cycle_id] for number, cycle_id in following.items()}


def _row(certification: Certification, standing: Standing, coming: RecordSource | None) -> dict[str, Any]:
    days, following = standing.days, standing.following
    return {
        "person": certification.person_id,
        "name": certification.person.shown_name,
        "credential": certification.credential,
        "number": certification.number,
        "validity": standing.validity,
        "phase": standing.phase,
        "due_on": days.due_on if days else None,
        "due_on_latest": days.due_on_latest if days else None,
        "next": standing.next_code,
        "next_on": standing.next_on,
        "next_cycle_due_on": following.due_on if following else None,
        "next_cycle_from": say("en", "record_source", coming).replace("\N{NO-BREAK SPACE}", " ") if coming else None,
        "hours": standing.hours,
        "application": standing.application,
        "as_of": standing.as_of,
        "because": [{**asdict(reason), "values": dict(reason.values)} for reason in standing.because],
    }
