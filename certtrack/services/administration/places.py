"""Where somebody administers: their own organizations, or all there are."""

from collections.abc import Sequence

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Organization
from certtrack.security import Actor, Task, list_places


def list_offices(session: Session, actor: Actor, task: Task) -> Sequence[Organization]:
    """The organizations in which the actor may do the task, by their names."""
    places = list_places(actor, task)
    mine = true() if places is None else Organization.id.in_(places)
    return session.scalars(select(Organization).where(mine).order_by(Organization.name, Organization.id)).all()


def is_everywhere(actor: Actor, task: Task) -> bool:
    """True where the actor may do the task for the installation as a whole, and not for their own organizations."""
    return list_places(actor, task) is None
