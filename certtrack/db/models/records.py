"""What keeps account of the rest: imports, jobs, alarms, and the audit."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded


class ImportRun(Numbered, Recorded, Base):
    """One file that was brought in. It stays when the file itself is gone."""

    __tablename__ = "import_run"

    kind: Mapped[str] = mapped_column(String(16))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[date]
    finished_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What was said of the file on its page, as `ImportUpload.mapping`, but for whom its words mean; None: nothing."""
    heads: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The heads of its columns that were read, by our words; None where nothing was said of it."""


class ImportUpload(Numbered, Recorded, Base):
    """A file that somebody gave to be brought in, looked at first and then written, some rows in each transaction.

    `state`: `to_look`, `looked`, `unread` (it can't be brought in as it is), `to_write`, `done`. `no` counts its
    changes. It is forgotten, with all that it says of people, some weeks later; its run stays.
    """

    __tablename__ = "import_upload"
    __table_args__ = (Index("ix_import_upload_state", "state"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    """In whose name it is brought in."""
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    mapping: Mapped[dict[str, Any]]
    """What was said of it: `sheet`, `columns` by our words, and for each table of words what they mean."""
    language: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(8))
    total: Mapped[int]
    """Rows that can go in, as far as that is known."""
    done: Mapped[int]
    leased_until: Mapped[datetime | None]
    """Until then a process is at it."""
    told: Mapped[dict[str, Any]]
    """What came of the last look, or of the import: counts and lists; of an unread one the problem."""
    returned: Mapped[str | None] = mapped_column(Text, deferred=True)
    """The rows to be mended, as the text of a file; None where there are none."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))
    seen: Mapped[dict[str, Any]] = mapped_column(deferred=True, default=dict, server_default="{}")
    """By line what the last look showed would come of the row, in brief; empty where nothing is to be written."""
    no: Mapped[int]


class ImportedRow(Numbered, Base):
    """What a row of a file said when it was last imported: what differs from it was changed since, here or there."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "key"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(255))
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    certification_id: Mapped[int | None] = mapped_column(ForeignKey("certification.id"))
    said: Mapped[dict[str, Any]]


class ConfirmedWord(Numbered, Recorded, Base):
    """What a word of an office's files means, as somebody has confirmed it by name. Of one word the last row counts."""

    __tablename__ = "confirmed_word"
    __table_args__ = (Index("ix_confirmed_word_organization_id_kind", "organization_id", "kind"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """The kind of file."""
    topic: Mapped[str] = mapped_column(String(40))
    """The table of the mapping file, such as `categories`."""
    word: Mapped[str]
    meaning: Mapped[str]
    confirmed_by: Mapped[str]


class Job(Base):
    """What a job of the catalogue did last, for the pages and the alarm."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_started_at: Mapped[datetime | None]
    last_ended_at: Mapped[datetime | None]
    last_outcome: Mapped[str | None] = mapped_column(String(12))
    """`done`, `failed`, `missed`."""
    last_error: Mapped[str | None]
    last_done_at: Mapped[datetime | None]
    """When it last ended well."""
    bad_ends: Mapped[int] = mapped_column(server_default="0")
    """How often it has ended badly since, or was missed."""
    next_run_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]


class Alarm(Numbered, Base):
    """Something that a person must look at now; cleared when it is over. Of each kind one at most is open."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "kind",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(24))
    """`scheduler_silent`, `relay_stopped`, `mail_late`, `job_late`, `job_broken`."""
    raised_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    detail: Mapped[str | None]


class AlarmNotice(Base):
    """What was told of an alarm on one way out of here. All its moments are on the database's clock."""

    __tablename__ = "alarm_notice"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"), primary_key=True)
    way: Mapped[str] = mapped_column(String(12), primary_key=True)
    """`webhook`, `mail`."""
    telling_until: Mapped[datetime | None]
    """Until then a process has it in hand; None where none has."""
    told_at: Mapped[datetime | None]
    """When it was told last that the alarm is raised; None while it never was."""
    times: Mapped[int]
    over_told_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    """Why the last try came to nothing, as a code; None where it didn't."""


class AuditEvent(Numbered, Base):
    """One change, or one look at others' records. `digest` is of its salted values; the seal covers all the rest."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject_kind_subject_id", "subject_kind", "subject_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))


class AuditValue(Base):
    """The values of an event, apart from it, so that a redaction can empty them and the seal still holds."""

    __tablename__ = "audit_value"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    details: Mapped[dict[str, Any] | None]
    redacted_at: Mapped[datetime | None]


class AuditPerson(Base):
    """Whose record an event was about, or showed."""

    __tablename__ = "audit_person"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class AuditSeal(Numbered, Base):
    """Seals the events from one number to another, in order, over the seal before it."""

    __tablename__ = "audit_seal"

    from_id: Mapped[int]
    until_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
