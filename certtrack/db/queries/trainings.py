"""Who was in which training, and for how long in each session: as on record now, or as it was known at a moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import (
    Enrollment,
    EnrollmentVersion,
    Training,
    TrainingAttendance,
    TrainingAttendanceVersion,
    TrainingElsewhere,
    TrainingElsewhereVersion,
    TrainingSession,
    TrainingSessionVersion,
    TrainingVersion,
)
from certtrack.rules.training import EnrollmentState, SessionFact


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """One person in one training. `attended` is by session in minutes; what isn't noted is no key.

    `completed_by` is a name; all of the completion is None where it isn't complete.
    """

    enrollment_id: int
    person_id: int
    training_id: int
    credential: str
    title: str
    state: EnrollmentState
    completed_on: date | None
    completed_by: str | None
    completed_reason: str | None
    sessions: tuple[SessionFact, ...]
    attended: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ElsewhereFacts:
    """A training completed with another provider. `minutes` None where the paper doesn't state them."""

    id: int
    credential: str
    provider: str
    completed_on: date
    minutes: int | None
    proof: str
    proof_seen_by: str


def load_trainings(
    session: Session,
    *,
    people: Sequence[int] = (),
    enrollment_ids: Sequence[int] = (),
    known_at: datetime | None = None,
) -> list[TrainingFacts]:
    """The trainings of these people, or these enrollments, the oldest record first; a few queries in all."""
    which = Enrollment.id.in_(enrollment_ids) if enrollment_ids else Enrollment.person_id.in_(people)
    rows = session.execute(
        select(Enrollment, EnrollmentVersion, TrainingVersion)
        .select_from(Enrollment)
        .join(EnrollmentVersion, _is_known(EnrollmentVersion, "enrollment_id", Enrollment, known_at))
        .join(Training, Training.id == Enrollment.training_id)
        .join(TrainingVersion, _is_known(TrainingVersion, "training_id", Training, known_at))
        .where(which)
        .order_by(Enrollment.id)
    ).all()
    sessions = list_session_facts(session, {row[0].training_id for row in rows}, known_at)
    attended = _load_attended(session, [row[0].id for row in rows], known_at)
    return [
        TrainingFacts(
            enrollment_id=enrollment.id,
            person_id=enrollment.person_id,
            training_id=enrollment.training_id,
            credential=training.credential,
            title=training.title,
            state=cast("EnrollmentState", said.state),
            completed_on=said.completed_on,
            completed_by=said.completed_by,
            completed_reason=said.completed_reason,
            sessions=tuple(sessions[enrollment.training_id]),
            attended=attended[enrollment.id],
        )
        for enrollment, said, training in rows
    ]


def list_session_facts(
    session: Session, training_ids: set[int], known_at: datetime | None = None
) -> dict[int, list[SessionFact]]:
    """By training its sessions, numbered by their days; one query. A training without any has an empty list."""
    rows = session.execute(
        select(TrainingSession.training_id, TrainingSession.id, TrainingSessionVersion)
        .select_from(TrainingSession)
        .join(TrainingSessionVersion, _is_known(TrainingSessionVersion, "session_id", TrainingSession, known_at))
        .where(TrainingSession.training_id.in_(training_ids), TrainingSessionVersion.is_dropped.is_(False))
        .order_by(TrainingSessionVersion.held_on, TrainingSessionVersion.from_minute, TrainingSession.id)
    )
    found: dict[int, list[SessionFact]] = defaultdict(list)
    for training_id, number, said in rows:
        place = len(found[training_id]) + 1
        found[training_id].append(SessionFact(number, place, said.held_on, said.until_minute - said.from_minute))
    return found


def load_elsewhere(session: Session, people: Sequence[int], known_at: datetime | None = None) -> list[ElsewhereFacts]:
    """The trainings elsewhere that are on these people's record, oldest first; one that was withdrawn is left out."""
    version = TrainingElsewhereVersion
    rows = session.execute(
        select(TrainingElsewhere.id, version)
        .select_from(TrainingElsewhere)
        .join(version, _is_known(version, "elsewhere_id", TrainingElsewhere, known_at))
        .where(TrainingElsewhere.person_id.in_(people), version.state == "recorded")
        .order_by(version.completed_on, TrainingElsewhere.id)
    )
    names = ("credential", "provider", "completed_on", "minutes", "proof", "proof_seen_by")
    return [ElsewhereFacts(number, **{name: getattr(said, name) for name in names}) for number, said in rows]


def _load_attended(
    session: Session, enrollment_ids: Sequence[int], known_at: datetime | None
) -> dict[int, dict[int, int]]:
    noted, version = TrainingAttendance, TrainingAttendanceVersion
    rows = session.execute(
        select(noted.enrollment_id, noted.session_id, version.minutes)
        .select_from(noted)
        .join(version, _is_known(version, "attendance_id", noted, known_at))
        .where(noted.enrollment_id.in_(enrollment_ids))
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for enrollment_id, session_id, minutes in rows:
        if minutes is not None:
            found[enrollment_id][session_id] = minutes
    return found


def _is_known(version: Any, owner: str, record: Any, known_at: datetime | None) -> ColumnElement[bool]:  # noqa: ANN401  # any record with its versions
    """Joins the version that the record has now, or the latest that was on record at a moment."""
    if known_at is None:
        return and_(getattr(version, owner) == record.id, version.no == record.no)
    then = aliased(version)
    latest = select(func.max(then.id)).where(getattr(then, owner) == record.id, then.recorded_at <= known_at)
    found: ColumnElement[bool] = version.id == latest.correlate(record).scalar_subquery()
    return found
