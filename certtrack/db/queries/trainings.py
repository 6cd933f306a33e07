"""Who was in which training, and for how long in each session: as on record now, or as it was known at a moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, select
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
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.training import EnrollmentState, SessionFact

People = Sequence[int] | CompoundSelect[int]
"""Numbers of people, or what selects them."""
_SessionRow = tuple[int, int, TrainingSessionVersion]


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
    """A training completed with another provider. `no` is the record's version now.

    `minutes` None where the paper doesn't state them.
    """

    id: int
    no: int
    credential: str
    provider: str
    completed_on: date
    minutes: int | None
    proof: str
    proof_seen_by: str


def load_trainings(
    session: Session,
    *,
    people: People = (),
    enrollment_ids: Sequence[int] = (),
    known_at: datetime | None = None,
) -> list[TrainingFacts]:
    """The trainings of these people, or these enrollments, the oldest record first; one query."""
    which = Enrollment.id.in_(enrollment_ids) if enrollment_ids else Enrollment.person_id.in_(people)
    return make_trainings(*ask_together(session, *select_trainings(which, known_at)))


def select_trainings(which: ColumnElement[bool], known_at: datetime | None = None) -> tuple[AnySelect, ...]:
    """The enrollments that `which` is true of with their trainings, their sessions, and what was attended."""
    enrollments = (
        select(Enrollment, EnrollmentVersion, TrainingVersion)
        .select_from(Enrollment)
        .join(EnrollmentVersion, _is_known(EnrollmentVersion, "enrollment_id", Enrollment, known_at))
        .join(Training, Training.id == Enrollment.training_id)
        .join(TrainingVersion, _is_known(TrainingVersion, "training_id", Training, known_at))
        .where(which)
    )
    in_these = TrainingSession.training_id.in_(select(Enrollment.training_id).where(which))
    return enrollments, _select_sessions(in_these, known_at), _select_attended(which, known_at)


def make_trainings(
    rows: Iterable[tuple[Enrollment, EnrollmentVersion, TrainingVersion]],
    held: Iterable[_SessionRow],
    attended: Iterable[tuple[int, int, int | None]],
) -> list[TrainingFacts]:
    """What `load_trainings` gives, of the rows of `select_trainings`."""
    sessions, there = _make_sessions(held), _make_attended(attended)
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
            attended=there[enrollment.id],
        )
        for enrollment, said, training in sorted(rows, key=lambda row: row[0].id)
    ]


def list_session_facts(
    session: Session, training_ids: set[int], known_at: datetime | None = None
) -> dict[int, list[SessionFact]]:
    """By training its sessions, numbered by their days; one query. A training without any has an empty list."""
    query = _select_sessions(TrainingSession.training_id.in_(training_ids), known_at)
    return _make_sessions(ask_together(session, query)[0])


def _select_sessions(which: ColumnElement[bool], known_at: datetime | None) -> Select[int, int, TrainingSessionVersion]:
    return (
        select(TrainingSession.training_id, TrainingSession.id, TrainingSessionVersion)
        .select_from(TrainingSession)
        .join(TrainingSessionVersion, _is_known(TrainingSessionVersion, "session_id", TrainingSession, known_at))
        .where(which, TrainingSessionVersion.is_dropped.is_(False))
    )


def _make_sessions(rows: Iterable[_SessionRow]) -> dict[int, list[SessionFact]]:
    found: dict[int, list[SessionFact]] = defaultdict(list)
    for training_id, number, said in sorted(rows, key=lambda row: (row[2].held_on, row[2].from_minute, row[1])):
        place = len(found[training_id]) + 1
        found[training_id].append(SessionFact(number, place, said.held_on, said.until_minute - said.from_minute))
    return found


def load_elsewhere(session: Session, people: People, known_at: datetime | None = None) -> list[ElsewhereFacts]:
    """The trainings elsewhere that are on these people's record, oldest first; one that was withdrawn is left out."""
    return make_elsewhere(ask_together(session, select_elsewhere(people, known_at))[0])


def select_elsewhere(people: People, known_at: datetime | None = None) -> Select[int, int, TrainingElsewhereVersion]:
    """What `load_elsewhere` asks for."""
    version = TrainingElsewhereVersion
    return (
        select(TrainingElsewhere.id, TrainingElsewhere.no, version)
        .select_from(TrainingElsewhere)
        .join(version, _is_known(version, "elsewhere_id", TrainingElsewhere, known_at))
        .where(TrainingElsewhere.person_id.in_(people), version.state == "recorded")
    )


def make_elsewhere(rows: Iterable[tuple[int, int, TrainingElsewhereVersion]]) -> list[ElsewhereFacts]:
    """These rows as facts, the oldest first."""
    names = ("credential", "provider", "completed_on", "minutes", "proof", "proof_seen_by")
    ordered = sorted(rows, key=lambda row: (row[2].completed_on, row[0]))
    return [ElsewhereFacts(number, no, **{name: getattr(said, name) for name in names}) for number, no, said in ordered]


def _select_attended(which: ColumnElement[bool], known_at: datetime | None) -> Select[int, int, int | None]:
    noted, version = TrainingAttendance, TrainingAttendanceVersion
    return (
        select(noted.enrollment_id, noted.session_id, version.minutes)
        .select_from(noted)
        .join(version, _is_known(version, "attendance_id", noted, known_at))
        .where(noted.enrollment_id.in_(select(Enrollment.id).where(which)))
    )


def _make_attended(rows: Iterable[tuple[int, int, int | None]]) -> dict[int, dict[int, int]]:
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
