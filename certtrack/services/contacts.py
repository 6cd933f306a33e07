"""What an organization wishes of its mails: who gets its copies of reminders, and names in the weekly team mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import Refused
from certtrack.security import Actor
from certtrack.services.organization_changes import record_change
from certtrack.services.people import get_person
from certtrack.services.reminders.arming import earliest_day, rearm_copies


@dataclass(frozen=True, slots=True)
class ListedOrganization:
    """One organization as a list has it; `contact` is None where nobody gets its copies."""

    organization: Organization
    contact: Person | None


def set_contact(
    session: Session, organization: Organization, person: Person | None, *, today: date, actor: Actor, at: datetime
) -> bool:
    """Let `person`, or nobody, get the organization's copies from now on; True when that is a change.

    What was told already, and what waits for somebody who gets none any more, is looked at at once. Raises Refused for
    somebody new who doesn't belong there: they are to see where its people stand.
    """
    before, after = organization.contact_id, person.id if person is not None else None
    if before == after or (before is not None and get_person(session, before).id == after):
        return False
    if person is not None and not belongs_on(session, person.id, organization.id, today):
        raise Refused(f"{person.shown_name} doesn't belong to {organization.name}: a contact person does.")
    organization.contact_id = after
    rearm_copies(session, organization.id, earliest_day(at))
    people = [number for number in (before, after) if number is not None]
    details = {"contact": after, "before": before}
    record_change(session, organization, "organization.contact", details, actor=actor, at=at, people=people)
    return True


def belongs_on(session: Session, person_id: int, organization_id: int, on: date) -> bool:
    """True where the person, merges followed, belongs to it on that day; a first day that isn't known has passed."""
    query = select(Affiliation.id).where(
        Affiliation.person_id.in_(same_person(person_id)),
        Affiliation.organization_id == organization_id,
        or_(Affiliation.from_on.is_(None), Affiliation.from_on <= on),
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= on),
    )
    return session.scalar(query.limit(1)) is not None


def find_contact(session: Session, organization: Organization, on: date) -> Person | None:
    """Whoever gets its copies, merges followed; None for nobody, and while they don't belong there."""
    if organization.contact_id is None:
        return None
    person = get_person(session, organization.contact_id)
    return person if belongs_on(session, person.id, organization.id, on) else None


def set_names_in_team_mail(
    session: Session, organization: Organization, *, named: bool, actor: Actor, at: datetime
) -> bool:
    """Have the weekly team mail name those who are due, or not, from now on; True when that is a change."""
    if organization.names_in_team_mail == named:
        return False
    organization.names_in_team_mail = named
    record_change(session, organization, "organization.names_in_team_mail", {"named": named}, actor=actor, at=at)
    return True


def list_organizations(session: Session) -> Sequence[ListedOrganization]:
    """Every organization, by its key, with its contact person, merges followed."""
    found = session.scalars(select(Organization).order_by(Organization.key))
    return [ListedOrganization(one, get_person(session, one.contact_id) if one.contact_id else None) for one in found]
