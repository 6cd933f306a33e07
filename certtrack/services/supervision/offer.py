"""What the form for a session offers: who may be its supervisor, and who can have been there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select, union
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Affiliation, Assignment, Organization, Person, SupervisionSession
from certtrack.db.queries.merges import same_person
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
        lasting = or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today)
        here = select(Affiliation.person_id).where(Affiliation.organization_id == organization.id, lasting)
        return SessionOffer(organization, list_supervisors(session, organization.id), _load(session, here))
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
    """Whoever is, or was, a supervisor there; by name."""
    numbers = find_supervisors(session, organization_id)
    return _load(session, select(Person.id).where(Person.id.in_(numbers)))


def find_supervisors(session: Session, organization_id: int) -> set[int]:
    """The numbers of whoever is, or was, a supervisor there: by an assignment, an account, or a session."""
    accounts = (
        select(Account.person_id)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(AccountRole.role == Role.SUPERVISOR, AccountRole.organization_id == organization_id)
        .where(Account.person_id.is_not(None))
    )
    assigned = select(Assignment.supervisor_id).where(Assignment.organization_id == organization_id)
    held = select(SupervisionSession.supervisor_id).where(SupervisionSession.organization_id == organization_id)
    return set(session.scalars(union(accounts, assigned, held)))


def _load(session: Session, query: Select[int]) -> tuple[Person, ...]:
    return _by_name(get_person(session, number) for number in session.scalars(query).all())


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    found = {person.id: person for person in people}
    return tuple(sorted(found.values(), key=lambda one: (one.folded_name, one.id)))
