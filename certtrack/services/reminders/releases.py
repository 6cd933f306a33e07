"""Who let a person's held mails go, and when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, ask_together
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.names import load_names

_NOT_LET_GO = ("held", "superseded")  # one that a later stage had overtaken may never have been held


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a held mail go, and when; `by` is None where it was done by a command."""

    at: datetime
    by: str | None
    is_by_name: bool


def load_releases(
    session: Session, person_id: int, mail: Sequence[LedgerEntry], until: datetime | None = None
) -> dict[int, Release]:
    """The release of each of the person's mails, by reminder; with `until` those up to that moment."""
    numbers = [entry.reminder_id for entry in mail if entry.reminder_id is not None]
    [rows] = ask_together(session, select_releases(person_id, Reminder.id.in_(numbers)))
    found = find_released(rows, mail, until)
    return name_releases(found, load_names(session, found.by.values()) if found.by else {})


@dataclass(frozen=True, slots=True)
class Released:
    """By reminder the moment of its release, by which key, and whether it was by name."""

    at: Mapping[int, datetime]
    by: Mapping[int, str | None]
    by_name: Collection[int]


def select_releases(person_id: int, which: ColumnElement[bool]) -> AnySelect:
    """Of these reminders when they were planned, and who let their cause go, for all or for the person."""
    mine = and_(CauseRelease.cause_id == Cause.id, CauseRelease.person_id.in_(same_person(person_id)))
    columns = (Cause.released_at, Cause.released_by, CauseRelease.recorded_at, CauseRelease.recorded_by)
    query = select(Reminder.id, Reminder.planned_at, *columns).join(Cause, Cause.id == Reminder.cause_id)
    return query.outerjoin(CauseRelease, mine).where(which)


def find_released(rows: Iterable[Any], mail: Iterable[LedgerEntry], until: datetime | None = None) -> Released:
    """What is a release of these entries, of the rows of `select_releases`."""
    settled = {entry.reminder_id: entry.settled_at for entry in mail if entry.state not in _NOT_LET_GO}
    moments: dict[int, datetime] = {}
    keys: dict[int, str | None] = {}
    by_name = set[int]()
    for number, planned_at, *of_all, own_at, own_by in rows:
        at, by = (own_at, own_by) if own_at is not None else (of_all[0], of_all[1])
        if number not in settled or at is None or not planned_at <= at <= (until or at):
            continue  # planned later, it never waited
        if (done_at := settled[number]) is None or done_at >= at:  # done with before, nor did it
            moments[number], keys[number] = at, by
            by_name |= {number} if own_at is not None else set()
    return Released(moments, keys, by_name)


def name_releases(found: Released, names: Mapping[str, str]) -> dict[int, Release]:
    """These releases, with the names behind their keys."""
    return {
        number: Release(at, names.get(found.by[number] or ""), number in found.by_name)
        for number, at in found.at.items()
    }
