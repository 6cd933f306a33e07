"""Who gets mail in whose place, and what somebody wishes of it."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _StandInValues:
    """How long somebody stands in, in the record and in each of its versions; both days are included."""

    from_on: Mapped[date]
    until_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10))
    """`recorded` or `withdrawn`."""


class StandIn(Numbered, Recorded, _StandInValues, Base):
    """Somebody who does a supervisor's part at an organization while the supervisor is away."""

    __tablename__ = "stand_in"
    __table_args__ = (
        CheckConstraint("supervisor_id <> stand_in_id", name="somebody_else"),
        CheckConstraint("from_on <= until_on", name="first_before_last"),
        Index("ix_stand_in_supervisor_id_organization_id", "supervisor_id", "organization_id"),
    )

    supervisor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    no: Mapped[int]


class StandInVersion(Version, _StandInValues, Base):
    """What was said of a stand-in at a moment."""

    __tablename__ = "stand_in_version"

    record_id: Mapped[int] = mapped_column(ForeignKey("stand_in.id"), index=True)


class TeamMail(Base):
    """The mail about their team that somebody has for the week of a Monday: there is one at most."""

    __tablename__ = "team_mail"

    week_on: Mapped[date] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"))
    """None only until the transaction that takes the week has queued the mail."""
