"""What every version of every record is written with, and the event that tells of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.security import Actor


class Versioned(Protocol):
    """A record whose versions are numbered by `no`."""

    __tablename__: str
    id: Any
    no: Any


def next_values(record: Versioned, names: Iterable[str]) -> dict[str, Any]:
    """Number the record's next version; what the record says now, by these names."""
    record.no += 1
    return {name: getattr(record, name) for name in names}


def make_stamp(record: Versioned, reason: str | None, actor: Actor, at: datetime) -> dict[str, Any]:
    """The version's own columns: which one it is, why, when and by whom; call it after `next_values`."""
    return {"no": record.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}


def record_change(
    session: Session,
    action: str,
    record: Versioned,
    people: Iterable[int],
    details: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The event of a change, about these people, with the number of the version that it made."""
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=(record.__tablename__, record.id),
        people=list(people),
        details={**details, "no": record.no},
    )
