"""Credits, and what is claimed with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _CreditValues:
    """What a credit says, in the record and in each of its versions."""

    title: Mapped[str]
    provider: Mapped[str | None]
    first_on: Mapped[date]
    last_on: Mapped[date]
    unit: Mapped[str] = mapped_column(String(8))
    """What was typed: `hours`, `minutes` or `ceu`."""
    amount: Mapped[str] = mapped_column(String(20))
    """How many of them, as it was typed."""
    minutes: Mapped[int]
    parts: Mapped[list[dict[str, Any]]]
    """`{"minutes": 60, "areas": ["ethics_boundaries"]}` each; together they are `minutes`."""
    activity: Mapped[str] = mapped_column(String(24))
    form: Mapped[str | None] = mapped_column(String(12))
    role: Mapped[str] = mapped_column(String(12))
    """`participant` or `presenter`."""
    proof: Mapped[str] = mapped_column(String(10))
    """`none`, `on_paper` or `file`."""
    proof_seen_by: Mapped[str | None]
    """Who says that there is a paper; None where there is none."""
    state: Mapped[str] = mapped_column(String(10))
    """`logged` or `withdrawn`."""


class Credit(Numbered, Recorded, _CreditValues, Base):
    """One learning activity of one person."""

    __tablename__ = "credit"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="first_before_last"),
        CheckConstraint("minutes > 0", name="some_minutes"),
        Index("ix_credit_person_id_last_on", "person_id", "last_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    folded_title: Mapped[str]
    """The title without case and accents: for telling duplicates."""
    no: Mapped[int]


class CreditVersion(Version, _CreditValues, Base):
    """What a credit was at a moment."""

    __tablename__ = "credit_version"

    credit_id: Mapped[int] = mapped_column(ForeignKey("credit.id"), index=True)


class _ClaimValues:
    """What was decided of a claim, in the record and in each of its versions."""

    decision: Mapped[str] = mapped_column(String(10))
    """`waiting`, `checked`, `accepted` or `returned`."""
    reason_code: Mapped[str | None] = mapped_column(String(24))
    """Why it was returned."""
    words: Mapped[str | None]
    """What was written with it: by whoever returned it, or by the holder who answers."""
    is_dropped: Mapped[bool]
    """True where the credit isn't claimed for this certification any more."""


class Claim(Numbered, Recorded, _ClaimValues, Base):
    """One credit, claimed for one certification, with a decision of its own."""

    __tablename__ = "claim"
    __table_args__ = (
        UniqueConstraint("credit_id", "certification_id"),
        Index("ix_claim_decided_by_decided_at", "decided_by", "decided_at"),
        # few wait, and they are asked for in the order in which they came
        Index(
            "ix_claim_waiting",
            "recorded_at",
            "id",
            sqlite_where=text("decision = 'waiting'"),
            postgresql_where=text("decision = 'waiting'"),
        ),
    )

    credit_id: Mapped[int] = mapped_column(ForeignKey("credit.id"))
    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"), index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    no: Mapped[int]


class ClaimVersion(Version, _ClaimValues, Base):
    """What a claim was at a moment."""

    __tablename__ = "claim_version"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
