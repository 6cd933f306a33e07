"""Each change to a record of supervision: its version and its event."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

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
from certtrack.services.versions import make_stamp, next_values, record_change

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
    values = next_values(record, SESSION_VALUES)
    session.add(SupervisionSessionVersion(session_id=record.id, **make_stamp(record, reason, actor, at), **values))
    session.add_all(Attendance(session_id=record.id, no=record.no, person_id=number) for number in there)
    session.flush()
    told = {name: value for name, value in values.items() if name != _UNTOLD}
    told |= {"people": there, "reason": reason, "organization": record.organization_id, **details}
    about = [*there, record.supervisor_id]
    record_change(session, f"session.{what}", record, about, told, actor=actor, at=at)


def add_span_version(
    session: Session, span: ServiceSpan, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the span of service is now as its next version, and the event `service.WHAT` with it."""
    values = next_values(span, ("from_on", "until_on", "minutes", "state"))
    session.add(ServiceSpanVersion(span_id=span.id, **make_stamp(span, reason, actor, at), **values))
    session.flush()
    values |= {"organization": span.organization_id, "reason": reason}
    record_change(session, f"service.{what}", span, [span.person_id], values, actor=actor, at=at)


def add_qualification_version(
    session: Session, record: Qualification, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the qualification is now as its next version, and the event `qualification.WHAT` with it."""
    values = next_values(record, ("title", "from_on", "until_on", "state"))
    session.add(QualificationVersion(qualification_id=record.id, **make_stamp(record, reason, actor, at), **values))
    session.flush()
    values |= {"organization": record.organization_id, "pack": record.pack_key, "reason": reason}
    record_change(session, f"qualification.{what}", record, [record.person_id], values, actor=actor, at=at)


def add_duty_version(session: Session, duty: Duty, person_id: int, what: str, *, actor: Actor, at: datetime) -> None:
    """Write what the duty is now as its next version, and the event `duty.WHAT` with it."""
    values = next_values(duty, ("from_on", "until_on"))
    session.add(DutyVersion(duty_id=duty.id, **make_stamp(duty, None, actor, at), **values))
    session.flush()
    record_change(session, f"duty.{what}", duty, [person_id], values | {"pack": duty.pack_key}, actor=actor, at=at)
