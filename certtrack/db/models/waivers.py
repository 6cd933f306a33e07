"""What an authority has released somebody from in a cycle, and the later days that it gave: to one, or to a group."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _WaiverValues:
    """What a waiver or an extension says, in the record and in each of its versions."""

    from_on: Mapped[date]
    """The first day on which it holds; it may lie before the day on which it was recorded."""
    given_by: Mapped[str]
    """Who gave it, in the words of whoever recorded it."""
    words: Mapped[str]
    """Why it was given."""
    is_withdrawn: Mapped[bool]


class Waiver(Numbered, Recorded, _WaiverValues, Base):
    """One person's release from hours of one cycle, fewer hours, or a later due day."""

    __tablename__ = "waiver"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    """`waiver`, `reduction` or `extension`."""
    requirement: Mapped[str | None] = mapped_column(String(40))
    """What a waiver releases from, and what a reduction takes minutes off: `total` for all hours, or an area's key.

    None for an extension.
    """
    minutes: Mapped[int | None]
    """What a reduction takes off. None for the others."""
    due_on: Mapped[date | None]
    """The day that an extension gives. None for the others."""
    former_due_on: Mapped[date | None]
    """What the due day was, where it came from and what the rule gave: what it is again once this is taken back."""
    former_source: Mapped[str | None] = mapped_column(String(10))
    former_computed_on: Mapped[date | None]
    former_evidence: Mapped[str | None] = mapped_column(String(80))
    former_armed_on: Mapped[date | None]
    """How the cycle's reminders were armed, and what held them; None where it was recorded before this was kept."""
    former_by_name: Mapped[bool | None]
    former_cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    no: Mapped[int]


class WaiverVersion(Version, _WaiverValues, Base):
    """What it was at a moment; `reason` is why it was taken back."""

    __tablename__ = "waiver_version"

    waiver_id: Mapped[int] = mapped_column(ForeignKey("waiver.id"), index=True)
