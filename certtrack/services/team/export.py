"""A team as a table of texts: what its page shows, for everybody whom the filters leave."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.services.people_list import Sorted, load_listed
from certtrack.services.rulebook import Rulebook
from certtrack.services.team.beside import load_notes
from certtrack.services.team.page import Column, TeamRow, list_columns, make_rows, note_row

CHUNK = 500


def list_export_columns(rulebook: Rulebook, rows: Sequence[Sorted]) -> tuple[Column, ...]:
    """The areas of all the rules by which these go, in any of their versions."""
    keys = {row.pack_key for row in rows}
    return list_columns(pack for pack in rulebook.packs.list() if pack.key in keys)


def load_chunks(
    session: Session,
    rulebook: Rulebook,
    rows: Sequence[Sorted],
    *,
    at: datetime,
    as_of: date,
    today: date,
    zone: str,
) -> Iterator[tuple[TeamRow, ...]]:
    """The rows of the page for each of these, 500 at a time; six queries each time, and nothing is kept in between."""
    for start in range(0, len(rows), CHUNK):
        ids = [row.certification_id for row in rows[start : start + CHUNK]]
        listed = load_listed(session, ids, as_of)
        notes = load_notes(session, listed, at)
        yield tuple(note_row(row, notes, zone) for row in make_rows(session, rulebook, listed, as_of, today))
        session.expunge_all()
