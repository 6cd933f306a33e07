"""Each change to a training, or to how somebody is in it: its version and its event."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

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
from certtrack.security import Actor
from certtrack.services.versions import make_stamp, next_values, record_change

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
    values = next_values(record, names)
    session.add(version(**{owner: record.id}, **make_stamp(record, reason, actor, at), **values))
    if what is None:
        return
    people = [] if person_id is None else [person_id]
    told = {**values, **details, "reason": reason}
    record_change(session, f"{record.__tablename__}.{what}", record, people, told, actor=actor, at=at)
