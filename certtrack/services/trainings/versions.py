"""Each change to a training, or to how somebody is in it: its version and its event."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import (
    Enrollment,
    EnrollmentVersion,
    Training,
    TrainingAttendance,
    TrainingAttendanceVersion,
    TrainingElsewhere,
    TrainingElsewhereVersion,
    TrainingSession,
    TrainingSessionVersion,
    TrainingVersion,
)
from certtrack.errors import StaleRecord
from certtrack.security import Actor

Record = Training | TrainingSession | Enrollment | TrainingAttendance | TrainingElsewhere

TRAINING_VALUES = ("credential", "title", "is_online", "place", "trainers", "seats", "state")
SESSION_VALUES = ("held_on", "from_minute", "until_minute", "is_dropped")
_VERSIONS: dict[type[Record], tuple[Any, str, tuple[str, ...]]] = {
    Training: (TrainingVersion, "training_id", TRAINING_VALUES),
    TrainingSession: (TrainingSessionVersion, "session_id", SESSION_VALUES),
    Enrollment: (
        EnrollmentVersion,
        "enrollment_id",
        ("state", "completed_on", "completed_by", "completed_reason"),
    ),
    TrainingAttendance: (TrainingAttendanceVersion, "attendance_id", ("minutes",)),
    TrainingElsewhere: (
        TrainingElsewhereVersion,
        "elsewhere_id",
        ("credential", "provider", "completed_on", "minutes", "proof", "proof_seen_by", "state"),
    ),
}


def lock_current(session: Session, record: Record, expected_no: int | None = None) -> None:
    """Read the record anew, locked until the transaction ends. Raises StaleRecord where its number is another one."""
    session.refresh(record, with_for_update=True)
    if expected_no is not None and record.no != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")


def add_version(
    session: Session,
    record: Record,
    what: str | None,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    person_id: int | None = None,
    **details: object,
) -> None:
    """Write what the record is now as its next version, and the event `TABLE.WHAT` with it.

    With `what` None no event: another one tells it.
    """
    version, owner, names = _VERSIONS[type(record)]
    record.no += 1
    values = {name: getattr(record, name) for name in names}
    common = {"no": record.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(version(**{owner: record.id}, **common, **values))
    if what is None:
        return
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=f"{record.__tablename__}.{what}",
        subject=(record.__tablename__, record.id),
        people=[] if person_id is None else [person_id],
        details={**values, **details, "no": record.no, "reason": reason},
    )
