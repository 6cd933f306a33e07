"""In which zone a reader's day begins, where a list has no place of its own."""

from collections.abc import Collection

from sqlalchemy import Select, case, literal, select
from sqlalchemy.orm import Session

from certtrack.db.models import Organization
from certtrack.db.once import ask_once, tell_once
from certtrack.security import Actor


def find_zone(session: Session, actor: Actor) -> str:
    """The zone whose day a list opens with: the actor's organization's, else the first one's, else UTC.

    One query, and in a session that only reads one for all that ask.
    """
    return ask_once(session, _key_of(actor), lambda: session.scalar(select_zone(_list_own(actor)))) or "UTC"


def tell_zone(session: Session, actor: Actor, rows: Collection[str]) -> None:
    """What `find_zone` would give, where `select_zone` was asked together with something else."""
    tell_once(session, _key_of(actor), next(iter(rows), None))


def select_zone_of(actor: Actor) -> Select[str]:
    """The zone of the actor's first organization, else of the first of all; no row where there is none."""
    return select_zone(_list_own(actor))


def select_zone(own: Collection[int]) -> Select[str]:
    """The zone of the first of these organizations, else of the first of all; no row where there is none."""
    first = case((Organization.id.in_(own), 0), else_=1) if own else literal(0)
    return select(Organization.zone).order_by(first, Organization.id).limit(1)


def _list_own(actor: Actor) -> frozenset[int]:
    return frozenset(grant.organization_id for grant in actor.grants if grant.organization_id is not None)


def _key_of(actor: Actor) -> tuple[str, frozenset[int]]:
    return "zone", _list_own(actor)
