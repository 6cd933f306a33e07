"""Each change to a sitting, a registration or a result: its version and its event."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import (
    ExamRegistration,
    ExamRegistrationVersion,
    ExamResult,
    ExamResultVersion,
    ExamSitting,
    ExamSittingVersion,
)
from certtrack.errors import StaleRecord
from certtrack.security import Actor

SITTING_VALUES = ("held_on", "place", "seats", "pass_mark", "is_called_off")
RESULT_VALUES = ("taken_on", "outcome", "outcome_by", "route", "attempt", "score", "is_withdrawn")


def lock_current(
    session: Session, record: ExamSitting | ExamRegistration | ExamResult, expected_no: int | None = None
) -> None:
    """Read the record anew, locked until the transaction ends. Raises StaleRecord where its number is another one."""
    session.refresh(record, with_for_update=True)
    if expected_no is not None and record.no != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")


def add_sitting_version(
    session: Session, sitting: ExamSitting, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the sitting is now as its next version, and the event `exam_sitting.WHAT` with it."""
    values = _next(sitting, SITTING_VALUES)
    stamp = _stamp(sitting, reason, actor, at)
    session.add(ExamSittingVersion(sitting_id=sitting.id, **values, **stamp))
    _record(session, f"exam_sitting.{what}", sitting, [], values | {"reason": reason}, actor, at)


def add_registration_version(
    session: Session, registration: ExamRegistration, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """The same of a registration: `exam_registration.WHAT`."""
    values = _next(registration, ("is_withdrawn",))
    stamp = _stamp(registration, reason, actor, at)
    session.add(ExamRegistrationVersion(registration_id=registration.id, **values, **stamp))
    details = {"sitting": registration.sitting_id, "reason": reason}
    people = [registration.person_id]
    _record(session, f"exam_registration.{what}", registration, people, details, actor, at)


def add_result_version(
    session: Session, result: ExamResult, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """The same of a result: `exam_result.WHAT`."""
    values = _next(result, RESULT_VALUES)
    stamp = _stamp(result, reason, actor, at)
    session.add(ExamResultVersion(exam_result_id=result.id, **values, **stamp))
    _record(session, f"exam_result.{what}", result, [result.person_id], values | {"reason": reason}, actor, at)


def _next(record: ExamSitting | ExamRegistration | ExamResult, names: tuple[str, ...]) -> dict[str, Any]:
    record.no += 1
    return {name: getattr(record, name) for name in names}


def _stamp(
    record: ExamSitting | ExamRegistration | ExamResult, reason: str | None, actor: Actor, at: datetime
) -> dict[str, Any]:
    return {"no": record.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}


def _record(
    session: Session,
    action: str,
    record: ExamSitting | ExamRegistration | ExamResult,
    people: list[int],
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=(record.__tablename__, record.id),
        people=people,
        details=details | {"no": record.no},
    )
