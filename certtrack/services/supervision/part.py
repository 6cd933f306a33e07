"""Supervision on a person's record: their sessions with who has signed, and their hours of service."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Affiliation, Attendance, Organization, Person, SupervisionSession
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.supervision import SessionRow, SignatureRow, load_sessions, select_service
from certtrack.db.together import ask_together
from certtrack.rules.facts import ServiceFact
from certtrack.rules.service import Side
from certtrack.security import Act, Actor, Fields, Relation, can_act, can_see
from certtrack.services.actors import list_relations
from certtrack.services.supervision.rights import visible_sessions
from certtrack.services.supervision.service import list_overlap_ids
from certtrack.services.supervision.shown import Reader


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
    rows = _load_rows(session, actor, person, today, as_of, known_at)
    own, places, spans = _load_around(session, actor, person, known_at)
    reader = Reader(session, actor, today, own)
    attending = {(number, row.organization_id) for row in rows for number in row.people}
    belonging = {(person.id, place.id) for place in places}
    offices, names = reader.learn(attending | belonging, {row.supervisor_id for row in rows})
    places = tuple(one for one in places if actor.is_command or reader.can_act(person.id, one.id, Act.LOG_SERVICE))
    is_now = as_of is None and known_at is None
    return SupervisionPart(
        sessions=tuple(_show(reader, row, person, offices, names, is_now=is_now) for row in rows),
        service=_list_service(spans, places, as_of, is_now=is_now),
        places=places if is_now else (),
        can_log_session=is_now and Relation.HOLDER not in relations and can_act(relations, Act.LOG_SUPERVISION),
    )


def _load_rows(
    session: Session, actor: Actor, person: Person, today: date, as_of: date | None, known_at: datetime | None
) -> list[SessionRow]:
    there = (Attendance.session_id == SupervisionSession.id, Attendance.person_id.in_(same_person(person.id)))
    seen = exists().where(*there, visible_sessions(session, actor, today)).correlate(SupervisionSession)
    signed_until = end_of(as_of, person.zone) if as_of else None
    rows = load_sessions(session, seen, signed_until=signed_until, known_at=known_at)
    return [row for row in rows if person.id in row.people and (as_of is None or row.held_on <= as_of)]


def _load_around(
    session: Session, actor: Actor, person: Person, known_at: datetime | None
) -> tuple[Person | None, tuple[Organization, ...], Mapping[int, Sequence[ServiceFact]]]:
    """Who the actor is, the places where the person belongs or has belonged, by name, and their service at each."""
    mine = same_person(person.id)
    belonging = select(Affiliation.organization_id).where(Affiliation.person_id.in_(mine))
    own, places, spans = ask_together(
        session,
        select(Person).where(Person.id == actor.person_id, Person.merged_into_id.is_(None)),
        select(Organization).where(Organization.id.in_(belonging)),
        select_service(mine, known_at),
    )
    service: dict[int, list[ServiceFact]] = defaultdict(list)
    for place_id, *values in sorted(spans, key=lambda row: (row[2], row[1])):
        service[place_id].append(ServiceFact(*values))
    return next(iter(own), None), tuple(sorted(places, key=lambda one: (one.name, one.id))), service


def _show(
    reader: Reader,
    row: SessionRow,
    person: Person,
    offices: Mapping[int, str],
    names: Mapping[int, str],
    *,
    is_now: bool,
) -> ShownSession:
    return ShownSession(
        row=row,
        organization=offices[row.organization_id],
        supervisor=names[row.supervisor_id],
        others=len(row.people) - 1,
        by_supervisor=row.find_signature("supervisor", row.supervisor_id),
        signature=row.find_signature("person", person.id),
        can_amend=is_now and reader.can_amend(row),
        own_side=reader.find_unsigned(row) if is_now else None,
    )


def _list_service(
    spans: Mapping[int, Sequence[ServiceFact]],
    places: tuple[Organization, ...],
    as_of: date | None,
    *,
    is_now: bool,
) -> tuple[ShownService, ...]:
    found: list[ShownService] = []
    for place in places:
        mine = [span for span in spans.get(place.id, ()) if as_of is None or span.from_on <= as_of]
        doubled = list_overlap_ids(mine)
        found += [ShownService(span, place.name, span.id in doubled, is_now) for span in mine]
    return tuple(sorted(found, key=lambda one: (one.fact.until_on, one.fact.id), reverse=True))
