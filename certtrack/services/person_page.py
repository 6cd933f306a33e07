"""What one person's page and `certtrack why` say: standings with reasons and their sources, findings, mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import (
    Affiliation,
    Assignment,
    Cause,
    CauseRelease,
    Certification,
    Organization,
    Person,
    Reminder,
)
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.reasons import Reason
from certtrack.rules.standing import Standing
from certtrack.security import Actor, Fields, can_see
from certtrack.services.actors import find_actor_name, list_relations, visible_certifications
from certtrack.services.finding_list import ShownFinding, list_findings_of
from certtrack.services.ledger import LedgerEntry, list_ledger
from certtrack.services.people import get_person
from certtrack.services.record_sources import RecordSource, load_sources
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings

_NOT_LET_GO = ("held", "superseded")  # one that a later stage had overtaken may never have been held


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

    `following` is where the cycle that follows comes from, None where none is on record; with it `readings` are empty.
    """

    certification: Certification
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
class Release:
    """Who let a held mail go, and when; `by` is None where it was done by a command."""

    at: datetime
    by: str | None
    is_by_name: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that a page may show its reader. `mail`, `findings` and `addresses` are empty where they aren't theirs.

    `releases` are by reminder: those that were held, and that somebody let go.
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

    `as_of` None: today in each pack's zone; `known_at` None: by what is on record now. Mail is as on record now.
    """
    person = get_person(session, person_id)
    today = today_in(clock, person.zone)
    relations = list_relations(session, actor, person.id, today)
    if not (actor.is_command or can_see(relations, Fields.STANDING)):
        raise NotFound(f"There is no person with the number {person_id}.")
    visible = visible_certifications(actor, today)
    sees_mail = actor.is_command or can_see(relations, Fields.MAIL)
    sees_addresses = actor.is_command or can_see(relations, Fields.ADDRESSES)
    sees_all_places = actor.is_command or can_see(relations, Fields.AFFILIATIONS)
    known = [address for address in (person.private_address, person.work_address) if address]
    mail = tuple(list_ledger(session, rulebook, person.id, today)) if sees_mail else ()
    return PersonPage(
        person=person,
        certifications=_list_certifications(session, rulebook, person, visible, clock, as_of, known_at),
        findings=list_findings_of(session, rulebook, actor, session.scalars(same_person(person.id)).all()),
        mail=mail,
        releases=_load_releases(session, person, mail),
        addresses=tuple(known) if sees_addresses else (),
        belongings=_list_belongings(session, person, None if sees_all_places else actor),
        supervisors=_list_supervisors(session, person, None if sees_all_places else actor, today),
        can_see_mail=sees_mail,
    )


def _list_belongings(session: Session, person: Person, only: Actor | None) -> tuple[Belonging, ...]:
    query = (
        select(Organization.name, Affiliation.from_on, Affiliation.until_on)
        .join(Organization, Organization.id == Affiliation.organization_id)
        .where(Affiliation.person_id.in_(same_person(person.id)), _is_of(only, Affiliation.organization_id))
        .order_by(Affiliation.until_on.is_not(None), Affiliation.id)
    )
    return tuple(dict.fromkeys(Belonging(*row) for row in session.execute(query)))


def _list_supervisors(session: Session, person: Person, only: Actor | None, today: date) -> tuple[Person, ...]:
    query = select(Assignment.supervisor_id).where(
        Assignment.person_id.in_(same_person(person.id)),
        Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
        _is_of(only, Assignment.organization_id),
    )
    people = [get_person(session, number) for number in session.scalars(query.order_by(Assignment.id))]
    return tuple({one.id: one for one in people}.values())


def _is_of(only: Actor | None, organization_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """What belongs to the organizations in which the actor has a role; with None everything."""
    places = {grant.organization_id for grant in only.grants} if only is not None else {None}
    return true() if None in places else organization_id.in_(places)


def _load_releases(session: Session, person: Person, mail: Sequence[LedgerEntry]) -> dict[int, Release]:
    numbers = [entry.reminder_id for entry in mail if entry.reminder_id is not None and entry.state not in _NOT_LET_GO]
    mine = and_(CauseRelease.cause_id == Cause.id, CauseRelease.person_id.in_(same_person(person.id)))
    query = (
        select(Reminder.id, Reminder.planned_at, Cause, CauseRelease)
        .join(Cause, Cause.id == Reminder.cause_id)
        .outerjoin(CauseRelease, mine)
        .where(Reminder.id.in_(numbers))
    )
    found: dict[int, Release] = {}
    for number, planned_at, cause, own in session.execute(query):
        at, by = (own.recorded_at, own.recorded_by) if own is not None else (cause.released_at, cause.released_by)
        if at is not None and planned_at < at:  # planned later, it was never held
            found[number] = Release(at, find_actor_name(session, by), own is not None)
    return found


def _list_certifications(
    session: Session,
    rulebook: Rulebook,
    person: Person,
    visible: ColumnElement[bool],
    clock: Clock,
    as_of: date | None,
    known_at: datetime | None,
) -> tuple[ShownCertification, ...]:
    query = select(Certification).where(Certification.person_id.in_(same_person(person.id)), visible)
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
    return ShownCertification(certification, pack, standing, because, tuple(_list_readings(pack, standing)), following)


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
        if earliest is not None and latest is not None and value is not None:
            yield Reading(phase, earliest, latest, value.sure, value.source.title, value.source.link)
