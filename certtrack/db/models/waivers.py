"""What an authority has released somebody from in a cycle, and the later days that it gave: to one, or to a group."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, BigId, Numbered, Recorded, Version


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
    group_act_id: Mapped[int | None] = mapped_column(ForeignKey("group_act.id"), index=True)
    """What gave it to a whole group; None where it was given to one person."""
    no: Mapped[int]


class WaiverVersion(Version, _WaiverValues, Base):
    """What it was at a moment; `reason` is why it was taken back."""

    __tablename__ = "waiver_version"

    waiver_id: Mapped[int] = mapped_column(ForeignKey("waiver.id"), index=True)


class GroupAct(Numbered, Recorded, Base):
    """What an authority gave to a named group at once, written batch by batch until every member was looked at.

    `state`: `under_way`, `given`, `undoing`, `undone`. `no` counts its changes of state.
    """

    __tablename__ = "group_act"

    pack_key: Mapped[str] = mapped_column(String(60))
    due_from_on: Mapped[date]
    """The group: whoever was due on one of these days, both included."""
    due_until_on: Mapped[date]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    """Whose records alone; None for every office in which the actor might."""
    gives: Mapped[dict[str, Any]]
    """`waives`, `takes_off`, `due_on`, `days_later`, `months_later`: what was given, and `people`, where picked."""
    from_on: Mapped[date]
    given_by: Mapped[str]
    letter_on: Mapped[date | None]
    words: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of what was asked for and who was in it, as somebody saw it before: the same again is the same act."""
    state: Mapped[str] = mapped_column(String(10))
    places: Mapped[dict[str, Any]]
    """The offices that keep its records, by number, with how many of them."""
    members: Mapped[list[dict[str, Any]]]
    """Each `cycle` with the `basis` that was seen, and what it gets; fixed when the act began."""
    done: Mapped[int]
    """How many members were looked at."""
    skipped: Mapped[list[dict[str, Any]]]
    """Members that got nothing after all: `cycle` and `why`."""
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    finished_at: Mapped[datetime | None]
    undo_cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    undo_reason: Mapped[str | None]
    undone_by: Mapped[str | None] = mapped_column(String(80))
    undone_until: Mapped[int] = mapped_column(BigId)
    """The last waiver, by number, that the undoing has looked at."""
    kept: Mapped[list[dict[str, Any]]]
    """What wasn't taken back: `waiver` and `why`."""
    undone_at: Mapped[datetime | None]
    no: Mapped[int]
