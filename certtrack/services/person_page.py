"""What one person's page and `certtrack why` say: standings with reasons and their sources, findings, mail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import (
    Affiliation,
    Assignment,
    Certification,
    Organization,
    Person,
)
from certtrack.db.queries.earlier import find_number_at, load_person_at
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.reasons import Reason
from certtrack.rules.standing import Standing
from certtrack.security import Actor, Fields, can_see
from certtrack.services.actors import list_relations, visible_certifications
from certtrack.services.finding_list import ShownFinding, list_findings_of
from certtrack.services.former import FORMER, LastDay, find_last_day, load_person_then
from certtrack.services.ledger import LedgerEntry, list_ledger, list_settled
from certtrack.services.people import get_person
from certtrack.services.record_sources import RecordSource, load_sources
from certtrack.services.releases import Release, load_releases
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_standings


@dataclass(frozen=True, slots=True)
class Why:
    """One reason; `record` is where its cycle comes from, None for one that rests on something else."""

    reason: Reason
    record: RecordSource | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A last day that the rules publish: its earliest and latest reading, and where it was read."""

    phase: str
    earliest: date
    latest: date
    sure: Sure
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class ShownCertification:
    """One certification of the person as of the day that is asked for.

    `number` is the certificate's as it was on record at the moment that is asked for. `following` is where the cycle
    that follows comes from, None where none is on record; with it `readings` are empty.
    """

    certification: Certification
    number: str | None
    pack: Pack
    standing: Standing
    because: tuple[Why, ...]
    readings: tuple[Reading, ...]
    following: RecordSource | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """A place where the person is, or was; `from_on` None where the day isn't known, `until_on` None while it lasts."""

    organization: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that a page may show its reader. `mail`, `findings` and `addresses` are empty where they aren't theirs.

    `releases` are by reminder: those that were held, and that somebody let go. `as_of` and `known_at` are what is
    shown, None for today and for now. With `last_day` the person has left: all is as it was on record then, `person`
    too, and mail is what had been decided and carried out. `work_until` is the last day of all time at work, with which
    the address at work ends: None while some of it lasts, or where that isn't the reader's to see.
    """

    person: Person
    certifications: tuple[ShownCertification, ...]
    findings: tuple[ShownFinding, ...]
    mail: tuple[LedgerEntry, ...]
    releases: Mapping[int, Release]
    addresses: tuple[str, ...]
    belongings: tuple[Belonging, ...]
    supervisors: tuple[Person, ...]
    can_see_mail: bool
    as_of: date | None
    known_at: datetime | None
    last_day: LastDay | None = None
    work_until: date | None = None


def get_person_page(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    clock: Clock,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PersonPage:
    """The page as the actor may see it. Raises NotFound alike for nobody and for somebody who isn't theirs to see.

    `as_of` None: today in each pack's zone; `known_at` None: by what is on record now. Mail is as on record now. Of
    somebody who has left the actor's place both are at most the last day there, whatever is asked for.
    """
    person = get_person(session, person_id)
    today = today_in(clock, person.zone)
    relations = list_relations(session, actor, person.id, today)
    if not (actor.is_command or can_see(relations, Fields.STANDING)):
        last = find_last_day(session, actor, person.id, today)
        if last is None or not can_see(FORMER, Fields.STANDING):
            raise NotFound(f"There is no person with the number {person_id}.")
        return _get_frozen_page(session, rulebook, last, clock, last.bound_day(as_of), last.bound_moment(known_at))
    mine = and_(Certification.person_id.in_(same_person(person.id)), visible_certifications(actor, today))
    rows = same_person(person.id)
    sees_mail = actor.is_command or can_see(relations, Fields.MAIL)
    sees_addresses = actor.is_command or can_see(relations, Fields.ADDRESSES)
    places = None if actor.is_command or can_see(relations, Fields.AFFILIATIONS) else _find_places(actor)
    mail = tuple(list_ledger(session, rulebook, person.id, today)) if sees_mail else ()
    return PersonPage(
        person=person,
        certifications=_list_certifications(session, rulebook, mine, clock, as_of, known_at),
        findings=list_findings_of(session, rulebook, actor, session.scalars(rows).all(), today),
        mail=mail,
        releases=load_releases(session, person.id, mail),
        addresses=_list_addresses(person) if sees_addresses else (),
        belongings=_list_belongings(session, Affiliation.person_id.in_(rows), places),
        supervisors=tuple(_list_supervisors(session, Assignment.person_id.in_(rows), places, today)),
        can_see_mail=sees_mail,
        as_of=as_of,
        known_at=known_at,
        work_until=_find_work_end(session, person.id, places) if sees_addresses else None,
    )


def _get_frozen_page(
    session: Session, rulebook: Rulebook, last: LastDay, clock: Clock, as_of: date, known_at: datetime
) -> PersonPage:
    """What an administrator of a place that the person has left sees; findings aren't theirs any more."""
    person = load_person_then(session, last, known_at)
    mine = Certification.person_id.in_(last.own_ids)
    certifications = _list_certifications(session, rulebook, mine, clock, as_of, known_at)
    numbers = [shown.certification.id for shown in certifications]
    mail = tuple(list_settled(session, numbers, known_at)) if can_see(FORMER, Fields.MAIL) else ()
    on_record = (Assignment.person_id.in_(last.own_ids), Assignment.recorded_at <= known_at)
    belonged = or_(Affiliation.from_on.is_(None), Affiliation.from_on <= last.on)
    supervisors = _list_supervisors(session, and_(*on_record), last.places, as_of)
    return PersonPage(
        person=person,
        certifications=certifications,
        findings=(),
        mail=mail,
        releases=load_releases(session, last.person_id, mail, known_at),
        addresses=_list_addresses(person) if can_see(FORMER, Fields.ADDRESSES) else (),
        belongings=_list_belongings(session, and_(Affiliation.person_id.in_(last.own_ids), belonged), last.places),
        supervisors=tuple(then for one in supervisors if (then := load_person_at(session, one, known_at))),
        can_see_mail=can_see(FORMER, Fields.MAIL),
        as_of=as_of,
        known_at=known_at,
        last_day=last,
    )


def _find_work_end(session: Session, person_id: int, places: frozenset[int] | None) -> date | None:
    query = select(Affiliation.until_on, Affiliation.organization_id)
    times = session.execute(query.where(Affiliation.person_id.in_(same_person(person_id))))
    last_on, place = max(((until_on or date.max, place) for until_on, place in times), default=(date.max, 0))
    return last_on if last_on < date.max and (places is None or place in places) else None


def _list_addresses(person: Person) -> tuple[str, ...]:
    return tuple(address for address in (person.private_address, person.work_address) if address)


def _find_places(actor: Actor) -> frozenset[int] | None:
    """The organizations in which the actor has a role; None: everywhere."""
    places = {grant.organization_id for grant in actor.grants}
    return None if None in places else frozenset(place for place in places if place is not None)


def _list_belongings(
    session: Session, wanted: ColumnElement[bool], places: frozenset[int] | None
) -> tuple[Belonging, ...]:
    query = (
        select(Organization.name, Affiliation.from_on, Affiliation.until_on)
        .join(Organization, Organization.id == Affiliation.organization_id)
        .where(wanted, _is_in(places, Affiliation.organization_id))
        .order_by(Affiliation.until_on.is_not(None), Affiliation.id)
    )
    return tuple(dict.fromkeys(Belonging(*row) for row in session.execute(query)))


def _list_supervisors(
    session: Session, wanted: ColumnElement[bool], places: frozenset[int] | None, day: date
) -> Iterable[Person]:
    query = select(Assignment.supervisor_id).where(
        wanted,
        Assignment.from_on <= day,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= day),
        _is_in(places, Assignment.organization_id),
    )
    people = [get_person(session, number) for number in session.scalars(query.order_by(Assignment.id))]
    return {one.id: one for one in people}.values()


def _is_in(places: frozenset[int] | None, organization_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return true() if places is None else organization_id.in_(places)


def _list_certifications(
    session: Session,
    rulebook: Rulebook,
    wanted: ColumnElement[bool],
    clock: Clock,
    as_of: date | None,
    known_at: datetime | None,
) -> tuple[ShownCertification, ...]:
    rulebook = confirmed_rules(session, rulebook, known_at)
    query = select(Certification).where(wanted)
    found: list[ShownCertification] = []
    for certification in session.scalars(query.order_by(Certification.id)):
        day = as_of or today_in(clock, rulebook.packs.get(certification.pack_key).zone)
        standing = load_standings(session, rulebook, [certification.id], day, known_at).get(certification.id)
        if standing is not None:
            found.append(_make_shown(session, rulebook, certification, standing, known_at))
    return tuple(sorted(found, key=lambda shown: (shown.standing.next_on or date.max, shown.certification.id)))


def _make_shown(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    standing: Standing,
    known_at: datetime | None,
) -> ShownCertification:
    pack = rulebook.packs.get(certification.pack_key, on=standing.cycle.due_on if standing.cycle else None)
    cycles = {number for reason in standing.because for kind, number in reason.records if kind == "cycle"}
    sources = load_sources(session, cycles, pack.zone, known_at)
    because = tuple(Why(reason, _find_source(reason, sources)) for reason in standing.because)
    following = sources.get(standing.following.id) if standing.following else None
    number = find_number_at(session, certification, known_at) if known_at is not None else certification.number
    readings = tuple(_list_readings(pack, standing))
    return ShownCertification(certification, number, pack, standing, because, readings, following)


def _find_source(reason: Reason, sources: dict[int, RecordSource]) -> RecordSource | None:
    if reason.pack is not None:
        return None
    return next((sources[number] for kind, number in reason.records if kind == "cycle" and number in sources), None)


def _list_readings(pack: Pack, standing: Standing) -> Iterable[Reading]:
    days = standing.days
    if days is None or standing.following is not None:
        return
    rows = (
        ("on_time", days.due_on, days.due_on_latest, pack.deadline),
        ("grace", days.grace_until, days.grace_until_latest, pack.grace),
        ("late", days.late_until, days.late_until_latest, pack.late),
        ("exam_route", days.exam_route_until, days.exam_route_until_latest, pack.exam_route),
    )
    for phase, earliest, latest, value in rows:
        if earliest not in (None, date.max) and latest is not None and value is not None:
            yield Reading(phase, earliest, latest, value.sure, value.source.title, value.source.link)
