"""Activities that people can find and join, what somebody plans of them, and links that help."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _OfferingValues:
    """What an offering says, in the record and in each of its versions."""

    title: Mapped[str]
    provider: Mapped[str | None]
    first_on: Mapped[date | None]
    """With `last_on` the days on which it is held, both included; both None where it can be done at any time."""
    last_on: Mapped[date | None]
    parts: Mapped[list[dict[str, Any]]]
    """`{"minutes": 60, "areas": ["ethics_boundaries"]}` each, as in a credit."""
    activity: Mapped[str] = mapped_column(String(24))
    form: Mapped[str | None] = mapped_column(String(12))
    place: Mapped[str | None]
    link: Mapped[str | None]
    """The address of a page about it."""
    words: Mapped[str | None]
    """How to join, and what else is good to know."""
    state: Mapped[str] = mapped_column(String(10))
    """`offered` or `called_off`."""


class Offering(Numbered, Recorded, _OfferingValues, Base):
    """An activity that an organization tells its people of. Everybody of the installation may find it."""

    __tablename__ = "offering"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="first_before_last"),
        CheckConstraint("(first_on IS NULL) = (last_on IS NULL)", name="both_days_or_none"),
        Index("ix_offering_state_last_on", "state", "last_on"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    folded_words: Mapped[str]
    """Title and provider without case and accents: what it is found by."""
    no: Mapped[int]


class OfferingVersion(Version, _OfferingValues, Base):
    """What an offering was at a moment."""

    __tablename__ = "offering_version"

    offering_id: Mapped[int] = mapped_column(ForeignKey("offering.id"), index=True)


class PlannedCredit(Numbered, Recorded, Base):
    """An activity that somebody plans. It counts nowhere until it is logged as a credit."""

    __tablename__ = "planned_credit"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    offering_id: Mapped[int | None] = mapped_column(ForeignKey("offering.id"), index=True)
    """The offering that it was planned from; None for one that nobody offers here."""
    typed: Mapped[dict[str, Any]]
    """The fields of the form for a credit as far as they are known, as a draft keeps them."""
    state: Mapped[str] = mapped_column(String(8))
    """`planned`, `logged` or `dropped`."""
    changed_at: Mapped[datetime]
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credit.id"))
    """The credit that it became; None until then."""


class _ResourceValues:
    """What a resource says, in the record and in each of its versions."""

    kind: Mapped[str] = mapped_column(String(10))
    """`help`, `employment` or `program`."""
    reach: Mapped[str] = mapped_column(String(8))
    """`local`, `state` or `national`: for whom it is there."""
    title_en: Mapped[str]
    title_es: Mapped[str]
    link: Mapped[str | None]
    phone: Mapped[str | None]
    place_no: Mapped[int]
    """Where it stands among those of its kind, the lowest number first."""
    state: Mapped[str] = mapped_column(String(10))
    """`shown` or `taken_down`."""


class Resource(Numbered, Recorded, _ResourceValues, Base):
    """A page or a number to call that an organization shows everybody of the installation."""

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint("link IS NOT NULL OR phone IS NOT NULL", name="some_way"),
        Index("ix_resource_state_kind_place_no", "state", "kind", "place_no"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    no: Mapped[int]


class ResourceVersion(Version, _ResourceValues, Base):
    """What a resource was at a moment."""

    __tablename__ = "resource_version"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), index=True)
