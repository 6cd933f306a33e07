"""By what people may supervise at an organization, as its office says."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, Person, Qualification
from certtrack.db.queries.merges import same_person
from certtrack.security import Actor
from certtrack.services.people import load_holders
from certtrack.services.supervision.offer import list_supervisors
from certtrack.services.supervision.rights import check_is_office_of


@dataclass(frozen=True, slots=True)
class SupervisorShown:
    """One supervisor with their qualifications on record, the latest first. `is_own`: the reader's own."""

    person: Person
    qualifications: tuple[Qualification, ...]
    is_own: bool


def list_qualified(session: Session, actor: Actor, organization: Organization) -> tuple[SupervisorShown, ...]:
    """Whoever supervises there, or has a qualification on record, by name. Raises NotAllowed but for the office."""
    check_is_office_of(actor, organization.id)
    query = select(Qualification).where(
        Qualification.organization_id == organization.id, Qualification.state == "recorded"
    )
    records = session.scalars(query.order_by(Qualification.from_on.desc(), Qualification.id.desc())).all()
    people = {one.id: one for one in list_supervisors(session, organization.id)}
    me = {actor.person_id} if actor.person_id is not None else set[int]()
    holders = load_holders(session, {record.person_id for record in records} | me)
    own: dict[int, list[Qualification]] = {number: [] for number in people}
    for record in records:
        holder = holders[record.person_id]
        people[holder.id] = holder
        own.setdefault(holder.id, []).append(record)
    mine = holders[actor.person_id].id if actor.person_id is not None else None
    by_name = sorted(people.values(), key=lambda one: (one.folded_name, one.id))
    return tuple(SupervisorShown(one, tuple(own[one.id]), one.id == mine) for one in by_name)


def is_recorded(session: Session, said: Qualification | None, person_id: int, values: Iterable[object]) -> bool:
    """True where another record says the same of the person: organization, pack, title and first day in this order."""
    columns = (Qualification.organization_id, Qualification.pack_key, Qualification.title, Qualification.from_on)
    same = [column == value for column, value in zip(columns, values, strict=True)]
    query = select(Qualification.id).where(
        Qualification.person_id.in_(same_person(person_id)), Qualification.state == "recorded", *same
    )
    return any(said is None or number != said.id for number in session.scalars(query))
