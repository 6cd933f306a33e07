"""What happened to end a cycle, step by step, and what its holder says of going on."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _StepValues:
    """What a step says, in the record and in each of its versions."""

    happened_on: Mapped[date]
    """The day on which it was sent, received, decided; of a certificate the day on which it came."""
    postmarked_on: Mapped[date | None]
    way: Mapped[str | None] = mapped_column(String(12))
    """`post`, `email`, `online` or `in_person`; None where nothing was sent."""
    enclosed: Mapped[str | None]
    receipt: Mapped[str | None]
    """The number or the words of a receipt."""
    reason_code: Mapped[str | None] = mapped_column(String(24))
    words: Mapped[str | None]
    due_on: Mapped[date | None]
    """The day that a certificate or a grant states for the next cycle."""
    number: Mapped[str | None] = mapped_column(String(60))
    """The number that the new certificate bears, where it is another one."""
    proof_seen_by: Mapped[str | None]
    """Who says that there is a paper."""
    is_self_attested: Mapped[bool]
    """True where whoever decided is the holder, since there is nobody else who could."""
    is_withdrawn: Mapped[bool]


class ApplicationStep(Numbered, Recorded, _StepValues, Base):
    """One thing that happened to end a cycle: an application sent, its answer, the certificate that came."""

    __tablename__ = "application_step"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """A keeper's are `sent` and `certificate`; a granter's `submitted received returned granted refused`."""
    opened_cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    """The next cycle, where this step opened it."""
    basis: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What a grant rested on, frozen: the rules, each requirement, each credit with its version."""
    no: Mapped[int]


class ApplicationStepVersion(Version, _StepValues, Base):
    """What a step was at a moment."""

    __tablename__ = "application_step_version"

    step_id: Mapped[int] = mapped_column(ForeignKey("application_step.id"), index=True)


class _IntentionValues:
    """What somebody says of going on, in the record and in each of its versions."""

    said_on: Mapped[date]
    until_on: Mapped[date | None]
    """The day of a plan, or until which more time is asked for; None where none is named, or none is asked for."""
    stage: Mapped[str | None] = mapped_column(String(16))
    """Of a reminder that was seen."""
    anchor_on: Mapped[date | None]
    """The due day that this stage hangs on."""
    words: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(10))
    """`said`, `taken_back`, or `answered`: the office has looked at it."""


class Intention(Numbered, Recorded, _IntentionValues, Base):
    """What the holder of one cycle says of it; of each kind there is one."""

    __tablename__ = "intention"
    __table_args__ = (UniqueConstraint("cycle_id", "kind"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[str] = mapped_column(String(12))
    """`not_going_on`, `more_time`, `plan`, or `seen`: a reminder was read."""
    no: Mapped[int]


class IntentionVersion(Version, _IntentionValues, Base):
    """What an intention was at a moment."""

    __tablename__ = "intention_version"

    intention_id: Mapped[int] = mapped_column(ForeignKey("intention.id"), index=True)
