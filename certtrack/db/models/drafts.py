"""What somebody has begun to type: no record, and kept for a while only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered


class CreditDraft(Numbered, Base):
    """What one account has typed of a credit of one person; it counts nowhere."""

    __tablename__ = "credit_draft"
    __table_args__ = (Index("ix_credit_draft_account_id_person_id", "account_id", "person_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credit.id"))
    """The credit that is to be amended; None where a new one is to be logged."""
    typed: Mapped[dict[str, Any]]
    """The form's fields as they came."""
    proposed: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What was read from its files and put into fields, by field, while nobody has touched it."""
    form_key: Mapped[str | None] = mapped_column(String(32))
    """The form that saved it last: of two windows each has a form of its own."""
    touched_at: Mapped[datetime] = mapped_column(index=True)
    """When it was saved last."""


class DraftFile(Base):
    """A file that was sent with a draft."""

    __tablename__ = "draft_file"

    draft_id: Mapped[int] = mapped_column(ForeignKey("credit_draft.id"), primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True, index=True)
