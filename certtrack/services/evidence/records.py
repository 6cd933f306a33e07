"""Files on record: kept for a person, attached to what they back and detached again, each by a version."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import (
    ApplicationStep,
    Certification,
    Claim,
    Credit,
    Cycle,
    Evidence,
    EvidenceLink,
    EvidenceLinkVersion,
    Person,
)
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor, Fields
from certtrack.services.actors import visible_certifications, visible_people
from certtrack.services.evidence.intake import KeptFile
from certtrack.services.evidence.limits import MOST_FILES, UNUSED_KEPT, BadFile
from certtrack.services.evidence.purge import is_unused

SubjectKind = Literal["credit", "application_step", "cycle"]
Subject = tuple[SubjectKind, int]
"""What a file backs: the kind of the record, and its number."""

GONE = "This file isn't here any more, or isn't yours to see."
"""What is said alike of a file that isn't there and of one that isn't the actor's to see."""


def record_evidence(session: Session, person_id: int, kept: KeptFile, *, actor: Actor, at: datetime) -> Evidence:
    """Put a file that the store keeps on record for this person; it backs nothing yet."""
    evidence = Evidence(
        person_id=person_id,
        kind=kept.drawn.kind,
        pages=kept.drawn.pages,
        file_name=kept.file_name,
        size=kept.size,
        sha256=kept.sha256,
        came_sha256=kept.came_sha256,
        key=kept.key,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(evidence)
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="evidence.kept",
        subject=("evidence", evidence.id),
        people=[person_id],
        details={"kind": evidence.kind, "pages": evidence.pages, "size": evidence.size, "sha256": evidence.sha256},
    )
    return evidence


def find_same(
    session: Session, actor: Actor, person_id: int, came_sha256: str, *, at: datetime, today: date
) -> Evidence | None:
    """The file that was sent before for this person and is the actor's to see; None where there is none.

    One that backs nothing and was sent long ago is none: it may be taken away before it backs something.
    """
    stays = or_(~is_unused(), Evidence.recorded_at > at - UNUSED_KEPT / 2)
    same = (Evidence.person_id.in_(same_person(person_id)), Evidence.came_sha256 == came_sha256, stays)
    return session.scalar(select(Evidence).where(*same, are_open(actor, today)).order_by(Evidence.id).limit(1))


def get_evidence(session: Session, actor: Actor, person_id: int, evidence_id: int, today: date) -> Evidence:
    """A file of this person that is the actor's to see. Raises NotFound."""
    own = (Evidence.id == evidence_id, Evidence.person_id.in_(same_person(person_id)))
    found = session.scalar(select(Evidence).where(*own, are_open(actor, today)))
    if found is None:
        raise NotFound(GONE)
    return found


def are_open(actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on `evidence`: files that the actor may see today.

    They are those of the own record; those attached to a credit that is claimed for a certification whose evidence the
    actor may see, to a step of its application, or to a cycle of it, which they opened; and those that the actor has
    sent for somebody whose evidence they may see, while they back nothing.
    """
    if actor.is_command:
        return true()
    linked = select(EvidenceLink.evidence_id)
    backing = (
        linked.join(Credit, and_(EvidenceLink.subject_kind == "credit", EvidenceLink.subject_id == Credit.id))
        .join(Claim, Claim.credit_id == Credit.id)
        .join(Certification, Certification.id == Claim.certification_id)
        .where(EvidenceLink.is_attached, Credit.state == "logged", Claim.is_dropped.is_(False))
        .where(visible_certifications(actor, today, Fields.EVIDENCE))
    )
    of_step = (EvidenceLink.subject_kind == "application_step", EvidenceLink.subject_id == ApplicationStep.id)
    with_steps = (
        linked.join(ApplicationStep, and_(*of_step))
        .join(Cycle, Cycle.id == ApplicationStep.cycle_id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(EvidenceLink.is_attached, ApplicationStep.is_withdrawn.is_(False))
        .where(visible_certifications(actor, today, Fields.EVIDENCE))
    )
    with_cycles = (
        linked.join(Cycle, and_(EvidenceLink.subject_kind == "cycle", EvidenceLink.subject_id == Cycle.id))
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(EvidenceLink.is_attached, Cycle.is_withdrawn.is_(False))
        .where(visible_certifications(actor, today, Fields.EVIDENCE))
    )
    seen = select(Person.id).where(visible_people(actor, today, Fields.EVIDENCE))
    sent = and_(Evidence.recorded_by == actor.key, Evidence.id.not_in(linked), Evidence.person_id.in_(seen))
    own = Evidence.person_id.in_(same_person(actor.person_id)) if actor.person_id is not None else false()
    return or_(own, Evidence.id.in_(backing), Evidence.id.in_(with_steps), Evidence.id.in_(with_cycles), sent)


def list_attached(session: Session, subject: Subject) -> list[int]:
    """The numbers of the files that are attached to it now, in the order in which they came."""
    query = select(EvidenceLink.evidence_id).where(_are_of(subject), EvidenceLink.is_attached)
    return list(session.scalars(query.order_by(EvidenceLink.evidence_id)))


def attach_files(
    session: Session,
    subject: Subject,
    person_id: int,
    wanted: Sequence[int],
    *,
    reason: str | None,
    actor: Actor,
    at: datetime,
    today: date,
) -> bool:
    """See to it that just these files are attached; False where they are already.

    Raises NotFound where one isn't this person's or the actor's to see, BadFile where they are too many.
    """
    before = set(list_attached(session, subject))
    after = set(wanted)
    if len(after) > MOST_FILES:
        raise BadFile("too_many")
    _check_theirs(session, actor, person_id, after - before, today)
    for evidence_id in sorted(before ^ after):
        _write_link(session, subject, evidence_id, evidence_id in after, reason, actor, at)
    session.flush()
    return before != after


def _check_theirs(session: Session, actor: Actor, person_id: int, new: set[int], today: date) -> None:
    own = (Evidence.id.in_(new), Evidence.person_id.in_(same_person(person_id)), are_open(actor, today))
    # locked: what is about to be attached isn't taken away as something that backs nothing
    if len(session.scalars(select(Evidence.id).where(*own).with_for_update(of=Evidence)).all()) < len(new):
        raise NotFound(GONE)


def _write_link(
    session: Session,
    subject: Subject,
    evidence_id: int,
    is_attached: bool,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    link = session.scalar(select(EvidenceLink).where(_are_of(subject), EvidenceLink.evidence_id == evidence_id))
    if link is None:
        kind, number = subject
        link = EvidenceLink(
            evidence_id=evidence_id, subject_kind=kind, subject_id=number, no=0, recorded_at=at, recorded_by=actor.key
        )
        session.add(link)
    link.is_attached = is_attached
    link.no += 1
    session.flush()
    version = EvidenceLinkVersion(link_id=link.id, is_attached=is_attached, no=link.no, reason=reason)
    version.recorded_at, version.recorded_by = at, actor.key
    session.add(version)


def _are_of(subject: Subject) -> ColumnElement[bool]:
    kind, number = subject
    return and_(EvidenceLink.subject_kind == kind, EvidenceLink.subject_id == number)
