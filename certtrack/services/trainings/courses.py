"""Trainings that an organization offers, with their sessions: planned, amended by versions, called off."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Training, TrainingAttendance, TrainingSession
from certtrack.security import Actor
from certtrack.services.locking import lock_current
from certtrack.services.trainings.problems import Impossible
from certtrack.services.trainings.rights import check_can_run
from certtrack.services.trainings.versions import add_version


@dataclass(frozen=True, slots=True)
class NewTraining:
    """What a training is to say; None where nobody has said it."""

    credential: str
    title: str
    is_online: bool
    place: str | None = None
    trainers: str | None = None
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """When a session is held, in minutes of the day. `id` is that of one on record, None for a new one."""

    held_on: date
    from_minute: int
    until_minute: int
    id: int | None = None


def plan_training(
    session: Session,
    organization_id: int,
    new: NewTraining,
    sessions: Sequence[NewSession],
    *,
    actor: Actor,
    at: datetime,
) -> Training:
    """Put a training on record as offered. Raises NotAllowed where the actor doesn't run trainings here."""
    check_can_run(actor, organization_id)
    training = Training(
        organization_id=organization_id,
        **asdict(new),
        state="offered",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(training)
    session.flush()
    add_version(session, training, "planned", actor=actor, at=at)
    for one in sessions:
        _add_session(session, training, one, actor, at)
    return training


def amend_training(
    session: Session,
    training: Training,
    new: NewTraining,
    sessions: Sequence[NewSession],
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct a training and its sessions; False, and nothing written, where nothing is different.

    A session that isn't named any more is dropped. Raises StaleRecord where somebody else was first; Impossible
    where a session would go, or grow shorter, of which more is noted than would be left.
    """
    check_can_run(actor, training.organization_id)
    lock_current(session, training, expected_no)
    changed = {name: value for name, value in asdict(new).items() if getattr(training, name) != value}
    for name, value in changed.items():
        setattr(training, name, value)
    touched = _amend_sessions(session, training, sessions, actor, at)
    if changed or touched:  # the training's number tells of its sessions too
        add_version(session, training, "amended", actor=actor, at=at, changed=sorted(changed), sessions=touched)
    return bool(changed or touched)


def call_off(
    session: Session, training: Training, reason: str, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Say that it isn't held. What was noted stays. Raises StaleRecord, and Impossible where it is so already."""
    check_can_run(actor, training.organization_id)
    lock_current(session, training, expected_no)
    if training.state == "called_off":
        raise Impossible("called_off", "This training was called off already.")
    training.state = "called_off"
    add_version(session, training, "called_off", actor=actor, at=at, reason=reason)


def list_sessions(session: Session, training_id: int) -> list[TrainingSession]:
    """The sessions that are part of it, in the order of their days."""
    query = select(TrainingSession).where(
        TrainingSession.training_id == training_id, TrainingSession.is_dropped.is_(False)
    )
    return list(
        session.scalars(query.order_by(TrainingSession.held_on, TrainingSession.from_minute, TrainingSession.id))
    )


def _amend_sessions(
    session: Session, training: Training, wanted: Iterable[NewSession], actor: Actor, at: datetime
) -> list[int]:
    """The numbers of those that were added, changed or dropped."""
    known = {one.id: one for one in list_sessions(session, training.id)}
    touched = []
    for new in wanted:
        one = known.pop(new.id, None) if new.id is not None else None
        if one is None:
            touched.append(_add_session(session, training, new, actor, at))
        elif (one.held_on, one.from_minute, one.until_minute) != (new.held_on, new.from_minute, new.until_minute):
            _check_room(session, one, new.until_minute - new.from_minute)
            one.held_on, one.from_minute, one.until_minute = new.held_on, new.from_minute, new.until_minute
            add_version(session, one, "moved", actor=actor, at=at)
            touched.append(one.id)
    for one in known.values():
        _check_room(session, one, -1)
        one.is_dropped = True
        add_version(session, one, "dropped", actor=actor, at=at)
        touched.append(one.id)
    return touched


def _add_session(session: Session, training: Training, new: NewSession, actor: Actor, at: datetime) -> int:
    one = TrainingSession(
        training_id=training.id,
        held_on=new.held_on,
        from_minute=new.from_minute,
        until_minute=new.until_minute,
        is_dropped=False,
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(one)
    session.flush()
    add_version(session, one, "planned", actor=actor, at=at)
    return one.id


def _check_room(session: Session, one: TrainingSession, minutes: int) -> None:
    noted = select(TrainingAttendance.id).where(TrainingAttendance.session_id == one.id)
    if session.scalar(noted.where(TrainingAttendance.minutes > minutes).limit(1)) is not None:
        raise Impossible(
            "more_noted",
            f"In the session of {one.held_on} more is noted than would be left of it. Amend the attendance first.",
        )
