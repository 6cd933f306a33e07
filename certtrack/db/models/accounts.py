"""Accounts with their roles, second steps, sessions and feeds, and the counters that limit tries in all processes."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from certtrack.db.base import Base, Numbered, Recorded


class Account(Numbered, Recorded, Base):
    """A login. The sign-in name is unique and folded to lower case; an address need not be unique."""

    __tablename__ = "account"

    sign_in_name: Mapped[str] = mapped_column(String(255), unique=True)
    address: Mapped[str | None] = mapped_column(index=True)
    password: Mapped[str | None]
    """Its argon2 hash; None until the person has chosen one."""
    is_active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    """Changing it ends every session of the account."""
    language: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class AccountRole(Numbered, Recorded, Base):
    """A role that an account has, within one organization or (None) in the whole installation, both days included."""

    __tablename__ = "account_role"
    __table_args__ = (
        Index("uq_account_role_account_id_role_organization_id", "account_id", "role", "organization_id", unique=True),
        # to a unique index no NULL equals another
        Index(
            "uq_account_role_everywhere",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("organization_id IS NULL"),
            postgresql_where=text("organization_id IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(24))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class SecondStep(Numbered, Recorded, Base):
    """The second step of an account's sign-in: the secret that it shares with its owner's app."""

    __tablename__ = "second_step"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str]
    """Sealed with a key that is made of the installation's."""
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The time step of the last code that was accepted: no code of that step, or of one before it, is again."""


class RecoveryCode(Numbered, Recorded, Base):
    """A code that takes the place of the app's once; only its keyed digest is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class WebSession(Numbered, Base):
    """One sign-in of an account, until it is ended or runs out; the browser has the key, here is its digest."""

    __tablename__ = "web_session"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    """When a page was opened last, to the minute."""
    ended_at: Mapped[datetime | None]
    """When somebody ended it; None where nobody has, even if its time is over."""
    system: Mapped[str] = mapped_column(String(16))
    browser: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(String(64))
    """The network that it began from; never the whole address."""


class CalendarFeed(Numbered, Base):
    """An address under which a calendar program reads days; its owner has the token, here is its digest."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_open",
            "account_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(4), default="own", server_default="own")
    """`own`: the days by which its owner is to act; `team`: those of whom they supervise."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When its owner ended it, or made another one in its place: from then on it is the address of nothing."""


class KeptForm(Numbered, Base):
    """What an account's owner sent after their session had run out: one form at most, sealed."""

    __tablename__ = "kept_form"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    path: Mapped[str]
    fields: Mapped[str]
    had_files: Mapped[bool]
    came_at: Mapped[datetime]


class RateLimit(Base):
    """A counter of tries; `expires_at` is on the database's clock."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
