"""Two readings of one due day, the stated and the computed: a person decides which of them is right."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Finding, Reminder
from certtrack.errors import Refused
from certtrack.security import Actor
from certtrack.services.cycles import find_open_cycle, move_due_day
from certtrack.services.findings import open_finding, settle_finding
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.rulebook import Rulebook

KINDS = ("stated_day_differs", "expires_earlier")
"""Findings that hold two readings; of the second kind those alone whose earlier day differs from the rule's too."""
Choice = Literal["stated", "computed"]


def find_two_readings(session: Session, finding: Finding) -> Cycle | None:
    """The open cycle in which both days of the finding still stand as readings; None where the record has changed."""
    if not has_two_days(finding):
        return None
    open_cycles = (find_open_cycle(session, number) for number in _list_certifications(session, finding))
    return next((cycle for cycle in open_cycles if cycle is not None and says_both(finding, cycle)), None)


def has_two_days(finding: Finding) -> bool:
    """True for a finding that held two readings when it was made."""
    return finding.kind in KINDS and finding.details.get("computed") is not None


def says_both(finding: Finding, cycle: Cycle) -> bool:
    """True where both days of a finding that held two readings are the cycle's, as it stands."""
    stated, computed = (date.fromisoformat(finding.details[name]) for name in ("stated", "computed"))
    return (cycle.due_source, cycle.due_on, cycle.computed_due_on) == ("stated", stated, computed)


def decide_day(
    session: Session, rulebook: Rulebook, finding: Finding, choice: Choice, *, actor: Actor, at: datetime
) -> None:
    """Settle the finding by one of its two days: from now on the cycle has that one reading alone.

    The stated day stands as it is, and the computed one goes; nothing is mailed about it. The computed day moves the
    due day, which its holder is told once. Raises Refused where it was settled meanwhile, or the record has changed.
    """
    cycle = find_two_readings(session, finding)
    settle_finding(session, finding, choice, actor=actor, at=at)
    if cycle is None:
        raise Refused("The record has changed since: look at it again before you decide.")
    computed_due_on = cycle.computed_due_on
    pack = rulebook.packs.get(cycle.certification.pack_key, on=cycle.due_on)
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    if choice == "stated":
        _arm_after_told(session, cycle)
    move_due_day(
        session,
        rulebook,
        cycle,
        computed_due_on if choice == "computed" and computed_due_on else cycle.due_on,
        due_source="computed" if choice == "computed" else "stated",
        computed_due_on=computed_due_on if choice == "computed" else None,
        armed_on=today,
        reason=f"finding:{finding.id}",
        actor=actor,
        at=at,
    )


def note_other_day(
    session: Session, certification: Certification, due_on: date, computed: date | None, *, actor: Actor, at: datetime
) -> None:
    """Put it on record as a finding that a certificate states another day than the rule, which may give None."""
    days = {"stated": str(due_on), "computed": str(computed) if computed else None}
    open_finding(
        session,
        "stated_day_differs",
        f"certification:{certification.id}:{due_on}",
        organization_id=certification.organization_id,
        person_id=certification.person_id,
        certification_id=certification.id,
        details={"credential": certification.credential} | days,
        actor=actor,
        at=at,
    )


def _arm_after_told(session: Session, cycle: Cycle) -> None:
    """A stage that was told by the other reading isn't told again: its row has that reading's day in its key."""
    told_on = session.scalar(
        select(func.max(Reminder.stage_on)).where(
            Reminder.subject_kind == "cycle", Reminder.subject_id == cycle.id, Reminder.state.in_(SPOKEN)
        )
    )
    if told_on is not None:
        cycle.armed_on = max(cycle.armed_on, told_on + timedelta(days=1))


def _list_certifications(session: Session, finding: Finding) -> list[int]:
    if finding.certification_id is not None:
        return [finding.certification_id]
    query = select(Certification.id).where(
        Certification.person_id == finding.person_id,
        Certification.organization_id == finding.organization_id,
        Certification.credential == finding.details.get("credential"),
    )
    return list(session.scalars(query.order_by(Certification.id)))
