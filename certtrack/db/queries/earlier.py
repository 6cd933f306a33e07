"""What has no versions of its own, as it was on record at a moment: the audit says of each change what was before."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import AuditEvent, AuditPerson, AuditValue, Certification, Person

_FIELDS = ("given_name", "family_name", "chosen_name", "private_address", "work_address", "language", "zone")
_UNKNOWN = {"given_name": "", "family_name": "", "chosen_name": None, "private_address": None, "work_address": None}


def load_person_at(session: Session, person: Person, known_at: datetime) -> Person | None:
    """The person as they were on record at that moment, in no session; None where they weren't on record yet.

    Names and addresses that a change since may have set, and of which its redacted values say nothing, are left out.
    """
    if person.recorded_at > known_at:
        return None
    fields: dict[str, Any] = {name: getattr(person, name) for name in _FIELDS}
    for details in session.scalars(_changes(person.id, "person.changed", known_at)):
        old = _UNKNOWN if details is None else {name: pair[0] for name, pair in details.items()}
        fields |= {name: value for name, value in old.items() if name in fields}
    has_died = person.died_on is not None and (person.died_recorded_at or person.recorded_at) <= known_at
    return Person(
        id=person.id,
        died_on=person.died_on if has_died else None,
        died_recorded_at=person.died_recorded_at if has_died else None,
        recorded_at=person.recorded_at,
        recorded_by=person.recorded_by,
        **fields,
    )


def find_number_at(session: Session, certification: Certification, known_at: datetime) -> str | None:
    """The certificate's number as it was on record at that moment; None where there was none yet."""
    query = _changes(certification.person_id, "certification.numbered", known_at)
    since = session.scalars(query.where(AuditEvent.subject_id == certification.id)).all()
    return None if since else certification.number


def _changes(person_id: int, action: str, since: datetime) -> Select[dict[str, Any] | None]:
    """The values of each such change after `since`, the latest first."""
    return (
        select(AuditValue.details)
        .select_from(AuditEvent)
        .join(AuditPerson, AuditPerson.event_id == AuditEvent.id)
        .join(AuditValue, AuditValue.event_id == AuditEvent.id)
        .where(AuditPerson.person_id == person_id, AuditEvent.action == action, AuditEvent.at > since)
        .order_by(AuditEvent.id.desc())
    )
