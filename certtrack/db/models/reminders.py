"""Reminders, the mails that carry them, and each try to hand a mail over."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded

_DECISION = ("subject_kind", "subject_id", "anchor_on", "stage", "occurrence", "recipient_id")


class Cause(Numbered, Base):
    """What set many stages going at once: an import, a changed policy, a restored database. The guard decides by it.

    `state`: `open` (not many so far), `held` (too many at once: a person must release it), `released`, `passed` (one
    that concerned everybody's cycles: all were looked at, and it was never too many).
    """

    __tablename__ = "cause"

    key: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(String(80))


class CauseRelease(Numbered, Recorded, Base):
    """One person whom somebody released from a cause by name."""

    __tablename__ = "cause_release"
    __table_args__ = (UniqueConstraint("cause_id", "person_id"),)

    cause_id: Mapped[int] = mapped_column(ForeignKey("cause.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class PolicyTerm(Numbered, Base):
    """From when on a pack's cycles are reminded by a policy: the row with the highest `no` of a pack says which.

    The first row of a pack is no change, and has no cause.
    """

    __tablename__ = "policy_term"
    __table_args__ = (UniqueConstraint("pack_key", "no"),)

    pack_key: Mapped[str] = mapped_column(String(60))
    no: Mapped[int]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("pack_version.id"))
    """None while there has been no policy for the pack."""
    from_at: Mapped[datetime]
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"), index=True)
    rearmed_until: Mapped[int | None]
    """Cycles up to this number are to be looked at again because of it; None once that is said of all of them."""
    days_rearmed_until: Mapped[int | None]
    """The same of days beside those of cycles."""


class Reminder(Numbered, Base):
    """One decision about one stage of one day, for one recipient; also the decision not to send."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint(*_DECISION, name="uq_reminder_decision"),
        Index(
            "ix_reminder_ripe",
            "send_after",
            "recipient_id",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        Index(
            "ix_reminder_waiting",
            "valid_until",
            sqlite_where=text("state IN ('planned', 'held')"),
            postgresql_where=text("state IN ('planned', 'held')"),
        ),
        Index("ix_reminder_recipient_id_state", "recipient_id", "state"),
        Index("ix_reminder_cause_id_state", "cause_id", "state"),
        Index("ix_reminder_subject_kind_subject_id", "subject_kind", "subject_id"),
    )

    subject_kind: Mapped[str] = mapped_column(String(16))
    """`cycle`; later kinds fall due in other ways."""
    subject_id: Mapped[int]
    anchor_on: Mapped[date]
    """The due day itself: a day moved away and back makes no second reminder."""
    stage: Mapped[str] = mapped_column(String(16))
    occurrence: Mapped[int]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    audience: Mapped[str] = mapped_column(String(12), default="holder", server_default="holder")
    """As whom they get it: `holder`, or with a copy `supervisor` (or a stand-in for them), `organization`."""
    state: Mapped[str] = mapped_column(String(12))
    """`planned held suppressed in_mail sent failed superseded expired told`."""
    reason: Mapped[str | None] = mapped_column(String(40))
    stage_on: Mapped[date]
    send_after: Mapped[datetime]
    valid_until: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    """How often the mail server has certainly not taken a mail with it."""
    retry_at: Mapped[datetime | None]
    """Not before this moment of the database's clock; None when it was never tried."""
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("cause.id"))
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"), index=True)
    """The mail that carries it now, or carried it last; of two to both addresses the one that told it, or may yet."""
    policy_ref: Mapped[str] = mapped_column(String(80))
    planned_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Email(Numbered, Base):
    """One composed mail to one recipient at one address, with its bytes."""

    __tablename__ = "email"
    __table_args__ = (
        Index(
            "ix_email_open",
            "mail_class",
            "leased_until",
            sqlite_where=text("state IN ('ready', 'leased', 'unknown')"),
            postgresql_where=text("state IN ('ready', 'leased', 'unknown')"),
        ),
        Index(
            "ix_email_undelivered",
            "address",
            sqlite_where=text("state IN ('failed', 'bounced')"),
            postgresql_where=text("state IN ('failed', 'bounced')"),
        ),
    )

    mail_class: Mapped[str] = mapped_column(String(8))
    """`planned` or `now`."""
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str]
    message_id: Mapped[str] = mapped_column(String(255), index=True)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The mail's bytes; None once they were purged."""
    state: Mapped[str] = mapped_column(String(12))
    """`ready leased sent not_taken unknown failed given_back bounced`. A planned one is `ready` only where it was
    certainly not taken and another mail has told, or may have told, what it says at the recipient's other address."""
    lease_token: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[datetime | None]
    """On the database's clock. For `ready` and `unknown` ones: not before this moment."""
    attempts: Mapped[int]
    valid_until: Mapped[datetime]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    is_paired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """What it tells went, all or in part, into a mail to the recipient's other address, too."""
    broken_since: Mapped[datetime | None]
    """Since when its next try can't be made, since nothing can be asked about it or written; None while it can."""
    bounced_at: Mapped[datetime | None]
    """When a report was read that says that it came back; None while there is none."""
    bounce_status: Mapped[str | None] = mapped_column(String(12))
    """The report's enhanced code, such as 5.1.1, "" where it has none."""
    bounce_answer: Mapped[str | None]
    """The other server's words in it, without addresses."""


class ReminderEmail(Base):
    """One mail that a reminder went into: a reminder that is tried again gets another one."""

    __tablename__ = "reminder_email"

    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"), primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("email.id"), primary_key=True, index=True)


class Attempt(Numbered, Base):
    """One try to hand an email to the mail server."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("email_id", "number"),)

    email_id: Mapped[int] = mapped_column(ForeignKey("email.id"))
    number: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    """`accepted not_taken unknown relay recipient`."""
    smtp_code: Mapped[int | None]
    answer: Mapped[str | None]
    """What the mail server said, without addresses."""
    worker: Mapped[str] = mapped_column(String(80))


class RelayState(Base):
    """Whether the mail server takes mail at all: one row. While it is stopped, one process probes once a minute."""

    __tablename__ = "relay_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    stopped_since: Mapped[datetime | None]
    next_probe_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    same_refusals: Mapped[int]
    """How many recipients in a row met the same 5xx."""
    last_code: Mapped[int | None]
