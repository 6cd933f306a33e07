"""Who may put a value on record: it holds for everybody whose certification goes by the rules, at whatever office."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Certification, Duty, OrganizationCredential
from certtrack.db.queries.merges import same_people
from certtrack.errors import NotAllowed
from certtrack.packs.confirming import AnyPack
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.security import Actor, Role, Task, can_do, list_places
from certtrack.services.rulebook import Rulebook


def can_confirm(session: Session, rulebook: Rulebook, actor: Actor, pack: AnyPack) -> bool:
    """True for whoever administers everywhere, or every office that has somebody who goes by the pack.

    Of the rules of a service it is every office that counts somebody's supervision by them.
    So it is for the program that gives the credential, where no other pack here is of a credential called so: they are
    its own rules. A pack that nobody goes by is everywhere's alone.
    """
    if not can_do(actor, Task.CONFIRM_RULES):
        return False
    places = list_places(actor, Task.CONFIRM_RULES)
    if places is None:
        return True
    if isinstance(pack, Pack):
        return _is_of_these(session, pack, places) or _grants(session, rulebook, actor, pack)
    return _is_counted_by_these(session, pack, places)


def check_can_confirm(session: Session, rulebook: Rulebook, actor: Actor, pack: AnyPack) -> None:
    """Raise NotAllowed unless `can_confirm`."""
    if not can_confirm(session, rulebook, actor, pack):
        raise NotAllowed("This page isn't here, or isn't yours to see.")


def _is_of_these(session: Session, pack: Pack, places: frozenset[int]) -> bool:
    """True where all are kept by these offices, and belong to no other."""
    held = select(Certification).where(Certification.pack_key == pack.key).subquery()
    keeping = select(held.c.organization_id)
    belonging = select(Affiliation.organization_id).where(
        Affiliation.person_id.in_(same_people(select(held.c.person_id)))
    )
    found = set(session.scalars(keeping.union(belonging)))
    return bool(found) and found <= places


def _is_counted_by_these(session: Session, pack: ServicePack, places: frozenset[int]) -> bool:
    query = select(Affiliation.organization_id).join(Duty, Duty.affiliation_id == Affiliation.id)
    found = set(session.scalars(query.where(Duty.pack_key == pack.key).distinct()))
    return bool(found) and found <= places


def _grants(session: Session, rulebook: Rulebook, actor: Actor, pack: Pack) -> bool:
    alike = {one.key for one in rulebook.packs.list() if one.credential == pack.credential}
    own = [grant.organization_id for grant in actor.grants if grant.role is Role.PROGRAMME_ADMINISTRATOR]
    if len(alike) > 1 or not own:
        return False
    query = select(OrganizationCredential.id).where(
        OrganizationCredential.organization_id.in_(own),
        OrganizationCredential.credential == pack.credential,
        OrganizationCredential.role == "granter",
    )
    return session.scalar(query.limit(1)) is not None
