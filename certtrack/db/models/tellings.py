"""What somebody was told otherwise than by mail: by letter, by phone, in person."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _TellingValues:
    """What a note of it says, in the record and in each of its versions."""

    how: Mapped[str] = mapped_column(String(10))
    """`letter`, `phone` or `in_person`."""
    told_on: Mapped[date]
    told_by: Mapped[str | None]
    """Who told the person, as it was typed; None for whoever noted it."""
    is_withdrawn: Mapped[bool]


class Telling(Numbered, Recorded, _TellingValues, Base):
    """A note that somebody was told a stage of a reminder, so that no mail is sent for it."""

    __tablename__ = "telling"

    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"), index=True)
    former_state: Mapped[str | None] = mapped_column(String(12))
    """What had been decided before, and why; None where the stage was still to come."""
    former_reason: Mapped[str | None] = mapped_column(String(40))
    no: Mapped[int]


class TellingVersion(Version, _TellingValues, Base):
    """What the note said at a moment; `reason` is why it was taken back."""

    __tablename__ = "telling_version"

    telling_id: Mapped[int] = mapped_column(ForeignKey("telling.id"), index=True)
