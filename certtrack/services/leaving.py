"""Somebody leaves an office: the last day of their time there, and what ends with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Affiliation, Assignment, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.security import Actor, Task, list_places
from certtrack.services.organizations import end_affiliation
from certtrack.services.people import change_person, get_person
from certtrack.services.reminders.arming import earliest_day, rearm_person


@dataclass(frozen=True, slots=True)
class Place:
    """An organization of the actor's to which the person belongs, with their affiliations to it."""

    organization: Organization
    affiliations: tuple[Affiliation, ...]

    @property
    def no(self) -> int:
        """What grows with each change of their time there."""
        return sum(one.no for one in self.affiliations)

    @property
    def from_on(self) -> date | None:
        """The latest first day that is known, None where none is."""
        return max((one.from_on for one in self.affiliations if one.from_on is not None), default=None)

    @property
    def until_on(self) -> date | None:
        """A last day that is on record and hasn't passed; None where there is none."""
        days = [one.until_on for one in self.affiliations]
        return None if None in days else max(day for day in days if day is not None)


def list_places_to_leave(session: Session, actor: Actor, person_id: int, today: date) -> tuple[Place, ...]:
    """Where the actor may say that the person has left, in the order of names; empty where there is no such place."""
    places = list_places(actor, Task.END_AFFILIATION)
    query = (
        select(Organization, Affiliation)
        .join(Affiliation, Affiliation.organization_id == Organization.id)
        .where(
            Affiliation.person_id.in_(same_person(person_id)),
            or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
            or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
            true() if places is None else Organization.id.in_(places),
        )
        .order_by(Organization.name, Organization.id, Affiliation.id)
    )
    found: dict[int, Place] = {}
    for organization, affiliation in session.execute(query):
        known = found.get(organization.id)
        found[organization.id] = Place(organization, (*(known.affiliations if known else ()), affiliation))
    return tuple(found.values())


def select_times_to_end(actor: Actor, person_id: int, today: date) -> Select[int]:
    """The affiliations of such places; none for whoever may end none at all."""
    places = list_places(actor, Task.END_AFFILIATION)
    return select(Affiliation.id).where(
        Affiliation.person_id.in_(same_person(person_id)),
        or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
        true() if places is None else Affiliation.organization_id.in_(places),
    )


def get_place_to_leave(session: Session, actor: Actor, person_id: int, organization_id: int, today: date) -> Place:
    """The one of these places with that number. Raises NotFound."""
    for place in list_places_to_leave(session, actor, person_id, today):
        if place.organization.id == organization_id:
            return place
    raise NotFound("This page isn't here, or isn't yours to see.")


def leave(
    session: Session,
    place: Place,
    person_id: int,
    last_on: date,
    *,
    forgets_work_address: bool,
    expected_no: int,
    today: date,
    actor: Actor,
    at: datetime,
) -> Person:
    """Put the last day of the person's time at a place on record; that day is included. The person.

    Nobody supervises them there after it. Mail no longer goes to the address at work, from now on: it is planned anew
    for the address that is left. Only where they belong to another place too, the address may be that one's: then it
    stays without `forgets_work_address`. Raises BadInput for a day to come or before the first,
    StaleRecord where their time there was changed meanwhile.
    """
    if place.no != expected_no:
        raise StaleRecord("Their time here was changed meanwhile: look at it again.")
    if last_on > today:
        raise BadInput(f"{last_on} is still to come: say it on the last day, or after it.")
    if place.from_on is not None and last_on < place.from_on:
        raise BadInput(f"Their time here began on {place.from_on}; it can't end on {last_on}.")
    for affiliation in place.affiliations:
        end_affiliation(session, affiliation, last_on, reason="left", actor=actor, at=at)
    _end_assignments(session, place.organization.id, person_id, last_on, actor, at)
    person = get_person(session, person_id)
    if forgets_work_address or not _belongs_elsewhere(session, place.organization.id, person_id, today):
        change_person(session, person, {"work_address": None}, actor=actor, at=at)
    return person


def _belongs_elsewhere(session: Session, organization_id: int, person_id: int, today: date) -> bool:
    query = select(Affiliation.id).where(
        Affiliation.person_id.in_(same_person(person_id)),
        Affiliation.organization_id != organization_id,
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    return session.scalar(query.limit(1)) is not None


def _end_assignments(
    session: Session, organization_id: int, person_id: int, last_on: date, actor: Actor, at: datetime
) -> None:
    ended = _list_assignments(session, organization_id, person_id, last_on)
    for assignment in ended:
        details = {"supervisor": assignment.supervisor_id, "from_on": assignment.from_on, "until_on": last_on}
        people = [assignment.person_id, assignment.supervisor_id]
        subject = ("person", assignment.person_id)
        if assignment.from_on > last_on:
            session.delete(assignment)  # it never held, and the audit keeps it
        else:
            assignment.until_on = last_on
        rearm_person(session, assignment.person_id, earliest_day(at))
        record_event(
            session, at=at, actor=actor.key, action="assignment.ended", subject=subject, people=people, details=details
        )
    session.flush()


def _list_assignments(session: Session, organization_id: int, person_id: int, last_on: date) -> Sequence[Assignment]:
    query = select(Assignment).where(
        Assignment.organization_id == organization_id,
        Assignment.person_id.in_(same_person(person_id)),
        or_(Assignment.until_on.is_(None), Assignment.until_on > last_on),
    )
    return session.scalars(query.order_by(Assignment.id)).all()
