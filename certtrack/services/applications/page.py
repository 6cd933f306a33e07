"""What one person's page says of applications, and what the reader may do about them now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, Certification, Cycle, Intention, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack
from certtrack.security import Act, Actor, Relation
from certtrack.services.actors import find_actor_name, list_relations, open_certifications
from certtrack.services.applications.rights import is_granted_here
from certtrack.services.applications.sending import list_steps
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import find_open_cycle
from certtrack.services.people import get_person
from certtrack.services.person_page import PersonPage
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step, and who put it on record."""

    step: ApplicationStep
    by: str


@dataclass(frozen=True, slots=True)
class ShownApplication:
    """Where one certification's application is, for its open cycle.

    `steps` are those of that cycle, `certificate` is what opened it where that can be taken back. `said` holds what
    stands of going on, `numbers` the last version of each kind, 0 where nothing was ever said.
    """

    certification: Certification
    cycle: Cycle
    is_granter: bool
    steps: tuple[ShownStep, ...]
    certificate: ShownStep | None
    said: Mapping[str, Intention]
    numbers: Mapping[str, int]
    can_report: bool
    is_holder: bool


@dataclass(frozen=True, slots=True)
class ApplicationOffer:
    """What a form about one certification rests on. `application` is None where no cycle of it is open."""

    person: Person
    certification: Certification
    pack: Pack
    application: ShownApplication | None
    is_holder: bool


def show_applications(session: Session, actor: Actor, page: PersonPage, today: date) -> dict[int, ShownApplication]:
    """By certification of the page, for those whose open cycle is on record; none on a page of another day."""
    found: dict[int, ShownApplication] = {}
    if page.as_of is not None or page.known_at is not None:
        return found
    for shown in page.certifications:
        application = _show(session, actor, shown.certification, page.person.id, today)
        if application is not None:
            found[shown.certification.id] = application
    return found


def get_application_offer(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, certification_id: int, today: date
) -> ApplicationOffer:
    """What the actor may say of this person's certification. Raises NotFound alike for what isn't there or theirs."""
    person, certification = get_person(session, person_id), get_certification(session, certification_id)
    mine = select(Certification.id).where(
        Certification.id == certification.id,
        Certification.person_id.in_(same_person(person.id)),
        open_certifications(actor, today, Act.REPORT_APPLICATION),
    )
    if session.scalar(mine) is None:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    application = _show(session, actor, certification, person.id, today)
    due_on = application.cycle.due_on if application else None
    return ApplicationOffer(
        person=person,
        certification=certification,
        pack=rulebook.packs.get(certification.pack_key, on=due_on),
        application=application,
        is_holder=Relation.HOLDER in list_relations(session, actor, person.id, today),
    )


def _show(
    session: Session, actor: Actor, certification: Certification, person_id: int, today: date
) -> ShownApplication | None:
    cycle = find_open_cycle(session, certification.id)
    if cycle is None:
        return None
    query = select(Intention).where(Intention.cycle_id == cycle.id)
    intentions = {said.kind: said for said in session.scalars(query)}
    can_report = session.scalar(
        select(Certification.id).where(
            Certification.id == certification.id, open_certifications(actor, today, Act.REPORT_APPLICATION)
        )
    )
    return ShownApplication(
        certification=certification,
        cycle=cycle,
        is_granter=is_granted_here(session, certification),
        steps=tuple(_show_step(session, step) for step in list_steps(session, cycle.id)),
        certificate=_find_certificate(session, cycle),
        said={kind: said for kind, said in intentions.items() if said.state == "said"},
        numbers={kind: intentions[kind].no if kind in intentions else 0 for kind in ("not_going_on", "more_time")},
        can_report=can_report is not None,
        is_holder=Relation.HOLDER in list_relations(session, actor, person_id, today),
    )


def _find_certificate(session: Session, cycle: Cycle) -> ShownStep | None:
    query = select(ApplicationStep).where(
        ApplicationStep.opened_cycle_id == cycle.id,
        ApplicationStep.kind == "certificate",
        ApplicationStep.is_withdrawn.is_(False),
    )
    step = session.scalar(query)
    return _show_step(session, step) if step is not None else None


def _show_step(session: Session, step: ApplicationStep) -> ShownStep:
    return ShownStep(step, find_actor_name(session, step.recorded_by) or step.recorded_by)
