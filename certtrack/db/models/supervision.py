"""Supervision: sessions with who was there and who signed, hours of service, who may supervise, whom a rule is for."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _SessionValues:
    """What a session says, in the record and in each of its versions."""

    supervisor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    """`individual`, `group` or `observation`."""
    way: Mapped[str | None] = mapped_column(String(10))
    """`in_person` or `remote`; None where it isn't known."""
    topics: Mapped[list[Any]] = mapped_column(JSON)
    """Codes, `certtrack.rules.service.Topic`."""
    words: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(10))
    """`held` or `withdrawn`."""


class SupervisionSession(Numbered, Recorded, _SessionValues, Base):
    """One meeting of a supervisor with one or several people, within one organization."""

    __tablename__ = "supervision_session"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="some_minutes"),
        Index("ix_supervision_session_organization_id_held_on", "organization_id", "held_on"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    no: Mapped[int]


class SupervisionSessionVersion(Version, _SessionValues, Base):
    """What a session was at a moment."""

    __tablename__ = "supervision_session_version"

    session_id: Mapped[int] = mapped_column(ForeignKey("supervision_session.id"), index=True)


class Attendance(Numbered, Base):
    """Who was there, by one version of a session."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("session_id", "no", "person_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("supervision_session.id"))
    no: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Signature(Numbered, Recorded, Base):
    """One side's word for one version of a session: a later version is asked for anew. Added, never changed."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("session_id", "no", "side", "person_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("supervision_session.id"))
    no: Mapped[int]
    """The version that is signed."""
    side: Mapped[str] = mapped_column(String(10))
    """`supervisor` or `person`."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    way: Mapped[str] = mapped_column(String(10))
    """`here`, or `on_paper`: then somebody else says so."""
    said_by: Mapped[str | None]
    """Who says that there is a signed paper; None where it was signed here."""
    signed_at: Mapped[datetime]
    """From when on it counts; of a paper it is when it was recorded, since nothing counts backwards."""


class _ServiceValues:
    """What is said of hours of service, in the record and in each of its versions."""

    from_on: Mapped[date]
    until_on: Mapped[date]
    minutes: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    """`logged` or `withdrawn`."""


class ServiceSpan(Numbered, Recorded, _ServiceValues, Base):
    """How long somebody served people at one organization, over some days, both included."""

    __tablename__ = "service_span"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="from_before_until"),
        CheckConstraint("minutes >= 0", name="no_fewer_minutes"),
        Index("ix_service_span_person_id_from_on", "person_id", "from_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    no: Mapped[int]


class ServiceSpanVersion(Version, _ServiceValues, Base):
    """What a span of service was at a moment."""

    __tablename__ = "service_span_version"

    span_id: Mapped[int] = mapped_column(ForeignKey("service_span.id"), index=True)


class _QualificationValues:
    """What is said of a supervisor's qualification, in the record and in each of its versions."""

    title: Mapped[str]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """The last day, None where none is known."""
    state: Mapped[str] = mapped_column(String(10))
    """`recorded` or `withdrawn`."""


class Qualification(Numbered, Recorded, _QualificationValues, Base):
    """By what somebody may supervise under the rules of one service pack, as the organization says."""

    __tablename__ = "qualification"
    __table_args__ = (Index("ix_qualification_person_id_organization_id", "person_id", "organization_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    pack_key: Mapped[str] = mapped_column(String(60))
    no: Mapped[int]


class QualificationVersion(Version, _QualificationValues, Base):
    """What a qualification was at a moment."""

    __tablename__ = "qualification_version"

    qualification_id: Mapped[int] = mapped_column(ForeignKey("qualification.id"), index=True)


class _DutyValues:
    """How long a duty holds, in the record and in each of its versions; both days are included."""

    from_on: Mapped[date]
    until_on: Mapped[date | None]


class Duty(Numbered, Recorded, _DutyValues, Base):
    """A service pack that an organization is under for one affiliation: its own to-do, no part of a standing."""

    __tablename__ = "duty"
    __table_args__ = (UniqueConstraint("affiliation_id", "pack_key"),)

    affiliation_id: Mapped[int] = mapped_column(ForeignKey("affiliation.id"))
    pack_key: Mapped[str] = mapped_column(String(60))
    pack_version_id: Mapped[int] = mapped_column(ForeignKey("pack_version.id"))
    no: Mapped[int]


class DutyVersion(Version, _DutyValues, Base):
    """What a duty was at a moment."""

    __tablename__ = "duty_version"

    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"), index=True)
