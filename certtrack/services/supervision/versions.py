"""Each change to a record of supervision: its version and its event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import (
    Attendance,
    Duty,
    DutyVersion,
    Qualification,
    QualificationVersion,
    ServiceSpan,
    ServiceSpanVersion,
    SupervisionSession,
    SupervisionSessionVersion,
)
from certtrack.security import Actor

SESSION_VALUES = ("supervisor_id", "held_on", "minutes", "kind", "way", "topics", "words", "state")
_UNTOLD = "words"  # free text stays in the record


def add_session_version(
    session: Session,
    record: SupervisionSession,
    people: Iterable[int],
    what: str,
    reason: str | None,
    *,
    actor: Actor,
    at: datetime,
    **details: object,
) -> None:
    """Write what the session is now as its next version, with who was there, and the event `session.WHAT` with it."""
    there = sorted(set(people))
    record.no += 1
    values: dict[str, Any] = {name: getattr(record, name) for name in SESSION_VALUES}
    version = {"no": record.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(SupervisionSessionVersion(session_id=record.id, **version, **values))
    session.add_all(Attendance(session_id=record.id, no=record.no, person_id=number) for number in there)
    session.flush()
    told = {name: value for name, value in values.items() if name != _UNTOLD}
    told |= {"people": there, "reason": reason, "no": record.no, "organization": record.organization_id, **details}
    subject = (record.__tablename__, record.id)
    about = [*there, record.supervisor_id]
    record_event(session, at=at, actor=actor.key, action=f"session.{what}", subject=subject, people=about, details=told)


def add_span_version(
    session: Session, span: ServiceSpan, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the span of service is now as its next version, and the event `service.WHAT` with it."""
    values = _next_values(span, ("from_on", "until_on", "minutes", "state"))
    version = {"no": span.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(ServiceSpanVersion(span_id=span.id, **version, **values))
    values |= {"organization": span.organization_id, "reason": reason}
    _record(session, f"service.{what}", span, span.person_id, values, actor, at)


def add_qualification_version(
    session: Session, record: Qualification, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the qualification is now as its next version, and the event `qualification.WHAT` with it."""
    values = _next_values(record, ("title", "from_on", "until_on", "state"))
    version = {"no": record.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(QualificationVersion(qualification_id=record.id, **version, **values))
    values |= {"organization": record.organization_id, "pack": record.pack_key, "reason": reason}
    _record(session, f"qualification.{what}", record, record.person_id, values, actor, at)


def add_duty_version(session: Session, duty: Duty, person_id: int, what: str, *, actor: Actor, at: datetime) -> None:
    """Write what the duty is now as its next version, and the event `duty.WHAT` with it."""
    values = _next_values(duty, ("from_on", "until_on"))
    version = {"no": duty.no, "reason": None, "recorded_at": at, "recorded_by": actor.key}
    session.add(DutyVersion(duty_id=duty.id, **version, **values))
    _record(session, f"duty.{what}", duty, person_id, values | {"pack": duty.pack_key}, actor, at)


def _next_values(record: ServiceSpan | Qualification | Duty, names: tuple[str, ...]) -> dict[str, Any]:
    record.no += 1
    return {name: getattr(record, name) for name in names}


def _record(
    session: Session,
    action: str,
    subject: ServiceSpan | Qualification | Duty,
    person_id: int,
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=(subject.__tablename__, subject.id),
        people=[person_id],
        details={**details, "no": subject.no},
    )
