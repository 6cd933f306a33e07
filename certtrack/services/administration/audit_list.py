"""The audit as a list: who did what and when, and who looked at whose record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select, true
from sqlalchemy.orm import Session

from certtrack.db.audit import VerifiedPart, count_events, count_unsealed, verify_part
from certtrack.db.models import Account, AuditEvent, AuditPerson, AuditValue, Person
from certtrack.errors import NotAllowed
from certtrack.security import Actor, Fields, Task, list_places
from certtrack.services.actors import visible_people
from certtrack.services.administration.audit_filters import AuditFilters, are_named, list_conditions
from certtrack.services.administration.audit_of_office import select_of_offices
from certtrack.services.administration.audit_values import TOLD, tell_values
from certtrack.services.administration.places import is_everywhere

PAGE = 50
_AT_ONCE = 20_000
_LONGEST_LIST = 10


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event. `who` is a name; None for an account of another office, a command and a job, which has its own key.

    `people` are those whom it is about and whom the reader may see, ten at most; `more` is how many others there are.
    `details` are the values of what was administered, as `tell_values` tells them; empty of everything else.
    """

    event: AuditEvent
    who: str | None
    people: tuple[Person, ...]
    more: int
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, the newest first. `next_before`: the number that the next page begins before; None: there is none."""

    rows: tuple[ShownEvent, ...]
    next_before: int | None

    @property
    def person_ids(self) -> list[int]:
        """Whom the page names."""
        return sorted({person.id for row in self.rows for person in row.people})


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What a part of the audit was found to be, how many events there are, and how many aren't sealed yet."""

    part: VerifiedPart
    events: int
    unsealed: int


def is_to_read_again(actor: Actor) -> bool:
    """True for whoever administers everywhere: the seals are of all offices, and to read them takes seconds."""
    return is_everywhere(actor, Task.READ_AUDIT)


def read_again(session: Session, actor: Actor, after: int) -> ReadAgain:
    """Read the audit again from that event on, so many events at once, 0: from the beginning. Raises NotAllowed."""
    if not is_to_read_again(actor):
        raise NotAllowed("This page isn't here, or isn't yours to see.")
    return ReadAgain(verify_part(session, after, _AT_ONCE), count_events(session), count_unsealed(session))


def list_events(
    session: Session, actor: Actor, filters: AuditFilters, today: date, zone: str = "UTC", *, before: int | None = None
) -> AuditPage:
    """A page of events from before that number: everywhere's sees all, others what `select_of_offices` opens."""
    wanted = list_conditions(session, actor, filters, today, zone)
    if (places := list_places(actor, Task.READ_AUDIT)) is not None:
        wanted.append(AuditEvent.id.in_(select_of_offices(actor, places, today)))
    query = _with_values().where(*wanted, AuditEvent.id < before if before else true())
    found = session.execute(query.limit(PAGE + 1)).all()
    shown = _show(session, actor, found[:PAGE], today)
    return AuditPage(shown, shown[-1].event.id if len(found) > PAGE else None)


def list_of_organization(
    session: Session, actor: Actor, organization_id: int, today: date, limit: int
) -> tuple[ShownEvent, ...]:
    """What was done to an organization of the actor's, the last first, at most `limit` events."""
    query = _with_values().where(
        AuditEvent.subject_kind == "organization",
        AuditEvent.subject_id == organization_id,
        AuditEvent.action.startswith("organization."),
    )
    return _show(session, actor, session.execute(query.limit(limit)).all(), today)


def _with_values() -> Select[AuditEvent, dict[str, Any] | None]:
    query = select(AuditEvent, AuditValue.details).outerjoin(AuditValue, AuditValue.event_id == AuditEvent.id)
    return query.order_by(AuditEvent.id.desc())


def _show(
    session: Session, actor: Actor, found: Sequence[Row[AuditEvent, dict[str, Any] | None]], today: date
) -> tuple[ShownEvent, ...]:
    names = name_accounts(session, actor, (event.actor for event, _ in found), Task.READ_AUDIT)
    people: dict[int, list[Person | None]] = defaultdict(list)
    query = (
        select(AuditPerson.event_id, Person)
        .outerjoin(Person, (Person.id == AuditPerson.person_id) & visible_people(actor, today, Fields.LOOKS))
        .where(AuditPerson.event_id.in_([event.id for event, _ in found]))
        .order_by(AuditPerson.event_id, AuditPerson.person_id)
    )
    for number, person in session.execute(query):
        people[number].append(person)
    said = {event.id: details or {} for event, details in found if event.action.startswith(TOLD)}
    known = {person.id: person.shown_name for them in people.values() for person in them if person is not None}
    told = tell_values(session, actor, said, known)
    shown = []
    for event, _ in found:
        seen = [person for person in people[event.id] if person is not None][:_LONGEST_LIST]
        more = len(people[event.id]) - len(seen)
        shown.append(ShownEvent(event, names.get(event.actor), tuple(seen), more, told.get(event.id, {})))
    return tuple(shown)


def name_accounts(session: Session, actor: Actor, keys: Iterable[str], task: Task) -> dict[str, str]:
    """What accounts are called, by their keys: as their person, else as they sign in.

    Named are those of the offices in which the reader may do the task, and no others.
    """
    numbers = {int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == "account"}
    query = select(Account, Person).outerjoin(Person, Person.id == Account.person_id)
    query = query.where(Account.id.in_(numbers), are_named(actor, task))
    return {
        f"account:{account.id}": person.shown_name if person else account.sign_in_name
        for account, person in session.execute(query)
    }
