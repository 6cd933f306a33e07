"""Optimistic locking: a record that was changed since somebody looked at it isn't written over."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Email, Organization, Person
from certtrack.errors import StaleRecord
from certtrack.services.versions import Versioned

_Q = TypeVar("_Q", bound=Select[*tuple[Any, ...]])


def lock_mail(mails: _Q, *, skips_locked: bool = False) -> _Q:
    """The query with the rows of its mails read anew, and locked until the transaction ends; their keys are not.

    Whoever settles the mail to the other address may have to name this one meanwhile. `skips_locked`: mails that
    somebody else has locked are passed over, and not waited for.
    """
    locked = mails.with_for_update(of=Email, key_share=True, skip_locked=skips_locked)
    return locked.execution_options(populate_existing=True)


def lock_current(session: Session, record: Versioned, expected_no: int | None = None) -> None:
    """Read the record anew, locked until the transaction ends. Raises StaleRecord where its number is another one.

    What refers to it is written meanwhile all the same: its key never changes.
    """
    session.refresh(record, with_for_update={"key_share": True})
    if expected_no is not None and record.no != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")


def hold_organization(session: Session, organization_id: int) -> Organization | None:
    """Read it anew, and let nobody change it until this transaction ends; None where there is none.

    Several hold it at a time. Called before somebody joins it: nobody says meanwhile that it has ended.
    """
    return session.get(Organization, organization_id, with_for_update={"read": True}, populate_existing=True)


def lock_people(session: Session, person_ids: Iterable[int]) -> None:
    """Let whoever else locks one of them wait until this transaction ends.

    Called before it is looked whether something is on their record already: of two who send the same at once the second
    one finds it there.
    """
    query = select(Person.id).where(Person.id.in_(list(person_ids))).order_by(Person.id)
    session.execute(query.with_for_update(key_share=True))
