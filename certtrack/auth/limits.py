"""Limits on tries that hold across all web processes: counters in the app's database, on the database's clock."""

import hashlib
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import Storage
from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from certtrack.auth.datastore import OpenDatabase
from certtrack.db.inserting import insert_into
from certtrack.db.models import RateLimit
from certtrack.db.types import db_now

SCHEME = "certtrack"
BY_ACCOUNT = RateLimitItemPerMinute(5, 15)
BY_NAME_ANYWHERE = RateLimitItemPerMinute(20, 15)
BY_ADDRESS = RateLimitItemPerMinute(50, 15)


class DatabaseStorage(Storage):
    """Counts in one statement, so that exactly as many tries pass as the limit says, in its own short transaction."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012  # the library's own attribute

    def __init__(self, uri: str | None = None, *, open_database: OpenDatabase, **options: Any) -> None:  # noqa: ANN401  # the library's
        super().__init__(uri, **options)
        self._open = open_database

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a database that is away raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more; the count so far. A counter that ended begins anew and lasts `expiry` seconds."""
        with self._open().writing() as session:
            is_over = RateLimit.expires_at <= db_now()
            counted = insert_into(session, RateLimit).values(key=key, count=amount, expires_at=db_now(expiry))
            count = session.scalar(
                counted.on_conflict_do_update(
                    index_elements=[RateLimit.key],
                    set_={
                        "count": case((is_over, amount), else_=RateLimit.count + amount),
                        "expires_at": case((is_over, db_now(expiry)), else_=RateLimit.expires_at),
                    },
                ).returning(RateLimit.count)
            )
            session.execute(delete(RateLimit).where(RateLimit.expires_at <= db_now(-3600)))
        return int(count or 0)

    def get(self, key: str) -> int:
        """The count so far, 0 where the counter is over."""
        with self._open().reading() as session:
            query = select(RateLimit.count).where(RateLimit.key == key, RateLimit.expires_at > db_now())
            return session.scalar(query) or 0

    def get_expiry(self, key: str) -> float:
        """When the counter ends, in seconds since 1970; the database's present where there is none."""
        with self._open().reading() as session:
            ends = session.scalar(select(RateLimit.expires_at).where(RateLimit.key == key))
            return (ends or session.scalars(select(db_now())).one()).timestamp()

    def seconds_left(self, key: str) -> int:
        """Whole seconds until the counter ends, on the database's clock; 0 where it is over."""
        with self._open().reading() as session:
            row = session.execute(select(RateLimit.expires_at, db_now()).where(RateLimit.key == key)).one_or_none()
        return max(0, int((row[0] - row[1]).total_seconds())) if row else 0

    def give_back(self, key: str) -> None:
        """Count one try less; never below nothing."""
        with self._open().writing() as session:
            one_less = update(RateLimit).where(RateLimit.key == key, RateLimit.count > 0)
            session.execute(one_less.values(count=RateLimit.count - 1))

    def check(self) -> bool:
        """True while the database answers."""
        with self._open().reading() as session:
            session.execute(select(1))
        return True

    def reset(self) -> int:
        """Forget every counter; how many there were."""
        with self._open().writing() as session:
            return len(list(session.scalars(delete(RateLimit).returning(RateLimit.key))))

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._open().writing() as session:
            session.execute(delete(RateLimit).where(RateLimit.key == key))


def hide(name: str) -> str:
    """What a counter is kept under: no name or address stands in it."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]
