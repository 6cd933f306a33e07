"""The steps of an application as they are written and read, whoever keeps the record."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, Certification, Cycle
from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.applications.typed import Sent
from certtrack.services.applications.versions import add_step_version, look_again
from certtrack.services.cycles import get_cycle
from certtrack.services.evidence.records import Subject, attach_files
from certtrack.services.rulebook import Rulebook


def make_step(cycle: Cycle, kind: str, happened_on: date, *, actor: Actor, at: datetime) -> ApplicationStep:
    """A step that is to be written."""
    return ApplicationStep(
        cycle_id=cycle.id,
        kind=kind,
        happened_on=happened_on,
        is_self_attested=False,
        is_withdrawn=False,
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )


def add_step(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    step: ApplicationStep,
    today: date,
    *,
    actor: Actor,
    at: datetime,
) -> ApplicationStep:
    """Write a step with its first version; the standing and the reminders follow."""
    session.add(step)
    session.flush()
    add_step_version(session, step, cycle, step.kind, None, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)
    return step


def add_sent(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    kind: str,
    sent: Sent,
    today: date,
    *,
    actor: Actor,
    at: datetime,
) -> ApplicationStep:
    """Write the step that sent an application on its way, with what was enclosed and its receipt."""
    step = make_step(cycle, kind, sent.sent_on, actor=actor, at=at)
    step.way, step.enclosed, step.receipt = sent.way, sent.enclosed, sent.receipt
    add_step(session, rulebook, cycle, step, today, actor=actor, at=at)
    attach_to_step(session, cycle.certification, step, sent.files, today, actor=actor, at=at)
    return step


def attach_to_step(
    session: Session,
    certification: Certification,
    step: ApplicationStep,
    files: tuple[int, ...],
    today: date,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Attach files on record to a step. Raises NotFound where one isn't the person's, BadFile for too many."""
    subject: Subject = ("application_step", step.id)
    attach_files(session, subject, certification.person_id, files, reason=None, actor=actor, at=at, today=today)


def list_steps(session: Session, cycle_id: int) -> list[ApplicationStep]:
    """The steps of a cycle's application that weren't taken back, in the order of recording."""
    query = select(ApplicationStep).where(ApplicationStep.cycle_id == cycle_id, ApplicationStep.is_withdrawn.is_(False))
    return list(session.scalars(query.order_by(ApplicationStep.id)))


def get_step(session: Session, certification: Certification, step_id: int) -> ApplicationStep:
    """A step of this certification's cycles, a withdrawn one too. Raises NotFound."""
    step = session.get(ApplicationStep, step_id)
    if step is None or get_cycle(session, step.cycle_id).certification_id != certification.id:
        raise NotFound(f"There is no step with the number {step_id}.")
    return step
