"""What people have confirmed of rules that nobody publishes, and how far standings were made anew by it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, BigId, Numbered, Recorded


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


class RuleRecount(Numbered, Recorded, Base):
    """Making anew all that rests on a pack, after a value was confirmed or a new version came; the newest one counts.

    One begins at the first certification, whatever an earlier one has done.
    """

    __tablename__ = "rule_recount"
    __table_args__ = (UniqueConstraint("pack_key", "no"),)

    pack_key: Mapped[str] = mapped_column(String(60))
    no: Mapped[int]
    """From 1 on in each pack: of two processes that begin one the second finds the number taken."""
    version: Mapped[int]
    """The newest version of the pack by then: a process that knows older ones alone leaves it to others."""
    confirmation_id: Mapped[int | None] = mapped_column(ForeignKey("rule_confirmation.id"))
    """None where a new version is why."""
    state: Mapped[str] = mapped_column(String(9))
    """`open`, `done`, or `overtaken` by a newer one."""
    after_id: Mapped[int] = mapped_column(BigId)
    """The number of the last certification that was made anew; 0 before the first."""
    total: Mapped[int]
    looked_at: Mapped[int]
    changed: Mapped[int]
    """How many of these stand otherwise since, on some day."""
    ended_at: Mapped[datetime | None]
