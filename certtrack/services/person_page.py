"""What one person's page and `certtrack why` say: standings with reasons and their sources, findings, mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Certification, CycleVersion, Finding, ImportRun, Person
from certtrack.errors import NotFound
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.reasons import Reason
from certtrack.rules.standing import Standing
from certtrack.security import Actor, Fields, can_see
from certtrack.services.actors import list_relations
from certtrack.services.ledger import LedgerEntry, list_ledger
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where a record comes from; `file_name` is None where no import brought it."""

    recorded_on: date
    file_name: str | None


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
    """One certification of the person as of the day that is asked for."""

    certification: Certification
    pack: Pack
    standing: Standing
    because: tuple[Why, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that a page may show its reader. `mail`, `findings` and `addresses` are empty where they aren't theirs."""

    person: Person
    certifications: tuple[ShownCertification, ...]
    findings: tuple[Finding, ...]
    mail: tuple[LedgerEntry, ...]
    addresses: tuple[str, ...]
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
    sees_mail = actor.is_command or can_see(relations, Fields.MAIL)
    sees_addresses = actor.is_command or can_see(relations, Fields.ADDRESSES)
    known = [address for address in (person.private_address, person.work_address) if address]
    return PersonPage(
        person=person,
        certifications=_list_certifications(session, rulebook, person, clock, as_of, known_at),
        findings=_list_findings(session, person) if sees_addresses else (),
        mail=tuple(list_ledger(session, rulebook, person.id, today)) if sees_mail else (),
        addresses=tuple(known) if sees_addresses else (),
        can_see_mail=sees_mail,
    )


def _list_certifications(
    session: Session,
    rulebook: Rulebook,
    person: Person,
    clock: Clock,
    as_of: date | None,
    known_at: datetime | None,
) -> tuple[ShownCertification, ...]:
    holder = or_(Person.id == person.id, Person.merged_into_id == person.id)
    query = select(Certification).join(Person, Person.id == Certification.person_id).where(holder)
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
    sources = _load_sources(session, standing.because, pack.zone, known_at)
    because = tuple(Why(reason, _find_source(reason, sources)) for reason in standing.because)
    return ShownCertification(certification, pack, standing, because, tuple(_list_readings(pack, standing)))


def _load_sources(
    session: Session, reasons: Sequence[Reason], zone: str, known_at: datetime | None
) -> dict[int, RecordSource]:
    cycles = {number for reason in reasons for kind, number in reason.records if kind == "cycle"}
    query = select(CycleVersion).where(CycleVersion.cycle_id.in_(cycles))
    if known_at is not None:
        query = query.where(CycleVersion.recorded_at <= known_at)
    found: dict[int, RecordSource] = {}
    for version in session.scalars(query.order_by(CycleVersion.id)):
        recorded_on = version.recorded_at.astimezone(ZoneInfo(zone)).date()
        found[version.cycle_id] = RecordSource(recorded_on, _find_file(session, version.evidence))
    return found


def _find_source(reason: Reason, sources: dict[int, RecordSource]) -> RecordSource | None:
    if reason.pack is not None:
        return None
    return next((sources[number] for kind, number in reason.records if kind == "cycle" and number in sources), None)


def _find_file(session: Session, evidence: str | None) -> str | None:
    kind, _, number = (evidence or "").partition(":")
    if kind != "import" or not number.isdigit():
        return None
    return session.scalar(select(ImportRun.file_name).where(ImportRun.id == int(number)))


def _list_readings(pack: Pack, standing: Standing) -> Iterable[Reading]:
    days = standing.days
    if days is None:
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


def _list_findings(session: Session, person: Person) -> tuple[Finding, ...]:
    query = select(Finding).where(Finding.person_id == person.id, Finding.settled_at.is_(None))
    return tuple(session.scalars(query.order_by(Finding.id)))
