"""The attendance sheet: who was there, in minutes by session. Saved whole or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, Training, TrainingAttendance, TrainingSession
from certtrack.errors import NotFound, StaleRecord
from certtrack.security import Actor
from certtrack.services.locking import lock_current
from certtrack.services.trainings.courses import list_sessions
from certtrack.services.trainings.problems import Impossible
from certtrack.services.trainings.rights import check_can_run, check_is_not_own, today_of
from certtrack.services.trainings.versions import add_version

Cell = tuple[int, int]
"""An enrollment and a session."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is on record of a cell. `minutes` None where nothing is noted; `no` 0 where nothing ever was."""

    minutes: int | None
    no: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody writes into a cell, having seen the version `expected_no` of it."""

    enrollment_id: int
    session_id: int
    minutes: int | None
    expected_no: int


class StaleAttendance(StaleRecord):
    """Somebody else has written into these cells meanwhile; nothing was written. `found`: what is on record now."""

    def __init__(self, found: Mapping[Cell, Noted]) -> None:
        super().__init__("Somebody else has changed this sheet meanwhile, so nothing was written. Look at it again.")
        self.found = found


def record_attendance(
    session: Session, training: Training, marks: Iterable[Mark], *, actor: Actor, at: datetime
) -> int:
    """Write down who was there; how many cells changed. A mark that says what is on record already changes none.

    Raises NotAllowed where the actor doesn't run this training; Impossible for their own cell, for somebody who wasn't
    accepted, for a session to come, where the training is complete for them, and for more minutes than the session has;
    NotFound for a cell that isn't on this sheet; StaleAttendance where somebody else was first.
    """
    check_can_run(actor, training.organization_id)
    lock_current(session, training)  # two who write one sheet do so one after the other
    asked = list(marks)
    noted = _load_rows(session, training)
    found = {cell: Noted(row.minutes, row.no) for cell, row in noted.items()}
    stale = {}
    new: list[Mark] = []
    for mark in asked:
        cell = (mark.enrollment_id, mark.session_id)
        now = found.get(cell, Noted(None, 0))
        if mark.minutes == now.minutes:
            continue
        if mark.expected_no != now.no:
            stale[cell] = now
        new.append(mark)
    if stale:
        raise StaleAttendance(stale)
    _check_marks(session, training, new, actor, at)
    for mark in new:
        _write(session, noted, mark, actor, at)
    return len(new)


def load_noted(session: Session, training: Training) -> dict[Cell, Noted]:
    """What is on record of each cell of the sheet; one that nobody ever wrote into is no key."""
    return {cell: Noted(row.minutes, row.no) for cell, row in _load_rows(session, training).items()}


def _load_rows(session: Session, training: Training) -> dict[Cell, TrainingAttendance]:
    query = select(TrainingAttendance).join(Enrollment, Enrollment.id == TrainingAttendance.enrollment_id)
    rows = session.scalars(query.where(Enrollment.training_id == training.id).execution_options(populate_existing=True))
    return {(row.enrollment_id, row.session_id): row for row in rows}


def _check_marks(session: Session, training: Training, marks: Sequence[Mark], actor: Actor, at: datetime) -> None:
    today = today_of(session, training, at)
    sessions = {one.id: one for one in list_sessions(session, training.id)}
    for mark in marks:
        one, enrollment = sessions.get(mark.session_id), session.get(Enrollment, mark.enrollment_id)
        if one is None or enrollment is None or enrollment.training_id != training.id:
            raise NotFound("This sheet has no such cell.")
        check_is_not_own(session, actor, enrollment.person_id)
        if enrollment.state != "accepted":
            raise Impossible("not_accepted", "Only of somebody who was accepted it is noted when they were there.")
        if enrollment.completed_on is not None:
            raise Impossible(
                "complete", "The training is complete for somebody here. Take that back first, if it was a slip."
            )
        if one.held_on > today:
            raise Impossible("session_ahead", f"The session of {one.held_on} lies ahead, so nobody was there yet.")
        _check_minutes(one, mark.minutes)


def _check_minutes(one: TrainingSession, minutes: int | None) -> None:
    longest = one.until_minute - one.from_minute
    if minutes is not None and not 0 <= minutes <= longest:
        raise Impossible(
            "too_long", f"The session of {one.held_on} is {longest} minutes long; nobody was there for {minutes}."
        )


def _write(session: Session, noted: Mapping[Cell, TrainingAttendance], mark: Mark, actor: Actor, at: datetime) -> None:
    row = noted.get((mark.enrollment_id, mark.session_id))
    if row is None:
        row = TrainingAttendance(
            enrollment_id=mark.enrollment_id,
            session_id=mark.session_id,
            no=0,
            recorded_at=at,
            recorded_by=actor.key,
        )
        session.add(row)
    row.minutes = mark.minutes
    session.flush()
    person_id = session.get_one(Enrollment, mark.enrollment_id).person_id
    add_version(
        session, row, "noted", actor=actor, at=at, person_id=person_id,
        cell=[mark.enrollment_id, mark.session_id],
    )  # fmt: skip
