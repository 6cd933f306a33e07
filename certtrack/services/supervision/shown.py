"""Supervision as pages show it: on a person's page, on a session's own, and what waits for somebody's signature."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, end_of, today_in
from certtrack.db.models import Affiliation, Attendance, Organization, Person, Signature, SupervisionSession
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.supervision import SessionRow, SignatureRow, load_service, load_sessions
from certtrack.errors import NotFound
from certtrack.rules.facts import ServiceFact
from certtrack.rules.service import Side
from certtrack.security import Act, Actor, Fields, Relation, can_act, can_see
from certtrack.services.actors import list_relations, load_relations
from certtrack.services.people import get_person, load_holders
from certtrack.services.supervision.rights import (
    load_places,
    may_log,
    visible_sessions,
    within,
)
from certtrack.services.supervision.service import list_overlap_ids


@dataclass(frozen=True, slots=True)
class ShownSession:
    """One session of one person. `others`: how many more were there; `signature` is the person's own.

    `can_amend`: the actor may; `own_side` is the side that the actor has still to sign, None where there is none.
    """

    row: SessionRow
    organization: str
    supervisor: str
    others: int
    by_supervisor: SignatureRow | None
    signature: SignatureRow | None
    can_amend: bool
    own_side: Side | None


@dataclass(frozen=True, slots=True)
class ShownService:
    """Hours of service at one organization. `is_overlapping`: they share a day with others on record there."""

    fact: ServiceFact
    organization: str
    is_overlapping: bool
    can_amend: bool


@dataclass(frozen=True, slots=True)
class SupervisionPart:
    """What a person's page says of supervision. `places`: where the actor may log hours of service for them."""

    sessions: tuple[ShownSession, ...]
    service: tuple[ShownService, ...]
    places: tuple[Organization, ...]
    can_log_session: bool

    @property
    def is_empty(self) -> bool:
        """True where nothing is on record, and nothing can be logged."""
        return not (self.sessions or self.service or self.places or self.can_log_session)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was at a session, and their signature; None where it is missing."""

    person: Person
    signature: SignatureRow | None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One session as its page shows it. `others`: who was there and isn't the actor's to see, as a number.

    `everybody` who was there is for a form that amends it, never to be shown as such.

    `own_side`: what the actor has still to sign. `can_say_paper`: the actor may say who has signed on paper.
    """

    row: SessionRow
    organization: Organization
    supervisor: Person
    by_supervisor: SignatureRow | None
    people: tuple[Attendee, ...]
    others: int
    everybody: tuple[Person, ...]
    own_side: Side | None
    can_amend: bool
    can_say_paper: bool


class Reader:
    """Who looks: their own number, merges followed, and what they are to each person at each organization."""

    def __init__(self, session: Session, actor: Actor, today: date, own: Person | None = None) -> None:
        """`own`: who the actor is in the end, where that was asked already."""
        self._session, self._actor, self._today = session, actor, today
        if own is None and actor.person_id is not None:
            own = get_person(session, actor.person_id)
        self._own = own.id if own is not None else None
        self._known: dict[tuple[int, int], frozenset[Relation]] = {}

    def find_part(self, row: SessionRow) -> tuple[Side, int] | None:
        """Their own part in a session; None where they weren't there."""
        if self._own == row.supervisor_id:
            return "supervisor", row.supervisor_id
        return ("person", self._own) if self._own is not None and self._own in row.people else None

    def find_unsigned(self, row: SessionRow) -> Side | None:
        """The side that is theirs, and isn't signed yet."""
        own = self.find_part(row)
        return own[0] if own is not None and row.find_signature(*own) is None else None

    def list_seen(self, row: SessionRow) -> list[int]:
        """Those who were there of whom they may see that, in the order of their numbers; see `visible_sessions`."""
        self.relate_all(row)
        ways = {Relation.AGENCY_ADMINISTRATOR} | ({Relation.SUPERVISOR} if self._own == row.supervisor_id else set())
        open_ways = frozenset(way for way in ways if can_see(frozenset({way}), Fields.SUPERVISION))
        return sorted(
            number
            for number in row.people
            if self._actor.is_command or number == self._own or open_ways & self.relate(number, row.organization_id)
        )

    def is_office(self, person_id: int, organization_id: int) -> bool:
        """Whether they run the organization while the person belongs there; a command always."""
        return self._actor.is_command or Relation.AGENCY_ADMINISTRATOR in self.relate(person_id, organization_id)

    def relate_all(self, row: SessionRow) -> None:
        """Ask once what they are to everybody who was there."""
        here, place = within(self._actor, row.organization_id), row.organization_id
        missing = {number for number in row.people if (number, place) not in self._known}
        found = load_relations(self._session, here, missing, self._today)
        self._known |= {(number, place): relations for number, relations in found.items()}

    def can_amend(self, row: SessionRow) -> bool:
        """Whether they may change the session."""
        is_own = self._own == row.supervisor_id
        relations = (self.relate(number, row.organization_id) for number in row.people)
        return self._actor.is_command or all(may_log(found, is_own=is_own) for found in relations)

    def relate(self, person_id: int, organization_id: int) -> frozenset[Relation]:
        """What they are to the person by their part in that organization."""
        key = (person_id, organization_id)
        if key not in self._known:
            here = within(self._actor, organization_id)
            self._known[key] = list_relations(self._session, here, person_id, self._today)
        return self._known[key]


def show_supervision(
    session: Session,
    actor: Actor,
    person: Person,
    today: date,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> SupervisionPart | None:
    """The supervision of a person, what the actor may see of it today; None where it isn't theirs at all.

    With `as_of` sessions, service and signatures up to that day; with `known_at` as it was on record at that moment.
    """
    relations = list_relations(session, actor, person.id, today)
    if not (actor.is_command or can_see(relations, Fields.SUPERVISION)):
        return None
    reader = Reader(session, actor, today)
    rows = _load_rows(session, actor, person, today, as_of, known_at)
    is_now = as_of is None and known_at is None
    places = list_service_places(session, actor, person, today)
    offices = {row.id: row.name for row in session.execute(select(Organization.id, Organization.name))}
    return SupervisionPart(
        sessions=tuple(_show(session, reader, row, person, offices, is_now=is_now) for row in rows),
        service=_list_service(session, person, places, as_of, known_at, is_now=is_now),
        places=places if is_now else (),
        can_log_session=is_now and Relation.HOLDER not in relations and can_act(relations, Act.LOG_SUPERVISION),
    )


def get_session_page(session: Session, actor: Actor, session_id: int, at: datetime) -> SessionPage:
    """The page of a session. Raises NotFound alike where there is none, and where it isn't the actor's to see."""
    row = next(iter(load_sessions(session, SupervisionSession.id == session_id)), None)
    organization = load_places(session)[row.organization_id] if row is not None else None
    if row is None or organization is None:
        raise NotFound(f"There is no supervision session with the number {session_id}.")
    own_id = {actor.person_id} if actor.person_id is not None else set()
    people = load_holders(session, {*row.people, row.supervisor_id, *own_id})
    own = people[actor.person_id] if actor.person_id is not None else None
    reader = Reader(session, actor, today_in(FixedClock(at), organization.zone), own)
    seen = reader.list_seen(row)
    if not seen:
        raise NotFound(f"There is no supervision session with the number {session_id}.")
    is_at_office = any(reader.is_office(number, organization.id) for number in seen)
    return SessionPage(
        row=row,
        organization=organization,
        supervisor=people[row.supervisor_id],
        by_supervisor=row.find_signature("supervisor", row.supervisor_id),
        people=tuple(Attendee(people[one], row.find_signature("person", one)) for one in seen),
        others=len(row.people - set(seen)),
        everybody=tuple(people[one] for one in sorted(row.people)),
        own_side=reader.find_unsigned(row),
        can_amend=reader.can_amend(row),
        can_say_paper=is_at_office and reader.find_part(row) is None,
    )


def list_to_sign(session: Session, actor: Actor, today: date) -> list[SessionRow]:
    """The sessions that wait for the actor's own signature, on either side, the latest first."""
    if actor.person_id is None:
        return []
    return load_sessions(session, is_own_to_sign(actor.person_id) & seen_sessions(session, actor, today))


def is_own_to_sign(person_id: int) -> ColumnElement[bool]:
    """A condition on a session: the person held it, or was there by its latest version, and hasn't signed that."""
    me = same_person(person_id)
    latest = (Signature.session_id == SupervisionSession.id, Signature.no == SupervisionSession.no)
    there = (Attendance.session_id == SupervisionSession.id, Attendance.no == SupervisionSession.no)
    signed = exists().where(*latest, Signature.person_id.in_(me)).correlate(SupervisionSession)
    was_there = exists().where(*there, Attendance.person_id.in_(me)).correlate(SupervisionSession)
    return (SupervisionSession.supervisor_id.in_(me) | was_there) & ~signed


def seen_sessions(session: Session, actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on a session: the actor may see of somebody that they were there, by its latest version."""
    there = (Attendance.session_id == SupervisionSession.id, Attendance.no == SupervisionSession.no)
    return exists().where(*there, visible_sessions(session, actor, today)).correlate(SupervisionSession)


def _load_rows(
    session: Session, actor: Actor, person: Person, today: date, as_of: date | None, known_at: datetime | None
) -> list[SessionRow]:
    there = (Attendance.session_id == SupervisionSession.id, Attendance.person_id.in_(same_person(person.id)))
    seen = exists().where(*there, visible_sessions(session, actor, today)).correlate(SupervisionSession)
    signed_until = end_of(as_of, person.zone) if as_of else None
    rows = load_sessions(session, seen, signed_until=signed_until, known_at=known_at)
    return [row for row in rows if person.id in row.people and (as_of is None or row.held_on <= as_of)]


def _show(
    session: Session, reader: Reader, row: SessionRow, person: Person, offices: Mapping[int, str], *, is_now: bool
) -> ShownSession:
    return ShownSession(
        row=row,
        organization=offices[row.organization_id],
        supervisor=get_person(session, row.supervisor_id).shown_name,
        others=len(row.people) - 1,
        by_supervisor=row.find_signature("supervisor", row.supervisor_id),
        signature=row.find_signature("person", person.id),
        can_amend=is_now and reader.can_amend(row),
        own_side=reader.find_unsigned(row) if is_now else None,
    )


def list_service_places(session: Session, actor: Actor, person: Person, today: date) -> tuple[Organization, ...]:
    """Where the person belongs, or has belonged, and the actor may log and see their hours of service, by name."""
    reader = Reader(session, actor, today)
    belonging = select(Affiliation.organization_id).where(Affiliation.person_id.in_(same_person(person.id)))
    query = select(Organization).where(Organization.id.in_(belonging)).order_by(Organization.name, Organization.id)
    return tuple(
        place
        for place in session.scalars(query)
        if actor.is_command or can_act(reader.relate(person.id, place.id), Act.LOG_SERVICE)
    )


def _list_service(
    session: Session,
    person: Person,
    places: tuple[Organization, ...],
    as_of: date | None,
    known_at: datetime | None,
    *,
    is_now: bool,
) -> tuple[ShownService, ...]:
    found: list[ShownService] = []
    for place in places:
        spans = load_service(session, place.id, [person.id], known_at)[person.id]
        spans = [span for span in spans if as_of is None or span.from_on <= as_of]
        doubled = list_overlap_ids(spans)
        found += [ShownService(span, place.name, span.id in doubled, is_now) for span in spans]
    return tuple(sorted(found, key=lambda one: (one.fact.until_on, one.fact.id), reverse=True))
