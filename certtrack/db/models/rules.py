"""What people have confirmed of rules that nobody publishes."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded


class RuleConfirmation(Numbered, Recorded, Base):
    """One unknown value of a pack, as somebody confirmed it. The newest row of a key is the one that holds."""

    __tablename__ = "rule_confirmation"
    __table_args__ = (Index("ix_rule_confirmation_pack_key_key", "pack_key", "key"),)

    pack_key: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120))
    """The value's place in the pack's file, such as `weekend.rule`."""
    value: Mapped[str | None]
    """As it was typed; None where it was taken back, and is unknown again."""
    source: Mapped[str]
    """Who said it, or the address where it stands."""
    said_on: Mapped[date]
