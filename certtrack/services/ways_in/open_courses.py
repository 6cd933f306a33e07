"""What is open to whoever wants to be certified: trainings that haven't begun, and exam sittings to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, ExamRegistration, ExamSitting, Organization, Training, TrainingSession
from certtrack.errors import NotFound

_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class OpenTraining:
    """A training that is still to begin. `taken` seats are those of people who are accepted."""

    training: Training
    organization: str
    first_on: date
    last_on: date
    sessions: int
    minutes: int
    taken: int

    @property
    def left(self) -> int | None:
        """How many seats are left; None where nobody has said how many there are."""
        return None if self.training.seats is None else max(0, self.training.seats - self.taken)


@dataclass(frozen=True, slots=True)
class OpenSitting:
    """An exam sitting to come. Its seats are given by who holds it; `is_mine`: the reader has one."""

    sitting: ExamSitting
    organization: str
    taken: int
    is_mine: bool

    @property
    def left(self) -> int:
        """How many seats are left."""
        return max(0, self.sitting.seats - self.taken)


def list_open_trainings(session: Session, today: date) -> list[OpenTraining]:
    """Those whose first session is after today, the next one first, 50 at most; one statement."""
    days = _sum_sessions()
    query = _select_trainings(days).where(Training.state == "offered", days.c.first_on > today)
    rows = session.execute(query.order_by(days.c.first_on, Training.id).limit(_AT_MOST))
    return [OpenTraining(*row) for row in rows]


def get_open_training(session: Session, training_id: int, today: date) -> OpenTraining:
    """One of them. Raises NotFound, alike for one that has begun or was called off."""
    days = _sum_sessions()
    query = _select_trainings(days).where(
        Training.id == training_id, Training.state == "offered", days.c.first_on > today
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("This training isn't open any more.")
    return OpenTraining(*row)


def list_open_sittings(session: Session, people: Sequence[int], today: date) -> list[OpenSitting]:
    """Exam sittings of today and later, the next one first, 50 at most; one statement. `people`: who reads."""
    seats = select(func.count(ExamRegistration.id)).where(
        ExamRegistration.sitting_id == ExamSitting.id, ExamRegistration.is_withdrawn.is_(False)
    )
    mine = seats.where(ExamRegistration.person_id.in_(people))
    query = (
        select(ExamSitting, Organization.name, seats.scalar_subquery(), mine.scalar_subquery())
        .join(Organization, Organization.id == ExamSitting.organization_id)
        .where(ExamSitting.held_on >= today, ExamSitting.is_called_off.is_(False))
        .order_by(ExamSitting.held_on, ExamSitting.id)
        .limit(_AT_MOST)
    )
    return [OpenSitting(sitting, name, taken, bool(own)) for sitting, name, taken, own in session.execute(query)]


def _sum_sessions() -> Subquery:
    length = TrainingSession.until_minute - TrainingSession.from_minute
    return (
        select(
            TrainingSession.training_id,
            func.min(TrainingSession.held_on).label("first_on"),
            func.max(TrainingSession.held_on).label("last_on"),
            func.count(TrainingSession.id).label("sessions"),
            func.sum(length).label("minutes"),
        )
        .where(TrainingSession.is_dropped.is_(False))
        .group_by(TrainingSession.training_id)
        .subquery()
    )


def _select_trainings(days: Subquery) -> Select[Training, str, date, date, int, int, int]:
    taken = select(func.count(Enrollment.id)).where(
        Enrollment.training_id == Training.id, Enrollment.state == "accepted"
    )
    return (
        select(
            Training, Organization.name, days.c.first_on, days.c.last_on, days.c.sessions, days.c.minutes,
            taken.scalar_subquery(),
        )
        .join(Organization, Organization.id == Training.organization_id)
        .join(days, days.c.training_id == Training.id)
    )  # fmt: skip
