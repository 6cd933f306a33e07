"""Optimistic locking: a record that was changed since somebody looked at it isn't written over."""

from typing import Protocol

from sqlalchemy.orm import Session

from certtrack.errors import StaleRecord


class Versioned(Protocol):
    """A record whose versions are numbered by `no`."""

    @property
    def no(self) -> int:
        """The number of its latest version."""
        ...


def lock_current(session: Session, record: Versioned, expected_no: int | None = None) -> None:
    """Read the record anew, locked until the transaction ends. Raises StaleRecord where its number is another one."""
    session.refresh(record, with_for_update=True)
    if expected_no is not None and record.no != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
