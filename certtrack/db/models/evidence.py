"""Files that back what is on record, and what each of them backs."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, BigId, Numbered, Recorded, Version


class Evidence(Numbered, Recorded, Base):
    """One person's file, kept once however many records it backs. Its parts are in the store, under `key`."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_person_id_came_sha256", "person_id", "came_sha256"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(8))
    """`picture` or `pdf`."""
    pages: Mapped[int]
    file_name: Mapped[str]
    """As whoever sent it had named it."""
    size: Mapped[int]
    """Bytes of the PDF, or of the picture as it was drawn anew."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the same."""
    came_sha256: Mapped[str] = mapped_column(String(64))
    """Of the file as it was sent: for telling that it is here already."""
    key: Mapped[str] = mapped_column(String(32), unique=True)


class EvidenceLink(Numbered, Recorded, Base):
    """What a file backs: of any kind of record one link, attached or not."""

    __tablename__ = "evidence_link"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "evidence_id"),)

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(16))
    """`credit`, `application_step` or `cycle`."""
    subject_id: Mapped[int] = mapped_column(BigId)
    is_attached: Mapped[bool]
    no: Mapped[int]


class EvidenceLinkVersion(Version, Base):
    """What a link was at a moment."""

    __tablename__ = "evidence_link_version"

    link_id: Mapped[int] = mapped_column(ForeignKey("evidence_link.id"), index=True)
    is_attached: Mapped[bool]
