"""Trainings that lead to a credential: their sessions, who is in them, and who was there for how long."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _TrainingValues:
    """What a training says, in the record and in each of its versions."""

    credential: Mapped[str] = mapped_column(String(40))
    """The one that it leads to."""
    title: Mapped[str]
    is_online: Mapped[bool]
    place: Mapped[str | None]
    trainers: Mapped[str | None]
    seats: Mapped[int | None]
    """None where nobody has said how many."""
    state: Mapped[str] = mapped_column(String(10))
    """`offered` or `called_off`."""


class Training(Numbered, Recorded, _TrainingValues, Base):
    """A course that an organization offers."""

    __tablename__ = "training"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    no: Mapped[int]


class TrainingVersion(Version, _TrainingValues, Base):
    """What a training was at a moment."""

    __tablename__ = "training_version"

    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)


class _SessionValues:
    """What a session says, in the record and in each of its versions."""

    held_on: Mapped[date]
    from_minute: Mapped[int]
    """Of the day, in the organization's zone: 540 is nine in the morning."""
    until_minute: Mapped[int]
    is_dropped: Mapped[bool]
    """True where it isn't part of the training any more."""


class TrainingSession(Numbered, Recorded, _SessionValues, Base):
    """One meeting of a training."""

    __tablename__ = "training_session"
    __table_args__ = (CheckConstraint("0 <= from_minute AND from_minute < until_minute", name="some_minutes"),)

    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True)
    no: Mapped[int]


class TrainingSessionVersion(Version, _SessionValues, Base):
    """What a session was at a moment."""

    __tablename__ = "training_session_version"

    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), index=True)


class _EnrollmentValues:
    """How somebody is in a training, in the record and in each of its versions."""

    state: Mapped[str] = mapped_column(String(12))
    """`applied`, `accepted`, `waiting_list`, `declined` or `withdrew`."""
    completed_on: Mapped[date | None]
    completed_by: Mapped[str | None]
    """Who says that it is complete, by name."""
    completed_reason: Mapped[str | None]
    """Why it is, where the minutes alone don't say so."""


class Enrollment(Numbered, Recorded, _EnrollmentValues, Base):
    """One person in one training."""

    __tablename__ = "enrollment"
    __table_args__ = (UniqueConstraint("training_id", "person_id"),)

    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    no: Mapped[int]


class EnrollmentVersion(Version, _EnrollmentValues, Base):
    """How somebody was in a training at a moment."""

    __tablename__ = "enrollment_version"

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"), index=True)


class TrainingAttendance(Numbered, Recorded, Base):
    """How many minutes somebody was there in one session; `minutes` None where what was noted was taken back."""

    __tablename__ = "training_attendance"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="no_less_than_none"),
        UniqueConstraint("enrollment_id", "session_id"),
    )

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"), index=True)
    minutes: Mapped[int | None]
    no: Mapped[int]


class TrainingAttendanceVersion(Version, Base):
    """What was noted at a moment."""

    __tablename__ = "training_attendance_version"

    attendance_id: Mapped[int] = mapped_column(ForeignKey("training_attendance.id"), index=True)
    minutes: Mapped[int | None]


class _ElsewhereValues:
    """What is known of a training elsewhere, in the record and in each of its versions."""

    credential: Mapped[str] = mapped_column(String(40))
    provider: Mapped[str]
    completed_on: Mapped[date]
    minutes: Mapped[int | None]
    """As the paper states them; None where it doesn't."""
    proof: Mapped[str] = mapped_column(String(10))
    """`on_paper`."""
    proof_seen_by: Mapped[str]
    """Who says that there is a paper."""
    state: Mapped[str] = mapped_column(String(10))
    """`recorded` or `withdrawn`."""


class TrainingElsewhere(Numbered, Recorded, _ElsewhereValues, Base):
    """A training that somebody completed with another provider, known by its certificate alone."""

    __tablename__ = "training_elsewhere"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    no: Mapped[int]


class TrainingElsewhereVersion(Version, _ElsewhereValues, Base):
    """What was known of it at a moment."""

    __tablename__ = "training_elsewhere_version"

    elsewhere_id: Mapped[int] = mapped_column(ForeignKey("training_elsewhere.id"), index=True)
