"""Which records are whoever acts."""

from sqlalchemy.orm import Session

from certtrack.db.queries.merges import same_person
from certtrack.security import Actor
from certtrack.services.actors import find_actor_person


def list_own_numbers(session: Session, actor: Actor) -> frozenset[int]:
    """Every number that is whoever acts, merged people being one; none where that is nobody's record."""
    own_id = find_actor_person(session, actor)
    return frozenset(session.scalars(same_person(own_id)) if own_id is not None else ())
