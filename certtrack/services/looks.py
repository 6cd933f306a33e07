"""Who has looked at somebody's record, and when: what the audit holds of it, for the person and for their office."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, AuditEvent, AuditPerson, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor, Fields, Relation, Role, can_see
from certtrack.services.accounts import office_of
from certtrack.services.actors import list_relations
from certtrack.services.people import get_person

LOOKS = (
    *("accounts.listed", "accounts.viewed", "applications.listed", "audit.read", "coverage.listed", "credits.listed"),
    *("evidence.viewed", "exams.listed", "findings.listed", "held.listed", "import.viewed", "import.returned"),
    *("letters.printed", "looks.listed", "mail.foreseen", "mail.previewed", "organizations.listed"),
    *("organizations.viewed", "people.listed", "people.exported", "person.viewed", "record.downloaded"),
    *("reminders.foreseen", "reminders.held_listed", "reminders.listed", "reminders.viewed"),
    *("supervision.listed", "supervision.viewed", "team.listed"),
)
"""What changes nothing: somebody has looked, or has taken a file along."""
PAGE = 100
_SELF = "account:"


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looked. `name` None where it isn't the reader's to know; `office` None where there is none."""

    name: str | None
    office: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody saw, so often on one day: `first_at` and `last_at` are the same where it was once.

    `looker` None: it was no account but a command, at the computer that keeps the records.
    """

    looker: Looker | None
    action: str
    first_at: datetime
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class LooksPage:
    """Looks at one person's record, the latest first. `before` is where the next page begins; None on the last."""

    person: Person
    is_own: bool
    looks: tuple[Look, ...]
    before: int | None


def get_looks(session: Session, actor: Actor, person_id: int, today: date, before: int | None = None) -> LooksPage:
    """One page of the looks of others at this record, those that came before the event with that number.

    The office learns no name of another office's people. Raises NotFound alike for nobody, and where the looks aren't
    the actor's to see.
    """
    person = get_person(session, person_id)
    relations = list_relations(session, actor, person.id, today)
    if not (actor.is_command or can_see(relations, Fields.LOOKS)):
        raise NotFound(f"There is no person with the number {person_id}.")
    is_own = Relation.HOLDER in relations
    events = _load_events(session, person.id, before, PAGE + 1)
    shown = events[:PAGE]
    lookers = _load_lookers(session, {event.actor for event in shown}, None if is_own else _list_places(actor))
    return LooksPage(
        person=person,
        is_own=is_own,
        looks=tuple(_fold(shown, lookers, ZoneInfo(person.zone))),
        before=shown[-1].id if len(events) > PAGE else None,
    )


def find_last_look(session: Session, person_id: int) -> AuditEvent | None:
    """The latest look of somebody else at the record; None where nobody has looked."""
    return next(iter(_load_events(session, person_id, None, 1)), None)


def _load_events(session: Session, person_id: int, before: int | None, most: int) -> Sequence[AuditEvent]:
    rows = same_person(person_id)
    own = select(literal(_SELF) + cast(Account.id, String)).where(Account.person_id.in_(rows))
    theirs = select(AuditPerson.event_id).where(AuditPerson.person_id.in_(rows))
    query = select(AuditEvent).where(
        AuditEvent.id.in_(theirs), AuditEvent.action.in_(LOOKS), AuditEvent.actor.not_in(own)
    )
    if before is not None:
        query = query.where(AuditEvent.id < before)
    return session.scalars(query.order_by(AuditEvent.id.desc()).limit(most)).all()


def _list_places(actor: Actor) -> frozenset[int | None]:
    """Where the actor is an administrator; with None among them: everywhere."""
    return frozenset(grant.organization_id for grant in actor.grants if grant.role is Role.AGENCY_ADMINISTRATOR)


def _load_lookers(session: Session, keys: Iterable[str], places: frozenset[int | None] | None) -> dict[str, Looker]:
    """Who these keys of the audit are, but for commands; named alone who has a role in `places`. None: all are."""
    numbers = [int(key.removeprefix(_SELF)) for key in keys if key.startswith(_SELF)]
    query = (
        select(Account, Person, Organization.name)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Organization, Organization.id == office_of(Account.id))
        .where(Account.id.in_(numbers))
    )
    rows = session.execute(query).all() if numbers else ()
    known = set(numbers) if places is None or None in places else _list_at(session, numbers, places)
    return {
        f"{_SELF}{account.id}": _name(account, person, office) if account.id in known else Looker(None, None)
        for account, person, office in rows
    }


def _list_at(session: Session, account_ids: Sequence[int], places: frozenset[int | None]) -> set[int]:
    """Those of the accounts that have, or had, a role in one of these places."""
    query = select(AccountRole.account_id).where(
        AccountRole.account_id.in_(account_ids), AccountRole.organization_id.in_(places)
    )
    return set(session.scalars(query))


def _name(account: Account, person: Person | None, office: str | None) -> Looker:
    return Looker(person.shown_name if person else account.sign_in_name, office)


def _fold(events: Sequence[AuditEvent], lookers: dict[str, Looker], zone: ZoneInfo) -> Iterable[Look]:
    """What one saw several times on a day is one look, at the place of its latest."""

    def day_of(event: AuditEvent) -> date:
        return event.at.astimezone(zone).date()

    for _, group in groupby(events, key=day_of):
        found: dict[tuple[str, str], Look] = {}
        for event in group:
            key = event.actor, event.action
            known = found.get(key)
            if known is None:
                found[key] = Look(lookers.get(event.actor), event.action, event.at, event.at, 1)
            else:
                found[key] = replace(known, first_at=event.at, times=known.times + 1)
        yield from found.values()
