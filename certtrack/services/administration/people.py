"""People as their office keeps them: put on record, called as the certificate has it, and with a supervisor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Assignment, Organization, Person
from certtrack.db.queries.merges import every_last_way
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Relation, Task, can_do, check_can_do
from certtrack.services.actors import list_relations, visible_people
from certtrack.services.leaving import Place, list_places_to_leave
from certtrack.services.locking import hold_organization, lock_people
from certtrack.services.organizations import affiliate, assign_supervisor, find_assignment
from certtrack.services.people import (
    NewPerson,
    change_person,
    create_person,
    fold_address,
    fold_name,
    get_person,
)
from certtrack.services.reminders.arming import earliest_day, rearm_person
from certtrack.services.supervision.supervising import list_supervising, load_supervising

_NOT_THEIRS = "This page isn't here, or isn't yours to see."


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """One of the reader's organizations to which somebody belongs, and who supervises them there today, or None.

    `offered` are those who supervise there today, but not the person themselves.
    """

    place: Place
    supervisor: Person | None
    offered: tuple[Person, ...]

    @property
    def organization(self) -> Organization:
        """Where it is."""
        return self.place.organization


@dataclass(frozen=True, slots=True)
class PersonKept:
    """Somebody as their office keeps them."""

    person: Person
    places: tuple[PlaceKept, ...]


def list_alike(session: Session, actor: Actor, new: NewPerson, today: date) -> Sequence[Person]:
    """Those of the actor's who share the name or an address with somebody who is to be put on record, by number."""
    addresses = {address for text in (new.private_address, new.work_address) if (address := fold_address(text))}
    query = select(Person).where(
        Person.merged_into_id.is_(None),
        visible_people(actor, today),
        or_(
            Person.folded_name == fold_name(new.given_name, new.family_name),
            Person.private_address.in_(addresses),
            Person.work_address.in_(addresses),
        ),
    )
    return session.scalars(query.order_by(Person.id)).all()


def add_person(
    session: Session,
    new: NewPerson,
    organization_id: int,
    *,
    from_on: date | None,
    supervisor_id: int | None,
    today: date,
    actor: Actor,
    at: datetime,
) -> Person:
    """Put somebody on record at one of the actor's organizations, from that day on (None: it isn't known).

    Their supervisor, where one is named, is so from today on. Raises NotAllowed, NotFound for a supervisor who isn't
    one there, and BadInput for a first day to come: until then nobody at the office would see the record.
    """
    check_can_do(actor, Task.MANAGE_PEOPLE, organization_id)
    if from_on is not None and from_on > today:
        raise BadInput(f"{from_on} is still to come: put them on record on the day itself, or after it.")
    hold_organization(session, organization_id)
    person = create_person(session, new, actor=actor, at=at)
    affiliate(session, person.id, organization_id, from_on=from_on, actor=actor, at=at)
    if supervisor_id is not None:
        check_supervises(session, supervisor_id, organization_id, today)
        assign_supervisor(
            session, person_id=person.id, supervisor_id=supervisor_id, organization_id=organization_id,
            from_on=today, actor=actor, at=at,
        )  # fmt: skip
    return person


def get_person_kept(session: Session, actor: Actor, person_id: int, today: date) -> PersonKept:
    """Somebody whose record the actor's office keeps today. Raises NotFound alike for anybody else and for nobody."""
    person = get_own(session, actor, person_id, today)
    kept = [
        place
        for place in list_places_to_leave(session, actor, person.id, today)
        if can_do(actor, Task.MANAGE_PEOPLE, place.organization.id)
    ]
    offered = load_supervising(session, [place.organization.id for place in kept], today)
    supervisors = _load_supervisors(session, person.id, today)
    places = (
        PlaceKept(
            place,
            supervisors.get(place.organization.id),
            tuple(one for one in offered[place.organization.id] if one.id != person.id),
        )
        for place in kept
    )
    return PersonKept(person, tuple(places))


def rename_person(
    session: Session, actor: Actor, person_id: int, given_name: str, family_name: str,
    *, seen: tuple[str, str], today: date, at: datetime,
) -> bool:  # fmt: skip
    """Let the certificate's name be another one; the earlier one stays on record. True where it is different.

    `seen` are the names that the page had shown. Raises NotFound, BadInput for an empty one, StaleRecord.
    """
    person = get_own(session, actor, person_id, today)
    lock_people(session, [person.id])
    session.refresh(person)
    if (person.given_name, person.family_name) != seen:
        raise StaleRecord("Somebody else has changed the name meanwhile; look at it again.")
    if not given_name.strip() or not family_name.strip():
        raise BadInput("A person has a given name and a family name.")
    changes = {"given_name": given_name.strip(), "family_name": family_name.strip()}
    return change_person(session, person, changes, actor=actor, at=at)


def set_supervisor(
    session: Session, actor: Actor, person_id: int, organization_id: int, supervisor_id: int | None,
    *, seen: int | None, today: date, at: datetime,
) -> None:  # fmt: skip
    """Let somebody supervise the person there from today on, or with None nobody.

    `seen` is who the page had shown; to leave it so is no change. Raises NotFound, Refused where it would be
    themselves, StaleRecord.
    """
    person = get_own(session, actor, person_id, today)
    check_can_do(actor, Task.MANAGE_PEOPLE, organization_id)
    if organization_id not in {one.organization.id for one in list_places_to_leave(session, actor, person.id, today)}:
        raise NotFound(_NOT_THEIRS)
    lock_people(session, [person.id])
    lasting = find_assignment(session, person.id, organization_id, today)
    if (get_person(session, lasting.supervisor_id).id if lasting else None) != seen:
        raise StaleRecord("Somebody else has named another supervisor meanwhile; look at it again.")
    if supervisor_id == seen:
        return
    if supervisor_id is None:
        if lasting is not None:
            _end_assignment(session, lasting, add_days(today, -1), actor, at)
        return
    check_supervises(session, supervisor_id, organization_id, today)
    assign_supervisor(
        session, person_id=person.id, supervisor_id=supervisor_id, organization_id=organization_id, from_on=today,
        actor=actor, at=at,
    )  # fmt: skip


def get_own(session: Session, actor: Actor, person_id: int, today: date) -> Person:
    """Somebody whose record an office of the actor's keeps today, merges followed. Raises NotFound."""
    person = get_person(session, person_id)
    if Relation.AGENCY_ADMINISTRATOR not in list_relations(session, actor, person.id, today):
        raise NotFound(_NOT_THEIRS)
    return person


def check_supervises(session: Session, supervisor_id: int, organization_id: int, today: date) -> None:
    """Raise NotFound for somebody who doesn't supervise there today."""
    if supervisor_id not in {one.id for one in list_supervising(session, organization_id, today)}:
        raise NotFound(_NOT_THEIRS)


def _load_supervisors(session: Session, person_id: int, on: date) -> dict[int, Person]:
    """Who supervises the person on that day by organization, merges followed: as `find_assignment` says; one query."""
    last = every_last_way()
    query = (
        select(Assignment.organization_id, Person)
        .outerjoin(last, last.c.person_id == Assignment.supervisor_id)
        .join(Person, Person.id == func.coalesce(last.c.into_id, Assignment.supervisor_id))
        .where(
            Assignment.person_id == person_id,
            Assignment.from_on <= on,
            or_(Assignment.until_on.is_(None), Assignment.until_on >= on),
        )
        .order_by(Assignment.from_on, Assignment.id)
    )
    return dict(session.execute(query).all())


def _end_assignment(session: Session, lasting: Assignment, last_on: date, actor: Actor, at: datetime) -> None:
    people = [lasting.person_id, lasting.supervisor_id]
    details = {"supervisor": lasting.supervisor_id, "from_on": lasting.from_on, "until_on": last_on}
    if lasting.from_on > last_on:
        session.delete(lasting)  # it never held, and the audit keeps it
    else:
        lasting.until_on = last_on
    session.flush()
    rearm_person(session, lasting.person_id, earliest_day(at))
    record_event(
        session, at=at, actor=actor.key, action="assignment.ended", subject=("person", lasting.person_id),
        people=people, details=details,
    )  # fmt: skip
