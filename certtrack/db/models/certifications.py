"""Certifications with their cycles and spans of standing."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certtrack.db.base import Base, Numbered, Recorded, Version
from certtrack.db.models.people import Organization, Person


class PackVersion(Numbered, Base):
    """A rule pack or a reminder policy as it was when first used: its text under its version never changes."""

    __tablename__ = "pack_version"
    __table_args__ = (UniqueConstraint("kind", "key", "version"),)

    kind: Mapped[str] = mapped_column(String(10))
    """`pack` or `policy`."""
    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str]
    first_used_at: Mapped[datetime]


class Certification(Numbered, Recorded, Base):
    """One person's credential, as one organization keeps it. `pack_key` names the rules that it goes by."""

    __tablename__ = "certification"
    __table_args__ = (
        Index(
            "uq_certification_organization_id_credential_number", "organization_id", "credential", "number", unique=True
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    credential: Mapped[str] = mapped_column(String(40))
    pack_key: Mapped[str] = mapped_column(String(60), index=True)
    number: Mapped[str | None] = mapped_column(String(60))
    issued_on: Mapped[date | None]
    projected_no: Mapped[int] = mapped_column(server_default="0")
    """How many times its spans were written: whoever computes them aside sees by it whether they still may be."""

    person: Mapped[Person] = relationship()
    organization: Mapped[Organization] = relationship()
    cycles: Mapped[list["Cycle"]] = relationship(back_populates="certification", order_by="Cycle.start_on, Cycle.id")


class StatusChange(Numbered, Recorded, Base):
    """An authority's act on a certification from a day on: suspended, restored, revoked, retired."""

    __tablename__ = "status_change"

    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    from_on: Mapped[date]
    reason: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class _CycleValues:
    """What a cycle says, in the record and in each of its versions."""

    start_on: Mapped[date]
    due_on: Mapped[date]
    due_source: Mapped[str] = mapped_column(String(10))
    """`stated`, `computed` or `extended`."""
    computed_due_on: Mapped[date | None]
    """What the rule gives, where it can say; kept beside a stated day that differs."""
    closed_on: Mapped[date | None]
    """The first day on which this cycle no longer speaks; None while it is open."""
    is_withdrawn: Mapped[bool]
    evidence: Mapped[str | None] = mapped_column(String(80))
    """What the day rests on: `import:RUN`, `exam_result:ID`, `application_step:ID`, `certificate:seen` by whoever put
    it on record, `certificate:told` by its holder's word alone."""


class Cycle(Numbered, Recorded, _CycleValues, Base):
    """One term of a certification, both days included, and what the planner needs to find it."""

    __tablename__ = "cycle"
    __table_args__ = (CheckConstraint("start_on < due_on", name="start_before_due"),)

    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"), index=True)
    pack_version_id: Mapped[int] = mapped_column(ForeignKey("pack_version.id"))
    no: Mapped[int]
    next_stage_on: Mapped[date | None] = mapped_column(index=True)
    """The day of the next stage that the planner has to look at; None when there is none to come."""
    armed_on: Mapped[date]
    """Stages of days before this one are never mailed: the day of the import, or of the move."""
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    """What set this cycle's stages going, where that was an operation on many."""
    release_by_name: Mapped[bool]
    """True for one that was past its day when it was imported: nothing is mailed until a person releases it."""

    certification: Mapped[Certification] = relationship(back_populates="cycles")


class CycleVersion(Version, _CycleValues, Base):
    """What a cycle was at a moment."""

    __tablename__ = "cycle_version"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    pack_version_id: Mapped[int] = mapped_column(ForeignKey("pack_version.id"))


class StandingSpan(Numbered, Base):
    """Days, both included, on which a certification's standing doesn't change. Recomputed with each change to it."""

    __tablename__ = "standing_span"
    __table_args__ = (
        Index("ix_standing_span_until_on_from_on", "until_on", "from_on"),
        # the order of a list, so that reading its next page takes no longer the more there are
        Index("ix_standing_span_next_on_from_on_certification_id", "next_on", "from_on", "certification_id"),
        Index("ix_standing_span_validity_from_on", "validity", "from_on"),
        UniqueConstraint("certification_id", "from_on"),
    )

    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    validity: Mapped[str] = mapped_column(String(16))
    hours: Mapped[str] = mapped_column(String(12))
    application: Mapped[str] = mapped_column(String(12))
    next_on: Mapped[date | None]
    """The next day to act by while this span lasts; the order of urgency."""


class Finding(Numbered, Recorded, Base):
    """Two records that don't agree, or a thing that is missing, waiting for a person to decide."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_organization_id_settled_at", "organization_id", "settled_at"),)

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """Names the disagreement: the same one found again is the same finding."""
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    certification_id: Mapped[int | None] = mapped_column(ForeignKey("certification.id"))
    details: Mapped[dict[str, Any]]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None]
