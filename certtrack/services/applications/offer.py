"""What a form about one certification rests on: whose it is, its rules, and where its application is."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack
from certtrack.security import Act, Actor, Relation
from certtrack.services.actors import list_relations, open_certifications
from certtrack.services.applications.of_person import load_applications
from certtrack.services.applications.page import ShownApplication
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook

_ACTS = (Act.REPORT_APPLICATION, Act.DECIDE_APPLICATION, Act.RECORD_WAIVER)


@dataclass(frozen=True, slots=True)
class ApplicationOffer:
    """What a form about one certification rests on. `application` is None where no cycle of it is open."""

    person: Person
    certification: Certification
    pack: Pack
    application: ShownApplication | None
    is_holder: bool


def get_application_offer(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, certification_id: int, today: date
) -> ApplicationOffer:
    """What the actor may say of this person's certification. Raises NotFound alike for what isn't there or theirs.

    Five queries.
    """
    person = get_person(session, person_id)
    mine = select(Certification).where(
        Certification.id == certification_id,
        Certification.person_id.in_(same_person(person.id)),
        or_(*(open_certifications(actor, today, act) for act in _ACTS)),
    )
    certification = session.scalar(mine)
    if certification is None:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    relations = list_relations(session, actor, person.id, today)
    found = load_applications(session, rulebook, [certification], relations, actor, today)
    application = found.get(certification.id)
    return ApplicationOffer(
        person=person,
        certification=certification,
        pack=rulebook.packs.get(certification.pack_key, on=application.cycle.due_on if application else None),
        application=application,
        is_holder=Relation.HOLDER in relations,
    )
