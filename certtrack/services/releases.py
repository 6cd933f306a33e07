"""Who let a person's held mails go, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.services.actors import find_actor_name
from certtrack.services.ledger import LedgerEntry

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
    numbers = [entry.reminder_id for entry in mail if entry.reminder_id is not None and entry.state not in _NOT_LET_GO]
    mine = and_(CauseRelease.cause_id == Cause.id, CauseRelease.person_id.in_(same_person(person_id)))
    query = (
        select(Reminder.id, Reminder.planned_at, Cause, CauseRelease)
        .join(Cause, Cause.id == Reminder.cause_id)
        .outerjoin(CauseRelease, mine)
        .where(Reminder.id.in_(numbers))
    )
    found: dict[int, Release] = {}
    for number, planned_at, cause, own in session.execute(query):
        at, by = (own.recorded_at, own.recorded_by) if own is not None else (cause.released_at, cause.released_by)
        if at is not None and planned_at < at <= (until or at):  # planned later, it was never held
            found[number] = Release(at, find_actor_name(session, by), own is not None)
    return found
