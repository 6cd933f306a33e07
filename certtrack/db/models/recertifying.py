"""Wordings to be agreed to, who agreed to which, and what was prepared of an application before it is sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded


class Wording(Numbered, Recorded, Base):
    """Words that somebody agrees to, as they are from a day on. They never change: other words are the next number."""

    __tablename__ = "wording"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "no"),
        Index(
            "uq_wording_shipped",
            "kind",
            "no",
            unique=True,
            sqlite_where=text("organization_id IS NULL"),
            postgresql_where=text("organization_id IS NULL"),
        ),
    )

    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    """Whose words they are; None for the example that is shipped."""
    kind: Mapped[str] = mapped_column(String(10))
    """`ethics`."""
    no: Mapped[int]
    text_en: Mapped[str]
    text_es: Mapped[str | None]
    """None where the office has them in English alone."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the words in both languages: `certtrack.services.recertifying.wordings.digest_words`."""
    from_on: Mapped[date]


class Attestation(Numbered, Base):
    """The holder of a cycle has agreed to a wording. Of those that stand there is one for each cycle."""

    __tablename__ = "attestation"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    wording_id: Mapped[int] = mapped_column(ForeignKey("wording.id"))
    language: Mapped[str] = mapped_column(String(2))
    """In which language the words were read."""
    typed_name: Mapped[str]
    """What was typed in place of a signature."""
    said_at: Mapped[datetime]
    said_by: Mapped[str] = mapped_column(String(80))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))


class ApplicationDraft(Numbered, Base):
    """What one account has prepared of the application for one cycle. It is no record, and nothing was sent by it."""

    __tablename__ = "application_draft"
    __table_args__ = (UniqueConstraint("cycle_id", "account_id"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    typed: Mapped[dict[str, Any]]
    """By step, what was saved of it."""
    touched_at: Mapped[datetime] = mapped_column(index=True)
    """When it was saved last."""
