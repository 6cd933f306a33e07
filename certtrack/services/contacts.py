"""What an organization wishes of its mails: who gets its copies of reminders, and names in the weekly team mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, Person
from certtrack.errors import Refused
from certtrack.security import Actor
from certtrack.services.organization_changes import record_change
from certtrack.services.organizations import find_affiliation
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
    somebody who doesn't belong there: they are to see where its people stand.
    """
    if person is not None and find_affiliation(session, person.id, organization.id, today) is None:
        raise Refused(f"{person.shown_name} doesn't belong to {organization.name}: a contact person does.")
    before, after = organization.contact_id, person.id if person is not None else None
    if before == after:
        return False
    organization.contact_id = after
    rearm_copies(session, organization.id, earliest_day(at))
    people = [number for number in (before, after) if number is not None]
    details = {"contact": after, "before": before}
    record_change(session, organization, "organization.contact", details, actor=actor, at=at, people=people)
    return True


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
