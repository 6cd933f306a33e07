"""Who may do what to credits and claims, and which word is theirs to say."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Certification, OrganizationCredential
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Act, Actor, Relation, Role, can_act
from certtrack.services.actors import list_relations, open_certifications
from certtrack.services.people import get_person
from certtrack.services.reminders.sending_hours import known_zone

Affirmative = Literal["checked", "accepted"]

_NOT_THEIRS = "This record isn't here, or isn't yours to change."


def find_affirmative(session: Session, actor: Actor, certification: Certification) -> Affirmative:
    """The word by which this actor says yes: `accepted` for a granter of this credential, else a keeper's `checked`."""
    granters = select(OrganizationCredential.organization_id).where(
        OrganizationCredential.credential == certification.credential, OrganizationCredential.role == "granter"
    )
    is_granting = any(actor.has(Role.PROGRAMME_ADMINISTRATOR, number) for number in session.scalars(granters))
    return "accepted" if is_granting else "checked"


def check_can_log(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the actor may log this person's credits on that day."""
    if not (actor.is_command or can_act(_list_relations(session, actor, person_id, at), Act.LOG_CREDITS)):
        raise NotAllowed(_NOT_THEIRS)


def check_is_holder(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the record is the actor's own; commands may answer for anybody."""
    if not (actor.is_command or Relation.HOLDER in _list_relations(session, actor, person_id, at)):
        raise NotAllowed(_NOT_THEIRS)


def check_can_decide(session: Session, actor: Actor, certification: Certification, at: datetime) -> None:
    """Raise NotAllowed unless the actor may check credits for it on that day; Refused where it is their own."""
    if is_own(session, actor, certification.person_id):
        raise Refused("These are your own hours, so somebody else looks at them. Your supervisor or your office can.")
    today = today_of(session, certification.person_id, at)
    open_ones = open_certifications(actor, today, Act.CHECK_CREDITS)
    if session.scalar(select(Certification.id).where(Certification.id == certification.id, open_ones)) is None:
        raise NotAllowed(_NOT_THEIRS)


def is_own(session: Session, actor: Actor, person_id: int) -> bool:
    """True where the actor is that person, merged people being one."""
    return actor.person_id is not None and person_id in session.scalars(same_person(actor.person_id)).all()


def _list_relations(session: Session, actor: Actor, person_id: int, at: datetime) -> frozenset[Relation]:
    return list_relations(session, actor, person_id, today_of(session, person_id, at))


def today_of(session: Session, person_id: int, at: datetime) -> date:
    """The day that it is at `at` where this person is."""
    return today_in(FixedClock(at), known_zone(get_person(session, person_id).zone, "UTC"))
