"""What the office may put on record from a certificate: whose, at which of its places, and by which rules."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Organization, OrganizationCredential, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack
from certtrack.security import Act, Actor, Relation, can_act
from certtrack.services.actors import list_relations
from certtrack.services.leaving import list_places_to_leave
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.ways_in.packs import list_newest_packs


@dataclass(frozen=True, slots=True)
class FirstOffer:
    """Somebody, the places of the reader's where they belong, and the rules of what may be put on record there.

    `taken` are the places, each with the key of rules or the credential, where that may not be: a cycle is on record
    already, or the place gives the credential itself.
    """

    person: Person
    places: tuple[Organization, ...]
    packs: tuple[Pack, ...]
    taken: frozenset[tuple[int, str]]
    is_holder: bool

    def is_free(self, organization_id: int, pack: Pack) -> bool:
        """True where a first cycle by these rules may be put on record there."""
        return not self.taken & {(organization_id, pack.key), (organization_id, pack.credential)}


def get_first_offer(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, today: date) -> FirstOffer:
    """What may be put on record for that person. Raises NotFound alike for nobody and for whom it isn't the actor's.

    Six queries.
    """
    person = get_person(session, person_id)
    relations = list_relations(session, actor, person.id, today)
    places = [place.organization for place in list_places_to_leave(session, actor, person.id, today)]
    if not can_act(relations, Act.RECORD_CERTIFICATE) or not places:
        raise NotFound("This page isn't here, or isn't yours to see.")
    taken = frozenset(_list_taken(session, person.id, [place.id for place in places]))
    offer = FirstOffer(person, tuple(places), (), taken, Relation.HOLDER in relations)
    known = list_newest_packs(confirmed_rules(session, rulebook))
    packs = [pack for pack in known if any(offer.is_free(place.id, pack) for place in places)]
    return replace(offer, packs=tuple(packs))


def _list_taken(session: Session, person_id: int, places: list[int]) -> set[tuple[int, str]]:
    held = (
        select(Certification.organization_id, Certification.pack_key)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .where(Certification.person_id.in_(same_person(person_id)), Cycle.is_withdrawn.is_(False))
    )
    granted = select(OrganizationCredential.organization_id, OrganizationCredential.credential).where(
        OrganizationCredential.organization_id.in_(places), OrganizationCredential.role == "granter"
    )
    return {(place, name) for place, name in session.execute(held.union_all(granted))}
