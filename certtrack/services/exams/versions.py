"""Each change to a sitting, a registration or a result: its version and its event."""

from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.db.models import (
    ExamRegistration,
    ExamRegistrationVersion,
    ExamResult,
    ExamResultVersion,
    ExamSitting,
    ExamSittingVersion,
)
from certtrack.security import Actor
from certtrack.services.versions import make_stamp, next_values, record_change

SITTING_VALUES = ("held_on", "place", "begins_at", "to_bring", "seats", "pass_mark", "is_called_off")
RESULT_VALUES = ("taken_on", "outcome", "outcome_by", "route", "attempt", "score", "is_withdrawn")


def add_sitting_version(
    session: Session, sitting: ExamSitting, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the sitting is now as its next version, and the event `exam_sitting.WHAT` with it."""
    values = next_values(sitting, SITTING_VALUES)
    stamp = make_stamp(sitting, reason, actor, at)
    session.add(ExamSittingVersion(sitting_id=sitting.id, **values, **stamp))
    record_change(session, f"exam_sitting.{what}", sitting, [], values | {"reason": reason}, actor=actor, at=at)


def add_registration_version(
    session: Session, registration: ExamRegistration, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """The same of a registration: `exam_registration.WHAT`."""
    values = next_values(registration, ("is_withdrawn",))
    stamp = make_stamp(registration, reason, actor, at)
    session.add(ExamRegistrationVersion(registration_id=registration.id, **values, **stamp))
    details = {"sitting": registration.sitting_id, "reason": reason}
    people = [registration.person_id]
    record_change(session, f"exam_registration.{what}", registration, people, details, actor=actor, at=at)


def add_result_version(
    session: Session, result: ExamResult, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """The same of a result: `exam_result.WHAT`."""
    values = next_values(result, RESULT_VALUES)
    stamp = make_stamp(result, reason, actor, at)
    session.add(ExamResultVersion(exam_result_id=result.id, **values, **stamp))
    record_change(
        session, f"exam_result.{what}", result, [result.person_id], values | {"reason": reason}, actor=actor, at=at
    )
