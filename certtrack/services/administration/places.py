"""Where somebody administers: their own organizations, or all there are."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Organization
from certtrack.security import Actor, Task, list_places


def list_offices(
    session: Session, actor: Actor, task: Task, on: date | None = None, *, most: int | None = None
) -> Sequence[Organization]:
    """The organizations in which the actor may do the task, by their names; with `on` none that ended before it.

    `most`: so many at the most; None: all.
    """
    places = list_places(actor, task)
    mine = true() if places is None else Organization.id.in_(places)
    query = select(Organization).where(mine).order_by(Organization.name, Organization.id)
    if on is not None:
        query = query.where(or_(Organization.until_on.is_(None), Organization.until_on >= on))
    return session.scalars(query.limit(most)).all()


def is_everywhere(actor: Actor, task: Task) -> bool:
    """True where the actor may do the task for the installation as a whole, and not for their own organizations."""
    return list_places(actor, task) is None
