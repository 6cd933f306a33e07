"""Each change to a step or an intention: its version and its event; the standing and the reminders follow."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, ApplicationStepVersion, Cycle, Intention, IntentionVersion
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans
from certtrack.services.versions import make_stamp, next_values, record_change

_STEP_VALUES = (
    *("happened_on", "postmarked_on", "way", "enclosed", "receipt", "reason_code", "words"),
    *("due_on", "number", "proof_seen_by", "is_self_attested", "is_withdrawn"),
)
_INTENTION_VALUES = ("said_on", "until_on", "stage", "anchor_on", "words", "state")


def add_step_version(
    session: Session, step: ApplicationStep, cycle: Cycle, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the step is now as its next version, and the event `application.WHAT` with it."""
    values = next_values(step, _STEP_VALUES)
    session.add(ApplicationStepVersion(step_id=step.id, **make_stamp(step, reason, actor, at), **values))
    details = values | {"kind": step.kind, "cycle": cycle.id, "reason": reason}
    people = [cycle.certification.person_id]
    record_change(session, f"application.{what}", step, people, details, actor=actor, at=at)


def add_intention_version(
    session: Session, said: Intention, cycle: Cycle, what: str, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what was said as its next version, and the event `intention.WHAT` with it."""
    values = next_values(said, _INTENTION_VALUES)
    session.add(IntentionVersion(intention_id=said.id, **make_stamp(said, reason, actor, at), **values))
    details = values | {"kind": said.kind, "cycle": cycle.id, "reason": reason}
    people = [cycle.certification.person_id]
    record_change(session, f"intention.{what}", said, people, details, actor=actor, at=at)


def look_again(session: Session, rulebook: Rulebook, cycle: Cycle, today: date, *, at: datetime) -> None:
    """The standing is projected anew, and the planner looks at the cycle today: what it tells may be another thing."""
    if cycle.closed_on is None and not cycle.is_withdrawn:
        cycle.next_stage_on = min(cycle.next_stage_on or today, today)
    project_spans(session, rulebook, [cycle.certification_id], at=at)
