"""Who vouches for a paper that isn't on file."""

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from certtrack.db.queries.merges import same_person
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name, find_actor_person


def find_witness(session: Session, actor: Actor, person_id: int) -> str | None:
    """Who has seen a paper of that person's by the actor's word; None where it is their own, which nobody else saw."""
    own = find_actor_person(session, actor)
    if own is not None and session.scalar(select(literal(1)).where(literal(own).in_(same_person(person_id)))):
        return None
    return find_actor_name(session, actor.key) or actor.key
