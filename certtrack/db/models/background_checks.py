"""Background checks that an office has done of somebody: that there was one and until when it is good, no findings."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded, Version


class _CheckValues:
    """What is known of a check, in the record and in each of its versions."""

    done_on: Mapped[date]
    good_until: Mapped[date]
    """The last day on which it is good, by whoever asks for it."""
    source: Mapped[str] = mapped_column(String(200))
    """Where that is written, such as a letter and its day."""
    is_withdrawn: Mapped[bool]


class BackgroundCheck(Numbered, Recorded, _CheckValues, Base):
    """One check of one person that an organization keeps. What it found is never on record."""

    __tablename__ = "background_check"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    no: Mapped[int]


class BackgroundCheckVersion(Version, _CheckValues, Base):
    """What a check was at a moment."""

    __tablename__ = "background_check_version"

    check_id: Mapped[int] = mapped_column(ForeignKey("background_check.id"), index=True)
