"""Exams: sittings with their seats, who has one, and what came of each attempt."""

from datetime import date, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _SittingValues:
    """What is known of a sitting, in the record and in each of its versions."""

    held_on: Mapped[date]
    place: Mapped[str | None]
    """None where it is held online."""
    begins_at: Mapped[time | None] = mapped_column(Time)
    """The hour of the day, where the sitting's organization is; None where nobody said."""
    to_bring: Mapped[str | None]
    """What people are to bring, in the words of whoever arranged it; None where nobody said."""
    seats: Mapped[int]
    pass_mark: Mapped[int | None]
    """Hundredths of a percent that this sitting asks for, where it was told; None: what the rules say."""
    is_called_off: Mapped[bool]


class ExamSitting(Numbered, Recorded, _SittingValues, Base):
    """An exam that an organization holds for one credential on one day."""

    __tablename__ = "exam_sitting"
    __table_args__ = (
        CheckConstraint("seats > 0", name="some_seats"),
        Index("ix_exam_sitting_organization_id_held_on", "organization_id", "held_on"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    credential: Mapped[str] = mapped_column(String(40))
    no: Mapped[int]


class ExamSittingVersion(Version, _SittingValues, Base):
    """What a sitting was at a moment."""

    __tablename__ = "exam_sitting_version"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"), index=True)


class ExamRegistration(Numbered, Recorded, Base):
    """One person's seat in a sitting; withdrawn, it is free again."""

    __tablename__ = "exam_registration"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"),)

    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sitting.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_withdrawn: Mapped[bool]
    no: Mapped[int]


class ExamRegistrationVersion(Version, Base):
    """What a registration was at a moment."""

    __tablename__ = "exam_registration_version"

    registration_id: Mapped[int] = mapped_column(ForeignKey("exam_registration.id"), index=True)
    is_withdrawn: Mapped[bool]


class _ResultValues:
    """What came of an attempt, in the record and in each of its versions."""

    taken_on: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(16))
    """`passed`, `not_passed_yet`, `not_established` (a score, and no pass mark to hold it against), `not_known`."""
    outcome_by: Mapped[str | None] = mapped_column(String(12))
    """`stated` or `pass_mark`: what the outcome rests on; None where there is none."""
    route: Mapped[str] = mapped_column(String(10))
    """`first` or `way_back`."""
    attempt: Mapped[int | None]
    """Which attempt within its route, from 1; None where nobody said."""
    score: Mapped[int | None]
    """Hundredths of a percent; None where only the outcome is known, or only the sitting."""
    is_withdrawn: Mapped[bool]


class ExamResult(Numbered, Recorded, _ResultValues, Base):
    """One person's attempt on a day. Known only as a sitting, its outcome is `not_known` and sets no day."""

    __tablename__ = "exam_result"
    __table_args__ = (Index("ix_exam_result_person_id_credential", "person_id", "credential"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    credential: Mapped[str] = mapped_column(String(40))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("exam_sitting.id"), index=True)
    """The sitting, None for one that was held elsewhere."""
    no: Mapped[int]


class ExamResultVersion(Version, _ResultValues, Base):
    """What an exam result was at a moment."""

    __tablename__ = "exam_result_version"

    exam_result_id: Mapped[int] = mapped_column(ForeignKey("exam_result.id"), index=True)
