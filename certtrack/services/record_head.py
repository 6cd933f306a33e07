"""What every part of a person's record begins with: who they are, how the reader stands to them, what is held."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Affiliation, Assignment, Certification, Organization, Person, RuleConfirmation
from certtrack.db.parameters import a_number
from certtrack.db.queries.earlier import load_person_at
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, Together, ask_together
from certtrack.errors import NotFound
from certtrack.security import Actor, Fields, Relation, can_see
from certtrack.services.actors import list_relations, select_relations, visible_certifications
from certtrack.services.alike import KEPT, find_alike, list_values, name_reader
from certtrack.services.former import FORMER, LastDay, find_last_day, load_person_then
from certtrack.services.people import get_person
from certtrack.services.reader_zone import select_zone_of, tell_zone
from certtrack.services.relating import tell_relations
from certtrack.services.rulebook import tell_confirmed

_OF_CERTIFICATIONS = (Fields.STANDING, Fields.CREDITS, Fields.EVIDENCE)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A place where the person is, or was; `from_on` None where the day isn't known, `until_on` None while it lasts."""

    organization: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """Whose record it is, and what of it is the reader's.

    `held` are the certifications of which the standing is theirs to see, each with the groups of fields that are.
    `zone` is the reader's, `today` the person's day. `as_of` and `known_at` are what is shown, None for now. With
    `last_day` the person has left: all is as it was on record then. `work_until` is the last day of all time at
    work, with which the address at work ends: None while some of it lasts, or where that isn't the reader's to see.
    """

    person: Person
    relations: frozenset[Relation]
    zone: str
    today: date
    held: tuple[tuple[Certification, frozenset[Fields]], ...]
    addresses: tuple[str, ...]
    belongings: tuple[Belonging, ...]
    supervisors: tuple[Person, ...]
    as_of: date | None
    known_at: datetime | None
    last_day: LastDay | None = None
    work_until: date | None = None
    is_command: bool = False

    @property
    def is_now(self) -> bool:
        """True where the record is shown as it is today."""
        return self.as_of is None and self.known_at is None

    def can_see(self, fields: Fields) -> bool:
        """True where these fields of the record are the reader's to see."""
        return self.is_command or can_see(self.relations, fields)


def load_head(
    session: Session,
    actor: Actor,
    person_id: int,
    clock: Clock,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> RecordHead:
    """The head as the actor may see it; two queries for whoever sees the record as it is today.

    `as_of` None: today; `known_at` None: by what is on record now. Of somebody who has left the actor's place both are
    at most the last day there, whatever is asked for. Raises NotFound alike for nobody and for somebody who isn't
    theirs to see.
    """
    begun = begin_head(session, actor, person_id, clock)
    together = _put_together(find_alike(actor), begun.today)
    rows = together.ask(session, list_values(actor) | {"person": begun.person.id})
    return make_head(session, actor, begun, rows, as_of=as_of, known_at=known_at)


@dataclass(frozen=True, slots=True)
class BegunHead:
    """Whose record was asked for, the reader's zone, and the day that it is where the person is."""

    person: Person
    zone: str
    today: date


def begin_head(session: Session, actor: Actor, person_id: int, clock: Clock) -> BegunHead:
    """The first of the two queries of a head. Raises NotFound for nobody."""
    person, zone = _load_person(session, actor, person_id)
    return BegunHead(person, zone, today_in(clock, person.zone))


def select_head(actor: Actor, begun: BegunHead) -> tuple[AnySelect, ...]:
    """The second: four selects, which may be asked together with others of that person."""
    return _select_head(actor, begun.person.id, begun.today)


def make_head(
    session: Session,
    actor: Actor,
    begun: BegunHead,
    rows: Sequence[Sequence[Any]],
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> RecordHead:
    """What `load_head` gives, of the rows of `select_head`. Raises NotFound for somebody who isn't theirs to see."""
    person, zone, today = begun.person, begun.zone, begun.today
    opened, held, belonged, assigned = rows
    tell_relations(session, actor, person.id, today, opened)
    relations = list_relations(session, actor, person.id, today)
    if not (actor.is_command or can_see(relations, Fields.STANDING)):
        last = find_last_day(session, actor, person.id, today)
        if last is None or not can_see(FORMER, Fields.STANDING):
            raise NotFound(f"There is no person with the number {person.id}.")
        return _freeze(session, last, zone, today, last.bound_day(as_of), last.bound_moment(known_at))
    places = None if actor.is_command or can_see(relations, Fields.AFFILIATIONS) else _find_places(actor)
    sees_addresses = actor.is_command or can_see(relations, Fields.ADDRESSES)
    return RecordHead(
        person=person,
        relations=relations,
        zone=zone,
        today=today,
        held=tuple(_list_held(held)),
        addresses=_list_addresses(person) if sees_addresses else (),
        belongings=_list_belongings(belonged, places),
        supervisors=_list_supervisors(session, assigned, places),
        as_of=as_of,
        known_at=known_at,
        work_until=_find_work_end(belonged, places) if sees_addresses else None,
        is_command=actor.is_command,
    )


@lru_cache(maxsize=KEPT)
def _put_together(alike: Actor, today: date) -> Together:
    return Together(*_select_head(name_reader(alike), a_number("person"), today))


def _select_head(reader: Actor, person_id: Any, today: date) -> tuple[AnySelect, ...]:  # noqa: ANN401  # or a parameter
    rows = same_person(person_id)
    return (
        select_relations(reader, person_id, today),
        _select_held(Certification.person_id.in_(rows), reader, today),
        _select_belongings(Affiliation.person_id.in_(rows)),
        _select_supervisors(Assignment.person_id.in_(rows), today),
    )


def _load_person(session: Session, actor: Actor, person_id: int) -> tuple[Person, str]:
    """Who that is, merges followed, and the reader's zone; what was confirmed of the rules is known with it."""
    people, zone, confirmed = _ask_first(find_alike(actor)).ask(session, {"person": person_id})
    tell_confirmed(session, confirmed)
    tell_zone(session, actor, zone)
    if not people or people[0].merged_into_id is not None:
        return get_person(session, person_id), zone[0] if zone else "UTC"
    return people[0], zone[0] if zone else "UTC"


@lru_cache(maxsize=KEPT)
def _ask_first(alike: Actor) -> Together:
    of_person = select(Person).where(Person.id == a_number("person"))
    return Together(of_person, select_zone_of(alike), select(RuleConfirmation))


def _select_held(mine: ColumnElement[bool], actor: Actor, today: date) -> Select[Certification, bool, bool]:
    credits_too, evidence_too = (
        visible_certifications(actor, today, fields).label(fields.value) for fields in _OF_CERTIFICATIONS[1:]
    )
    query = select(Certification, credits_too, evidence_too)
    return query.where(mine, visible_certifications(actor, today))


def _list_held(
    rows: Iterable[tuple[Certification, bool, bool]],
) -> Iterable[tuple[Certification, frozenset[Fields]]]:
    for certification, *sees in sorted(rows, key=lambda row: row[0].id):
        fields = [one for one, is_open in zip(_OF_CERTIFICATIONS, (True, *sees), strict=True) if is_open]
        yield certification, frozenset(fields)


def _freeze(session: Session, last: LastDay, zone: str, today: date, as_of: date, known_at: datetime) -> RecordHead:
    """What an administrator of a place that the person has left sees."""
    person = load_person_then(session, last, known_at)
    on_record = and_(Assignment.person_id.in_(last.own_ids), Assignment.recorded_at <= known_at)
    before = or_(Affiliation.from_on.is_(None), Affiliation.from_on <= as_of)
    held, belonged, assigned = ask_together(
        session,
        select(Certification).where(Certification.person_id.in_(last.own_ids)),
        _select_belongings(and_(Affiliation.person_id.in_(last.own_ids), before)),
        _select_supervisors(on_record, as_of),
    )
    fields = frozenset(one for one in _OF_CERTIFICATIONS if can_see(FORMER, one))
    supervisors = _list_supervisors(session, assigned, last.places)
    return RecordHead(
        person=person,
        relations=FORMER,
        zone=zone,
        today=today,
        held=tuple((one, fields) for one in sorted(held, key=lambda one: one.id)),
        addresses=_list_addresses(person) if can_see(FORMER, Fields.ADDRESSES) else (),
        belongings=_list_belongings(belonged, last.places),
        supervisors=tuple(then for one in supervisors if (then := load_person_at(session, one, known_at))),
        as_of=as_of,
        known_at=known_at,
        last_day=last,
    )


def _list_addresses(person: Person) -> tuple[str, ...]:
    return tuple(address for address in (person.private_address, person.work_address) if address)


def _find_places(actor: Actor) -> frozenset[int] | None:
    """The organizations in which the actor has a role; None: everywhere."""
    places = {grant.organization_id for grant in actor.grants}
    return None if None in places else frozenset(place for place in places if place is not None)


_Belonged = tuple[int, str, date | None, date | None, int]


def _select_belongings(wanted: ColumnElement[bool]) -> Select[int, str, date | None, date | None, int]:
    columns = (Organization.name, Affiliation.from_on, Affiliation.until_on, Affiliation.organization_id)
    query = select(Affiliation.id, *columns).join(Organization, Organization.id == Affiliation.organization_id)
    return query.where(wanted)


def _list_belongings(rows: Iterable[_Belonged], places: frozenset[int] | None) -> tuple[Belonging, ...]:
    seen = [row for row in rows if places is None or row[4] in places]
    seen.sort(key=lambda row: (row[3] is not None, row[0]))
    return tuple(dict.fromkeys(Belonging(*row[1:4]) for row in seen))


def _find_work_end(rows: Iterable[_Belonged], places: frozenset[int] | None) -> date | None:
    last_on, place = max(((row[3] or date.max, row[4]) for row in rows), default=(date.max, 0))
    return last_on if last_on < date.max and (places is None or place in places) else None


def _select_supervisors(wanted: ColumnElement[bool], day: date) -> Select[int, int, Person]:
    query = select(Assignment.id, Assignment.organization_id, Person)
    return query.join(Person, Person.id == Assignment.supervisor_id).where(
        wanted, Assignment.from_on <= day, or_(Assignment.until_on.is_(None), Assignment.until_on >= day)
    )


def _list_supervisors(
    session: Session, rows: Iterable[tuple[int, int, Person]], places: frozenset[int] | None
) -> tuple[Person, ...]:
    found: dict[int, Person] = {}
    for _, place, person in sorted(rows, key=lambda row: row[0]):
        if places is None or place in places:
            now = person if person.merged_into_id is None else get_person(session, person.id)
            found.setdefault(now.id, now)
    return tuple(found.values())
