"""Supervision as pages show it: on a person's page, on a session's own, and what waits for somebody's signature."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Affiliation, Attendance, Organization, Person, Signature, SupervisionSession
from certtrack.db.queries.merges import load_merged, same_person
from certtrack.db.queries.supervision import SessionRow, SignatureRow, load_sessions
from certtrack.db.together import ask_together
from certtrack.errors import NotFound
from certtrack.rules.service import Side
from certtrack.security import Act, Actor, Fields, Relation, can_act, can_see
from certtrack.services.actors import list_relations
from certtrack.services.people import get_person, load_holders
from certtrack.services.relating import load_relations, select_open
from certtrack.services.supervision.rights import load_places, may_log, visible_sessions, within


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

    def can_act(self, person_id: int, organization_id: int, act: Act) -> bool:
        """Whether they may do that to the person's record by their part in that organization."""
        return can_act(self.relate(person_id, organization_id), act)

    def learn(
        self, pairs: AbstractSet[tuple[int, int]], supervisors: AbstractSet[int]
    ) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """Ask once what they are to all these people at their organizations; two queries.

        What organizations and these supervisors are called is asked with it.
        """
        places = sorted({place for _, place in pairs})
        people = sorted({number for number, _ in pairs})
        opened, offices, named = ask_together(
            self._session,
            select_open([(place, within(self._actor, place)) for place in places], people, self._today),
            select(Organization.id, Organization.name),
            select(Person).where(Person.id.in_(supervisors)),
        )
        merged = load_merged(self._session, {number for _, _, number in opened})
        found: dict[tuple[int, int], set[Relation]] = defaultdict(set)
        for place, relation, number in opened:
            found[merged.get(number, number), place].add(Relation(relation))
        for pair in pairs:
            self._known[pair] = frozenset(found.get(pair, {Relation.NONE}))
        return dict(offices), {person.id: person.shown_name for person in named}

    def relate(self, person_id: int, organization_id: int) -> frozenset[Relation]:
        """What they are to the person by their part in that organization."""
        key = (person_id, organization_id)
        if key not in self._known:
            here = within(self._actor, organization_id)
            self._known[key] = list_relations(self._session, here, person_id, self._today)
        return self._known[key]


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


def list_service_places(session: Session, actor: Actor, person: Person, today: date) -> tuple[Organization, ...]:
    """Where the person belongs, or has belonged, and the actor may log and see their hours of service, by name."""
    reader = Reader(session, actor, today)
    belonging = select(Affiliation.organization_id).where(Affiliation.person_id.in_(same_person(person.id)))
    query = select(Organization).where(Organization.id.in_(belonging)).order_by(Organization.name, Organization.id)
    places = session.scalars(query).all()
    reader.learn({(person.id, place.id) for place in places}, set())
    return tuple(place for place in places if actor.is_command or reader.can_act(person.id, place.id, Act.LOG_SERVICE))
