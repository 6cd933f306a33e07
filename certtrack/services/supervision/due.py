"""The organization's to-do: how much supervision each affiliated person still has to get, week by week, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from certtrack.clock import end_of
from certtrack.db.models import Affiliation, Organization, Person, SupervisionSession
from certtrack.db.queries.merges import every_last_way
from certtrack.db.queries.supervision import (
    DutyRow,
    SessionRow,
    attended_by,
    load_duties,
    load_service,
    load_session_facts,
    load_sessions,
)
from certtrack.rules.facts import ServiceFact
from certtrack.rules.service import ServicePack
from certtrack.rules.supervision import PeriodResult, list_overlaps, list_periods
from certtrack.security import Actor, Role, Task, can_do, list_places
from certtrack.services.actors import visible_people
from certtrack.services.people import load_holders
from certtrack.services.rulebook import Rulebook, confirmed_services
from certtrack.services.supervision.rights import load_places, within

PERIODS = 5
"""The week of the day that is asked for, and four before it."""


@dataclass(frozen=True, slots=True)
class DuePerson:
    """One person under one pack: the periods, the latest first; `overlaps` are spans of service that share a day."""

    duty: DutyRow
    pack: ServicePack
    person: Person
    periods: tuple[PeriodResult, ...]
    overlaps: tuple[tuple[ServiceFact, ServiceFact], ...]

    @property
    def has_to_do(self) -> bool:
        """True where a period isn't met for sure."""
        return any(period.state != "met" for period in self.periods)


@dataclass(frozen=True, slots=True)
class Unqualified:
    """A supervisor whose sessions wait for a qualification on record: since which day, under which pack."""

    person: Person
    pack: ServicePack
    since: date


@dataclass(frozen=True, slots=True)
class DueList:
    """One organization's list. `unsaid`: who belongs there, and no pack is said to be for them, or none is any more.

    `is_office`: the actor runs the organization; `unsaid` and `unqualified` are empty for anybody else.
    """

    organization: Organization
    as_of: date
    people: tuple[DuePerson, ...]
    unsaid: tuple[Person, ...]
    unqualified: tuple[Unqualified, ...]
    is_office: bool

    @property
    def person_ids(self) -> list[int]:
        """Whose records this list shows."""
        due, supervisors = (one.person for one in self.people), (one.person for one in self.unqualified)
        return sorted({person.id for person in (*due, *supervisors, *self.unsaid)})


def list_due(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    organization: Organization,
    *,
    today: date,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> DueList:
    """What is still to hold there, by the names of people: of all for the office, of assigned people for a supervisor.

    `as_of` None: today. A signature counts from its day on. With `known_at` by what was on record at that moment.
    """
    day, is_office = as_of or today, can_do(actor, Task.MANAGE_SUPERVISION, organization.id)
    mine = _list_mine(session, actor, organization, today)
    duties = load_duties(session, organization.id, known_at)
    here = [one for one in duties if (mine is None or one.person_id in mine) and _lasts(one, day)]
    numbers = sorted({one.person_id for one in here})
    rows = _load_rows(session, organization, numbers, day, known_at)
    service = load_service(session, organization.id, numbers, known_at)
    facts = load_session_facts(session, rows, {one.pack_key for one in here}, known_at)
    known = _load_people(session, organization, {*numbers, *(row.supervisor_id for row in rows)}, is_office=is_office)
    services, people = confirmed_services(session, rulebook, known_at), list[DuePerson]()
    for duty in here:
        person, pack = known.people[duty.person_id], services.get(duty.pack_key, on=day)
        if person.died_on is None or person.died_on > day:
            spans = service[person.id]
            periods = list_periods(pack, duty.days, facts[duty.pack_key][person.id], spans, day, PERIODS)
            people.append(DuePerson(duty, pack, person, periods, list_overlaps(spans)))
    return DueList(
        organization=organization,
        as_of=day,
        people=tuple(sorted(people, key=lambda one: (one.person.folded_name, one.person.id))),
        unsaid=_list_unsaid(known, duties, day) if is_office else (),
        unqualified=_list_unqualified(known, people, rows) if is_office else (),
        is_office=is_office,
    )


def list_places_of(session: Session, actor: Actor) -> list[Organization]:
    """The organizations whose list the actor may see, by name."""
    places = list_places(actor, Task.SEE_SUPERVISION)
    return [one for number, one in load_places(session).items() if places is None or number in places]


def _list_mine(session: Session, actor: Actor, organization: Organization, today: date) -> set[int] | None:
    """Who is assigned to this supervisor there; None: everybody, for whoever runs the organization."""
    if can_do(actor, Task.MANAGE_SUPERVISION, organization.id):
        return None
    if not within(actor, organization.id).has(Role.SUPERVISOR):
        return set()
    person, last = aliased(Person), every_last_way()
    seen = select(Person.id).where(visible_people(within(actor, organization.id), today))
    query = select(func.coalesce(last.c.into_id, person.id)).select_from(person)
    query = query.outerjoin(last, last.c.person_id == person.id).where(person.id.in_(seen))
    return set(session.scalars(query)) - {actor.person_id}


def _lasts(duty: DutyRow, day: date) -> bool:
    return duty.days.until_on is None or duty.days.until_on >= day


def _load_rows(
    session: Session, organization: Organization, people: Sequence[int], day: date, known_at: datetime | None
) -> list[SessionRow]:
    here = SupervisionSession.organization_id == organization.id
    signed_until = end_of(day, organization.zone)
    return load_sessions(session, here & attended_by(people), signed_until=signed_until, known_at=known_at)


@dataclass(frozen=True, slots=True)
class _Known:
    """People by number, and of whoever belonged to the organization the days until when; None: it lasts."""

    people: Mapping[int, Person]
    belonging: Mapping[int, Sequence[date | None]]


def _load_people(session: Session, organization: Organization, numbers: set[int], *, is_office: bool) -> _Known:
    """These people, and for the office everybody who belonged there; one query."""
    if not is_office:
        return _Known(load_holders(session, numbers), {})
    last, asked = every_last_way(), aliased(Person)
    belongs = and_(Affiliation.person_id == asked.id, Affiliation.organization_id == organization.id)
    query = select(Person, Affiliation.id, Affiliation.until_on).select_from(asked)
    query = query.outerjoin(Affiliation, belongs).outerjoin(last, last.c.person_id == asked.id)
    query = query.join(Person, Person.id == func.coalesce(last.c.into_id, asked.id))
    people: dict[int, Person] = {}
    belonging: dict[int, list[date | None]] = defaultdict(list)
    for person, number, until_on in session.execute(query.where(asked.id.in_(numbers) | Affiliation.id.is_not(None))):
        people[person.id] = person
        if number is not None:
            belonging[person.id].append(until_on)
    return _Known(people, belonging)


def _list_unsaid(known: _Known, duties: Iterable[DutyRow], day: date) -> tuple[Person, ...]:
    said = {one.person_id for one in duties if _lasts(one, day)}  # one that has ended may go on again
    unsaid = [
        known.people[number]
        for number, days in known.belonging.items()
        if number not in said
        and any(until_on is None or until_on >= day for until_on in days)
        and (known.people[number].died_on or date.max) > day
    ]
    return tuple(sorted(unsaid, key=lambda one: (one.folded_name, one.id)))


def _list_unqualified(
    known: _Known, people: Iterable[DuePerson], rows: Iterable[SessionRow]
) -> tuple[Unqualified, ...]:
    supervisors = {row.id: row.supervisor_id for row in rows}
    found: dict[tuple[int, str], Unqualified] = {}
    for one in people:
        for count in (count for period in one.periods for count in period.sessions):
            if count.code != "not_qualified":
                continue
            key = (supervisors[count.id], one.pack.key)
            before = found.get(key)
            since = min(count.held_on, before.since) if before else count.held_on
            found[key] = Unqualified(known.people[key[0]], one.pack, since)
    return tuple(sorted(found.values(), key=lambda one: (one.person.folded_name, one.person.id)))
