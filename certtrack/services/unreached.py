"""Whom mail doesn't reach, as a condition of a list: no address, or mail to it that isn't delivered."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from certtrack.db.models import Email, Person

TRUSTED_AFTER = timedelta(days=5)
"""Servers try as long before they report that a mail was given up: one that was sent longer ago has arrived."""


def find_trusted(at: datetime) -> datetime:
    """The moment before which, at that one, a mail must have been sent to be taken for one that has arrived."""
    return at - TRUSTED_AFTER


def has_no_way(trusted_before: datetime, person: Any = Person) -> ColumnElement[bool]:  # noqa: ANN401  # the table or an alias of it
    """A condition on `person`, a living one: there is no address, or the last mail to it wasn't delivered.

    `trusted_before` is `find_trusted` of now, or a parameter for it.
    """
    address = find_first(person)
    is_without = and_(person.private_address.is_(None), person.work_address.is_(None))
    mail = aliased(Email)
    is_undelivered = exists().where(mail.address == address, *_is_undelivered(mail, trusted_before)).correlate(person)
    return and_(person.died_on.is_(None), or_(is_without, is_undelivered))


def find_since(trusted_before: datetime, person: Any = Person) -> ColumnElement[datetime]:  # noqa: ANN401  # likewise
    """When the first mail to the person's address wasn't delivered; NULL where there is none such."""
    mail = aliased(Email)
    query: Select[Any] = select(func.min(_settled_at(mail)))
    query = query.where(mail.address == find_first(person), *_is_undelivered(mail, trusted_before))
    return query.correlate(person).scalar_subquery()


def find_first(person: Any = Person) -> ColumnElement[str]:  # noqa: ANN401  # likewise
    """Where mail goes first, as `Person.address` says it."""
    is_at_work = and_(person.work_first, person.work_address.is_not(None))
    first: ColumnElement[str] = case(
        (is_at_work, person.work_address), else_=func.coalesce(person.private_address, person.work_address)
    )
    return first


def _is_undelivered(mail: Any, trusted_before: datetime) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401  # an alias of `email`
    # written out: an index that holds these alone is used only for what the statement itself says
    states: BindParameter[Any] = bindparam(None, ("failed", "bounced"), expanding=True, literal_execute=True)
    is_evidence = or_(mail.state == "bounced", mail.mail_class == "planned")
    later = aliased(Email)
    has_arrived = exists().where(
        later.recipient_id == mail.recipient_id,
        later.address == mail.address,
        later.state == "sent",
        later.settled_at < trusted_before,
        later.settled_at >= _settled_at(mail),
    )
    return mail.state.in_(states), is_evidence, ~has_arrived.correlate(mail)


def _settled_at(mail: Any) -> ColumnElement[datetime]:  # noqa: ANN401  # likewise
    found: ColumnElement[datetime] = func.coalesce(mail.bounced_at, mail.settled_at, mail.created_at)
    return found
