"""The audit as a list: who did what and when, and who looked at whose record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from certtrack.db.audit import VerifiedPart, count_events, count_unsealed, verify_part
from certtrack.db.models import Account, AccountRole, AuditEvent, AuditPerson, AuditValue, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed
from certtrack.security import Actor, Fields, Task, list_places
from certtrack.services.actors import visible_people
from certtrack.services.administration.audit_of_office import select_of_offices
from certtrack.services.administration.places import is_everywhere

PAGE = 50
LOOKS = (
    *("accounts.listed", "accounts.viewed", "applications.listed", "audit.read", "coverage.listed", "credits.listed"),
    *("evidence.viewed", "exams.listed", "findings.listed", "held.listed", "import.viewed", "import.returned"),
    *("letters.printed", "looks.listed", "mail.foreseen", "mail.previewed", "organizations.listed"),
    *("organizations.viewed", "people.listed", "people.exported", "person.viewed", "record.downloaded"),
    *("reminders.foreseen", "reminders.held_listed", "reminders.listed", "reminders.viewed"),
    *("supervision.listed", "supervision.viewed", "team.listed"),
)
"""What changes nothing: somebody has looked, or has taken a file along."""
_AT_ONCE = 20_000
_LONGEST_LIST = 10
# whose values anybody who administers may read; of others a value may be one that isn't shown to an office
_TOLD = ("account.", "affiliation.", "assignment.", "organization.", "rule.", "stand_in.")


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`action`: what it is about, or `looks`; `person_id`: whom it is about; `account_id`: who did it.

    None and empty: whatever. What it is about stands before the point, `credit` of `credit.withdrawn`; with a point it
    is how the action begins.
    """

    action: str = ""
    person_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event. `who` is a name; None for an account of another office, a command and a job, which has its own key.

    `people` are those whom it is about and whom the reader may see, ten at most; `more` is how many others there are.
    `details` are the values of what was administered; empty of everything else.
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
    session: Session, actor: Actor, filters: AuditFilters, today: date, *, before: int | None = None
) -> AuditPage:
    """A page of events from before that number: everywhere's sees all, others what `select_of_offices` opens."""
    wanted: list[ColumnElement[bool]] = []
    if (places := list_places(actor, Task.READ_AUDIT)) is not None:
        wanted.append(AuditEvent.id.in_(select_of_offices(actor, places, today)))
    if filters.action == "looks":
        wanted.append(AuditEvent.action.in_(LOOKS))
    elif filters.action:
        begun = filters.action if "." in filters.action else f"{filters.action}."
        wanted.append(AuditEvent.action.startswith(begun, autoescape=True))
    if filters.person_id is not None:
        them = select(Person.id).where(Person.id.in_(same_person(filters.person_id)))
        if places is not None:  # an event about several would tell who else it is about
            them = them.where(visible_people(actor, today, Fields.LOOKS))
        wanted.append(AuditEvent.id.in_(select(AuditPerson.event_id).where(AuditPerson.person_id.in_(them))))
    if filters.account_id is not None:
        wanted.append(AuditEvent.actor == f"account:{filters.account_id}")
    query = select(AuditEvent).where(*wanted, AuditEvent.id < before if before else true())
    events = session.scalars(query.order_by(AuditEvent.id.desc()).limit(PAGE + 1)).all()
    shown = events[:PAGE]
    return AuditPage(_show(session, actor, shown, today), shown[-1].id if len(events) > PAGE else None)


def list_of_organization(
    session: Session, actor: Actor, organization_id: int, today: date, limit: int
) -> tuple[ShownEvent, ...]:
    """What was done to an organization of the actor's, the last first, at most `limit` events."""
    query = select(AuditEvent).where(
        AuditEvent.subject_kind == "organization",
        AuditEvent.subject_id == organization_id,
        AuditEvent.action.startswith("organization."),
    )
    return _show(session, actor, session.scalars(query.order_by(AuditEvent.id.desc()).limit(limit)).all(), today)


def _show(session: Session, actor: Actor, events: Sequence[AuditEvent], today: date) -> tuple[ShownEvent, ...]:
    numbers = [event.id for event in events]
    told = [event.id for event in events if event.action.startswith(_TOLD)]
    values = select(AuditValue.event_id, AuditValue.details).where(AuditValue.event_id.in_(told))
    details = {number: said or {} for number, said in session.execute(values)}
    names = name_accounts(session, actor, (event.actor for event in events), Task.READ_AUDIT)
    people: dict[int, list[Person | None]] = defaultdict(list)
    query = (
        select(AuditPerson.event_id, Person)
        .outerjoin(Person, (Person.id == AuditPerson.person_id) & visible_people(actor, today, Fields.LOOKS))
        .where(AuditPerson.event_id.in_(numbers))
        .order_by(AuditPerson.event_id, AuditPerson.person_id)
    )
    for number, person in session.execute(query):
        people[number].append(person)
    shown = []
    for event in events:
        seen = [person for person in people[event.id] if person is not None][:_LONGEST_LIST]
        more = len(people[event.id]) - len(seen)
        shown.append(ShownEvent(event, names.get(event.actor), tuple(seen), more, details.get(event.id, {})))
    return tuple(shown)


def name_accounts(session: Session, actor: Actor, keys: Iterable[str], task: Task) -> dict[str, str]:
    """What accounts are called, by their keys: as their person, else as they sign in.

    Named are those of the offices in which the reader may do the task, and no others.
    """
    numbers = {int(number) for kind, _, number in (key.partition(":") for key in keys) if kind == "account"}
    query = select(Account, Person).outerjoin(Person, Person.id == Account.person_id).where(Account.id.in_(numbers))
    if (places := list_places(actor, task)) is not None:
        theirs = select(AccountRole.account_id).where(AccountRole.organization_id.in_(places))
        query = query.where(Account.id.in_(theirs))
    return {
        f"account:{account.id}": person.shown_name if person else account.sign_in_name
        for account, person in session.execute(query)
    }
