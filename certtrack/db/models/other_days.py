"""Days that fall due beside those of cycles: an exam, the last day of a background check, a clock of its own."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered


class OtherDay(Numbered, Base):
    """One day of one person, as a record says it: written anew in the transaction that changes that record."""

    __tablename__ = "other_day"
    __table_args__ = (
        UniqueConstraint("kind", "source_id", "source_key"),
        Index(
            "ix_other_day_next_look_at",
            "next_look_at",
            sqlite_where=text("next_look_at IS NOT NULL"),
            postgresql_where=text("next_look_at IS NOT NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(16))
    """`exam_sitting background_check requirement provisional_term`: `subject_kind` of its reminders."""
    source_id: Mapped[int]
    """The record that says it: a certification, a cycle, a registration, a check."""
    source_key: Mapped[str] = mapped_column(String(60))
    """Which of several days of that record; empty where it has but one."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    certification_id: Mapped[int | None] = mapped_column(ForeignKey("certification.id"), index=True)
    credential: Mapped[str | None] = mapped_column(String(40), index=True)
    """What the day is for; None where it is for no certification."""
    due_on: Mapped[date]
    armed_on: Mapped[date]
    """Stages of days before this one are not told: the record didn't say the day yet."""
    moved_by_many: Mapped[bool] = mapped_column(server_default=false())
    """Another thing than a person's own act moved it last: no mail says so by itself, the coming stages do."""
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    """The import or the operation on many that put it on record, or moved it last; None for a person's own act."""
    next_look_at: Mapped[datetime | None]
    """When the planner looks at it next; None where nothing is to come."""
    closed_on: Mapped[date | None]
    closed_for: Mapped[str | None] = mapped_column(String(16))
    """Why nothing is due any more: `withdrawn called_off renewed granted ended`; None while it is."""
