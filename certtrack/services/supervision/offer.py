"""What the form for a session offers: who may be its supervisor, and who can have been there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CompoundSelect, Select, func, literal, or_, select, union, union_all
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Affiliation, Assignment, Organization, Person, SupervisionSession
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.errors import NotAllowed
from certtrack.security import Actor, Role, Task, can_do
from certtrack.services.people import get_person
from certtrack.services.supervision.rights import NOT_THEIRS, within


@dataclass(frozen=True, slots=True)
class SessionOffer:
    """Both by name. `supervisors` is one person where the actor logs their own sessions only."""

    organization: Organization
    supervisors: tuple[Person, ...]
    people: tuple[Person, ...]

    def with_those(self, supervisor: Person, people: Iterable[Person]) -> "SessionOffer":
        """The same with those too whom a session on record names already."""
        return SessionOffer(
            self.organization, _by_name((*self.supervisors, supervisor)), _by_name((*self.people, *people))
        )


def get_offer(session: Session, actor: Actor, organization: Organization, today: date) -> SessionOffer:
    """What the actor may log there: the office for anybody, a supervisor for themselves and whom is assigned to them.

    Raises NotAllowed for anybody else.
    """
    if can_do(actor, Task.MANAGE_SUPERVISION, organization.id):
        return SessionOffer(organization, *_load_office(session, organization.id, today))
    if actor.person_id is None or not within(actor, organization.id).has(Role.SUPERVISOR):
        raise NotAllowed(NOT_THEIRS)
    me = get_person(session, actor.person_id)
    return SessionOffer(organization, (me,), list_assigned(session, me, organization.id, today))


def list_assigned(session: Session, supervisor: Person, organization_id: int, today: date) -> tuple[Person, ...]:
    """Who is assigned to the supervisor there on that day, by name."""
    query = select(Assignment.person_id).where(
        Assignment.supervisor_id.in_(same_person(supervisor.id)),
        Assignment.organization_id == organization_id,
        Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
    return _load(session, query)


def list_supervisors(session: Session, organization_id: int) -> tuple[Person, ...]:
    """Whoever is, or was, a supervisor there; by name; one query."""
    return _load(session, _select_supervisors(organization_id))


def find_supervisors(session: Session, organization_id: int) -> set[int]:
    """The numbers of whoever is, or was, a supervisor there: by an assignment, an account, or a session.

    A session is put on record after it was held: who supervises on a day is another question (`list_supervising`).
    """
    return set(session.scalars(_select_supervisors(organization_id)))


def _select_supervisors(organization_id: int) -> CompoundSelect[int]:
    accounts = (
        select(Account.person_id.label("person_id"))
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.SUPERVISOR, AccountRole.organization_id == organization_id)
        .where(Account.person_id.is_not(None))
    )
    assigned = select(Assignment.supervisor_id).where(Assignment.organization_id == organization_id)
    held = select(SupervisionSession.supervisor_id).where(SupervisionSession.organization_id == organization_id)
    return union(accounts, assigned, held)


def _load_office(session: Session, organization_id: int, today: date) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Whoever supervises there and whoever belongs there, both in one query."""
    supervisors = _select_supervisors(organization_id).subquery()
    lasting = or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today)
    here = union_all(
        select(literal(1).label("supervises"), supervisors.c.person_id.label("person_id")),
        select(literal(0), Affiliation.person_id).where(Affiliation.organization_id == organization_id, lasting),
    ).subquery()
    last = every_last_way()
    query = select(here.c.supervises, Person).outerjoin(last, last.c.person_id == here.c.person_id)
    query = query.join(Person, Person.id == func.coalesce(last.c.into_id, here.c.person_id))
    found = session.execute(query).all()
    return _by_name(one for is_so, one in found if is_so), _by_name(one for is_so, one in found if not is_so)


def _load(session: Session, query: Select[int] | CompoundSelect[int]) -> tuple[Person, ...]:
    last, numbers = every_last_way(), query.subquery()
    number = numbers.c[0]
    people = select(Person).select_from(numbers).outerjoin(last, last.c.person_id == number)
    return _by_name(session.scalars(people.join(Person, Person.id == func.coalesce(last.c.into_id, number))))


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    found = {person.id: person for person in people}
    return tuple(sorted(found.values(), key=lambda one: (one.folded_name, one.id)))
