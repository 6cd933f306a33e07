"""What every table shares: the metadata with its naming convention, and the columns of versions."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Date, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from certtrack.db.types import Moment

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers only INTEGER keys by itself
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The declarative base. Strings are unbounded on both databases; where a code is kept, `String(n)` says so."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        date: Date(),
        str: Text(),
        dict[str, Any]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


class Numbered:
    """A row with a number of its own, given in the order of writing."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)


class Recorded:
    """Who put a row on record, and when. Answers as known at a moment rest on `recorded_at` and the row's number."""

    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))


class Version(Numbered, Recorded):
    """One state of a record. Versions are added, never changed; the highest `no` equals the record itself."""

    no: Mapped[int]
    reason: Mapped[str | None]
