"""A list that leaves as a file: whom its reader may take along, and that they left in it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.security import Actor, Task, check_can_do, narrow
from certtrack.services.people_list import Filters, PeopleList, Sorted

EXPORTED = "people.exported"


def list_exported(
    session: Session, actor: Actor, task: Task, filters: Filters, *, today: date, at: datetime
) -> tuple[Sorted, ...]:
    """What the filters leave of the list that is read by `task`, all of it and in order.

    Only those are in it whom a role opens that allows the list and its file, and the actor themselves. Raises
    NotAllowed where no role of theirs allows files.
    """
    check_can_do(actor, Task.EXPORT)
    return PeopleList(session, narrow(actor, task, Task.EXPORT), filters, today=today, at=at).list_all()


def note_export(
    session: Session, actor: Actor, rows: Sequence[Sorted], *, kind: str, page: str, as_of: date, at: datetime
) -> None:
    """Write into the audit that a file left, with everybody who is in it: also where that is oneself alone, or nobody.

    `kind` is `csv` or `xlsx`, `page` the list that it was made from.
    """
    people = sorted({row.person_id for row in rows})
    subject = ("person", people[0] if len(people) == 1 else None)
    details = {"kind": kind, "page": page, "day": as_of.isoformat()}
    record_event(session, at=at, actor=actor.key, action=EXPORTED, subject=subject, people=people, details=details)
