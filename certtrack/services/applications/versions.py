"""Each change to a step or an intention: its version and its event; the standing and the reminders follow."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import ApplicationStep, ApplicationStepVersion, Cycle, Intention, IntentionVersion
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans

_STEP_VALUES = (
    *("happened_on", "postmarked_on", "way", "enclosed", "receipt", "reason_code", "words"),
    *("due_on", "number", "proof_seen_by", "is_self_attested", "is_withdrawn"),
)
_INTENTION_VALUES = ("said_on", "until_on", "words", "state")


def add_step_version(
    session: Session, step: ApplicationStep, cycle: Cycle, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the step is now as its next version, and the event `application.WHAT` with it."""
    values = _next_version(step, _STEP_VALUES)
    version = {"no": step.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(ApplicationStepVersion(step_id=step.id, **version, **values))
    details = values | {"kind": step.kind, "cycle": cycle.id, "no": step.no, "reason": reason}
    _record(session, f"application.{what}", step, cycle, details, actor, at)


def add_intention_version(
    session: Session, said: Intention, cycle: Cycle, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what was said as its next version, and the event `intention.WHAT` with it."""
    values = _next_version(said, _INTENTION_VALUES)
    version = {"no": said.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(IntentionVersion(intention_id=said.id, **version, **values))
    details = values | {"kind": said.kind, "cycle": cycle.id, "no": said.no, "reason": reason}
    _record(session, f"intention.{what}", said, cycle, details, actor, at)


def look_again(session: Session, rulebook: Rulebook, cycle: Cycle, today: date) -> None:
    """The standing is projected anew, and the planner looks at the cycle today: what it tells may be another thing."""
    if cycle.closed_on is None and not cycle.is_withdrawn:
        cycle.next_stage_on = min(cycle.next_stage_on or today, today)
    project_spans(session, rulebook, [cycle.certification_id])


def _next_version(record: ApplicationStep | Intention, names: tuple[str, ...]) -> dict[str, Any]:
    record.no += 1
    return {name: getattr(record, name) for name in names}


def _record(
    session: Session,
    action: str,
    subject: ApplicationStep | Intention,
    cycle: Cycle,
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=(subject.__tablename__, subject.id),
        people=[cycle.certification.person_id],
        details=details,
    )
