"""People, organizations, and how they belong together."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from certtrack.db.base import Base, Numbered, Recorded, Version


class Person(Numbered, Recorded, Base):
    """Somebody with a record here. The name on the certificate is `given_name family_name`."""

    __tablename__ = "person"

    given_name: Mapped[str]
    family_name: Mapped[str]
    chosen_name: Mapped[str | None]
    folded_name: Mapped[str] = mapped_column(index=True)
    """Both names without case and accents, family name first: for search and for telling rows apart."""
    private_address: Mapped[str | None] = mapped_column(index=True)
    work_address: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(8))
    zone: Mapped[str] = mapped_column(String(64))
    work_first: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Mail goes to the address at work where there are two."""
    switched_off: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    """The reminders that they do without: `certtrack.rules.wishes.Group` each."""
    died_on: Mapped[date | None]
    died_recorded_at: Mapped[datetime | None]
    """Since when `died_on` is on record: before that moment nothing was known of it."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)

    @property
    def certificate_name(self) -> str:
        """The name as it stands on the certificate."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def shown_name(self) -> str:
        """What pages call the person: the chosen name, else the one on the certificate."""
        return self.chosen_name or self.certificate_name

    @property
    def called(self) -> str:
        """What a mail greets with."""
        return self.chosen_name or self.given_name or self.family_name

    @property
    def address(self) -> str | None:
        """Where mail goes: the private address, else the one at work, or as they wish; None where there is neither."""
        if self.work_first and self.work_address:
            return self.work_address
        return self.private_address or self.work_address


class FormerName(Numbered, Recorded, Base):
    """What somebody was called until `recorded_at`, when a name took the place of another."""

    __tablename__ = "former_name"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """`certificate` or `chosen`."""
    name: Mapped[str]


class Organization(Numbered, Recorded, Base):
    """An agency or a programme."""

    __tablename__ = "organization"

    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(String(64))
    reply_to: Mapped[str | None]
    """The office's own address, which answers to mails go to."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who gets the organization's copies of reminders; None: nobody."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    """What it is a part of, for lists alone: nobody sees or may do more by it. None: of nothing."""
    until_on: Mapped[date | None]
    """Its last day, after which nobody joins it; None while it lasts."""
    no: Mapped[int] = mapped_column(default=1, server_default="1")
    """What grows with each change."""
    names_in_team_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
    """True: the week's mail to supervisors names those who are due; else it has counts alone."""


class OrganizationCredential(Numbered, Recorded, Base):
    """What an organization is for a credential. Without a row it is a keeper: nothing it does recertifies anybody."""

    __tablename__ = "organization_credential"
    __table_args__ = (UniqueConstraint("organization_id", "credential"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    credential: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(10))
    """`granter` or `keeper`."""


class Affiliation(Numbered, Recorded, Base):
    """A person's belonging to an organization, both days included; `until_on` None while it lasts."""

    __tablename__ = "affiliation"
    __table_args__ = (Index("ix_affiliation_organization_id_person_id", "organization_id", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    from_on: Mapped[date | None]
    """None where the day isn't known."""
    until_on: Mapped[date | None]
    no: Mapped[int]

    organization: Mapped[Organization] = relationship()


class AffiliationVersion(Version, Base):
    """What an affiliation was at a moment."""

    __tablename__ = "affiliation_version"

    affiliation_id: Mapped[int] = mapped_column(ForeignKey("affiliation.id"), index=True)
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class Assignment(Numbered, Recorded, Base):
    """A supervisor for a person, within an organization, both days included."""

    __tablename__ = "assignment"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
