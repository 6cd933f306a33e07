"""What narrows the audit: what an event is about, whom, who did it, and when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from certtrack.clock import start_of
from certtrack.db.models import Account, AccountRole, AuditEvent, AuditPerson, Certification, Person
from certtrack.db.queries.merges import same_people
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Fields, Task, list_places
from certtrack.services.actors import visible_people
from certtrack.services.administration.audit_of_office import select_keys
from certtrack.services.finding_people import are_people_found, find_by_words
from certtrack.services.looks import LOOKS


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`action`: what it is about, or `looks`; `person`: whom it is about; `by`: who did it.

    None and empty: whatever. What it is about stands before the point, `credit` of `credit.withdrawn`; with a point it
    is how the action begins. Of a person and of who did it a part of the name or an address is enough, and a number
    that either has on record goes before it. The days are both included, by the zone of the reader's office.
    """

    action: str = ""
    person: str = ""
    by: str = ""
    person_id: int | None = None
    account_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None


def list_conditions(
    session: Session, actor: Actor, filters: AuditFilters, today: date, zone: str
) -> list[ColumnElement[bool]]:
    """What an event must be, by at most two queries.

    A name that isn't the reader's to know finds nothing: an event about several would tell that it is among them.
    """
    wanted: list[ColumnElement[bool]] = []
    if filters.action == "looks":
        wanted.append(AuditEvent.action.in_(LOOKS))
    elif filters.action:
        begun = filters.action if "." in filters.action else f"{filters.action}."
        wanted.append(AuditEvent.action.startswith(begun, autoescape=True))
    if filters.person or filters.person_id is not None:
        them = _select_people(session, actor, filters, today)
        wanted.append(AuditEvent.id.in_(select(AuditPerson.event_id).where(AuditPerson.person_id.in_(them))))
    if filters.by or filters.account_id is not None:
        wanted.append(AuditEvent.actor.in_(select_keys(_select_accounts(session, actor, filters))))
    if filters.from_on is not None:
        wanted.append(AuditEvent.at >= start_of(filters.from_on, zone))
    if filters.until_on is not None:
        wanted.append(AuditEvent.at < start_of(add_days(filters.until_on, 1), zone))
    return wanted


def are_named(actor: Actor, task: Task) -> ColumnElement[bool]:
    """A condition on `account`: one of the offices in which the actor may do the task, whose name they know."""
    if (places := list_places(actor, task)) is None:
        return true()
    return Account.id.in_(select(AccountRole.account_id).where(AccountRole.organization_id.in_(places)))


def _select_people(session: Session, actor: Actor, filters: AuditFilters, today: date) -> Select[int]:
    if filters.person_id is not None:
        asked = select(Person.id).where(Person.id == filters.person_id)
    else:
        found = find_by_words(session, filters.person)
        numbered = select(Certification.person_id).where(Certification.id.in_(found.certifications))
        asked = select(Person.id).where(or_(are_people_found(found, actor, today), Person.id.in_(numbered)))
    them = select(Person.id).where(Person.id.in_(same_people(asked)))
    if list_places(actor, Task.READ_AUDIT) is None:
        return them
    return them.where(visible_people(actor, today, Fields.LOOKS))


def _select_accounts(session: Session, actor: Actor, filters: AuditFilters) -> Select[int]:
    named = select(Account.id).where(are_named(actor, Task.READ_AUDIT))
    if filters.account_id is not None:
        return named.where(Account.id == filters.account_id)
    words = (Account.sign_in_name.contains(word, autoescape=True) for word in filters.by.casefold().split())
    owners = find_by_words(session, filters.by).by_name
    theirs = Account.person_id.in_(same_people(select(Person.id).where(Person.id.in_(owners))))
    return named.where(or_(and_(*words), theirs))
