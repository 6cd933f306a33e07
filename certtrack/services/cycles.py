"""Cycles: opened with their day, amended by versions, closed. Each change arms the stages that are still to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Certification, Cycle, CycleVersion
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.facts import DueSource
from certtrack.security import Actor
from certtrack.services.reminders.arming import recall
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.rulebook import Rulebook, pin
from certtrack.services.standing import project_spans


@dataclass(frozen=True, slots=True)
class NewCycle:
    """What is known of a cycle that is to be opened; days are included.

    `armed_on`: stages of earlier days are never mailed. `cause_key`: the operation on many that opens it, None for a
    person's own act. `release_by_name`: it was past its day when it came, so nothing is mailed until a person says so.
    """

    start_on: date
    due_on: date
    due_source: DueSource
    armed_on: date
    computed_due_on: date | None = None
    evidence: str | None = None
    cause_key: str | None = None
    release_by_name: bool = False


def open_cycle(
    session: Session, rulebook: Rulebook, certification: Certification, new: NewCycle, *, actor: Actor, at: datetime
) -> Cycle:
    """Open a cycle and store it. Raises BadInput where it is due before it starts, or is there already."""
    _check_days(new.start_on, new.due_on)
    _check_free(session, certification.id, new.due_on, None)
    cycle = Cycle(
        certification_id=certification.id,
        start_on=new.start_on,
        due_on=new.due_on,
        due_source=new.due_source,
        computed_due_on=new.computed_due_on,
        closed_on=None,
        is_withdrawn=False,
        evidence=new.evidence,
        pack_version_id=_pin(session, rulebook, certification, new.due_on, at),
        no=0,
        next_stage_on=new.armed_on,
        armed_on=new.armed_on,
        cause_id=get_cause(session, new.cause_key, at).id if new.cause_key else None,
        release_by_name=new.release_by_name,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(cycle)
    session.flush()
    _add_version(session, rulebook, certification, cycle, "opened", None, actor, at)
    return cycle


def move_due_day(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    due_on: date,
    *,
    due_source: DueSource,
    computed_due_on: date | None,
    armed_on: date,
    reason: str | None,
    evidence: str | None = None,
    cause_key: str | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Amend the day of an open cycle. Stages before `armed_on` are over; the coming ones of the new day are armed.

    Raises BadInput where it would be due before it starts, or on another cycle's day: two mails would go out for it;
    Refused where the cycle is closed or withdrawn.
    """
    _check_open(cycle, f"moved to {due_on}")
    _check_days(cycle.start_on, due_on)
    _check_free(session, cycle.certification_id, due_on, cycle.id)
    certification = cycle.certification
    if due_on != cycle.due_on:
        cycle.armed_on = armed_on
        cycle.release_by_name = cycle.release_by_name and due_on < armed_on
        cycle.cause_id = get_cause(session, cause_key, at).id if cause_key else None
        cycle.evidence = None  # it was the former day's
    cycle.due_on, cycle.due_source, cycle.computed_due_on = due_on, due_source, computed_due_on
    cycle.evidence = evidence or cycle.evidence
    cycle.next_stage_on = armed_on
    cycle.pack_version_id = _pin(session, rulebook, certification, due_on, at)
    _add_version(session, rulebook, certification, cycle, "moved", reason, actor, at)


def close_cycle(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    closed_on: date,
    *,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """From `closed_on` on, that day included, this cycle no longer speaks and nothing more is mailed for it.

    Raises Refused where it is closed already, or withdrawn; BadInput for a day on or before its first.
    """
    _check_open(cycle, f"closed on {closed_on}")
    if closed_on <= cycle.start_on:
        raise BadInput(f"The cycle began on {cycle.start_on}; it can't be closed on {closed_on}.")
    cycle.closed_on, cycle.next_stage_on = closed_on, None
    recall(session, [cycle.id], "cycle_closed", at)
    _add_version(session, rulebook, cycle.certification, cycle, "closed", reason, actor, at)


def reopen_cycle(
    session: Session, rulebook: Rulebook, cycle: Cycle, today: date, *, reason: str | None, actor: Actor, at: datetime
) -> None:
    """The cycle speaks again: its closing was a mistake. What it would tell `today` is looked at anew.

    Raises Refused where it is open, or withdrawn.
    """
    if cycle.is_withdrawn or cycle.closed_on is None:
        raise Refused(f"The cycle due on {cycle.due_on} isn't closed, so it can't be opened again.")
    cycle.closed_on, cycle.next_stage_on = None, today
    _add_version(session, rulebook, cycle.certification, cycle, "reopened", reason, actor, at)


def withdraw_cycle(
    session: Session, rulebook: Rulebook, cycle: Cycle, *, reason: str | None, actor: Actor, at: datetime
) -> None:
    """The cycle was put on record by mistake: it never speaks, and nothing more is mailed for it.

    Raises Refused where it is closed already, or withdrawn.
    """
    _check_open(cycle, "withdrawn")
    cycle.is_withdrawn, cycle.next_stage_on = True, None
    recall(session, [cycle.id], "cycle_closed", at)
    _add_version(session, rulebook, cycle.certification, cycle, "withdrawn", reason, actor, at)


def list_cycles(session: Session, certification_id: int) -> list[Cycle]:
    """The cycles that weren't withdrawn, oldest first."""
    query = select(Cycle).where(Cycle.certification_id == certification_id, Cycle.is_withdrawn.is_(False))
    return list(session.scalars(query.order_by(Cycle.start_on, Cycle.id)))


def find_open_cycle(session: Session, certification_id: int) -> Cycle | None:
    """The newest cycle that is open, None where all are closed or there is none."""
    return pick_open(list_cycles(session, certification_id))


def pick_open(cycles: Iterable[Cycle]) -> Cycle | None:
    """The newest of these cycles that is open; None where none is."""
    still_open = (cycle for cycle in cycles if cycle.closed_on is None)
    return max(still_open, key=lambda cycle: (cycle.start_on, cycle.id), default=None)


def get_cycle(session: Session, cycle_id: int) -> Cycle:
    """The cycle. Raises NotFound."""
    cycle = session.get(Cycle, cycle_id)
    if cycle is None:
        raise NotFound(f"There is no cycle with the number {cycle_id}.")
    return cycle


def _check_open(cycle: Cycle, wanted: str) -> None:
    if cycle.is_withdrawn:
        raise Refused(f"The cycle due on {cycle.due_on} was withdrawn; it can't be {wanted}.")
    if cycle.closed_on is not None:
        raise Refused(f"The cycle due on {cycle.due_on} was closed on {cycle.closed_on}; it can't be {wanted}.")


def _check_days(start_on: date, due_on: date) -> None:
    if due_on <= start_on:
        raise BadInput(f"A cycle ends after it starts: it can't start on {start_on} and be due on {due_on}.")


def _check_free(session: Session, certification_id: int, due_on: date, but: int | None) -> None:
    if any(other.due_on == due_on and other.id != but for other in list_cycles(session, certification_id)):
        raise BadInput(f"There is a cycle that is due on {due_on} already.")


def _pin(session: Session, rulebook: Rulebook, certification: Certification, due_on: date, at: datetime) -> int:
    return pin(session, rulebook.packs.get(certification.pack_key, on=due_on), at)


def _add_version(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    cycle: Cycle,
    what: str,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    cycle.no += 1
    values: dict[str, Any] = {
        name: getattr(cycle, name)
        for name in (
            "start_on",
            "due_on",
            "due_source",
            "computed_due_on",
            "closed_on",
            "is_withdrawn",
            "evidence",
            "pack_version_id",
        )
    }
    session.add(
        CycleVersion(cycle_id=cycle.id, no=cycle.no, reason=reason, recorded_at=at, recorded_by=actor.key, **values),
    )
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=f"cycle.{what}",
        subject=("cycle", cycle.id),
        people=[certification.person_id],
        details={**values, "no": cycle.no, "reason": reason},
    )
    project_spans(session, rulebook, [certification.id], at=at)
