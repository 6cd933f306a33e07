"""Certifications, and what an authority does to them; each change projects the standing anew."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Certification, Cycle, StatusChange
from certtrack.errors import NotFound, Refused
from certtrack.rules.facts import StatusKind
from certtrack.rules.pack import Pack
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans


def record_certification(
    session: Session,
    rulebook: Rulebook,
    *,
    person_id: int,
    organization_id: int,
    pack: Pack,
    number: str | None,
    issued_on: date | None,
    actor: Actor,
    at: datetime,
) -> Certification:
    """Put a certification on record as this organization keeps it. Raises Refused for a number that is taken here.

    It says nothing of a day yet: `cycles.open_cycle` does.
    """
    if number is not None and find_by_number(session, organization_id, pack.credential, number) is not None:
        raise Refused(f"The number {number} is on record already for this credential.")
    certification = Certification(
        person_id=person_id,
        organization_id=organization_id,
        credential=pack.credential,
        pack_key=pack.key,
        number=number,
        issued_on=issued_on,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(certification)
    session.flush()
    details = {"credential": pack.credential, "number": number}
    _record(session, "certification.recorded", ("certification", certification.id), person_id, details, actor, at)
    project_spans(session, rulebook, [certification.id], at=at)
    return certification


def record_number(session: Session, certification: Certification, number: str, *, actor: Actor, at: datetime) -> None:
    """Give a certification without a number the one it bears. Raises Refused where it has one, or it is taken here."""
    if certification.number is not None:
        raise Refused(f"The certification bears the number {certification.number} already.")
    if find_by_number(session, certification.organization_id, certification.credential, number) is not None:
        raise Refused(f"The number {number} is on record already for this credential.")
    certification.number = number
    session.flush()
    subject = ("certification", certification.id)
    _record(session, "certification.numbered", subject, certification.person_id, {"number": number}, actor, at)


def find_by_number(session: Session, organization_id: int, credential: str, number: str) -> Certification | None:
    """The certification with this number here, None where there is none."""
    return session.scalar(
        select(Certification).where(
            Certification.organization_id == organization_id,
            Certification.credential == credential,
            Certification.number == number,
        ),
    )


def get_certification(session: Session, certification_id: int) -> Certification:
    """The certification. Raises NotFound."""
    certification = session.get(Certification, certification_id)
    if certification is None:
        raise NotFound(f"There is no certification with the number {certification_id}.")
    return certification


def record_status(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    kind: StatusKind,
    from_on: date,
    *,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> StatusChange:
    """Put an authority's act on record: from that day on, that day included. Its stages are looked at again."""
    change = StatusChange(
        certification_id=certification.id,
        kind=kind,
        from_on=from_on,
        reason=reason,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(change)
    session.flush()
    details = {"kind": kind, "from_on": from_on, "reason": reason}
    subject = ("certification", certification.id)
    _record(session, "certification.status", subject, certification.person_id, details, actor, at)
    _look_again(session, rulebook, certification, at)
    return change


def withdraw_status(session: Session, rulebook: Rulebook, change: StatusChange, *, actor: Actor, at: datetime) -> None:
    """Take back an act that was put on record by mistake. Raises Refused where it is taken back already."""
    if change.withdrawn_at is not None:
        raise Refused("This was taken back already.")
    change.withdrawn_at, change.withdrawn_by = at, actor.key
    certification = get_certification(session, change.certification_id)
    subject = ("certification", certification.id)
    _record(session, "certification.status_withdrawn", subject, certification.person_id, {"id": change.id}, actor, at)
    _look_again(session, rulebook, certification, at)


def _look_again(session: Session, rulebook: Rulebook, certification: Certification, at: datetime) -> None:
    for cycle in session.scalars(select(Cycle).where(Cycle.certification_id == certification.id)):
        if cycle.closed_on is None and not cycle.is_withdrawn:
            cycle.next_stage_on = cycle.armed_on
    project_spans(session, rulebook, [certification.id], at=at)


def _record(
    session: Session,
    action: str,
    subject: tuple[str, int],
    person_id: int,
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=[person_id], details=details)
