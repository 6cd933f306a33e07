"""Everything that somebody has done for their certifications on one sheet, as it is on record: for them to print."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import (
    Attendance,
    Certification,
    Enrollment,
    Organization,
    Person,
    Signature,
    SupervisionSession,
    Training,
    TrainingElsewhere,
)
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.facts import CertificationFacts, CreditFact, CycleFact, Decision
from certtrack.rules.pack import Pack, Text
from certtrack.rules.service import SessionKind, Side
from certtrack.rules.standing import Standing, stand
from certtrack.security import Actor, Relation, Task, list_places
from certtrack.services.actors import list_relations
from certtrack.services.credits.shown import ShownArea, name_areas
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

_READERS = frozenset({Relation.HOLDER, Relation.AGENCY_ADMINISTRATOR})
_OFFICE = Task.MANAGE_SUPERVISION
_TRAINING, _SUPERVISED = "training", "supervised"


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit as it was claimed for one certification; `provider` is empty where nobody said."""

    title: str
    provider: str
    first_on: date
    last_on: date
    minutes: int
    areas: tuple[ShownArea, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Term:
    """One cycle and what was earned on its days, in their order; `cycle` None: on days of no cycle on record."""

    cycle: CycleFact | None
    credits: tuple[CreditLine, ...]

    @property
    def checked(self) -> int:
        """Minutes that somebody has checked."""
        return sum(line.minutes for line in self.credits if line.decision != "waiting")

    @property
    def waiting(self) -> int:
        """Minutes that wait to be checked."""
        return sum(line.minutes for line in self.credits if line.decision == "waiting")


@dataclass(frozen=True, slots=True)
class Held:
    """One certification, kept by `office`, with its terms, the latest first. `passed_on` are days of exams passed."""

    certification: Certification
    office: str
    pack: Pack
    standing: Standing
    terms: tuple[Term, ...]
    passed_on: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class CompletedTraining:
    """A training that was completed. `minutes` None where they aren't stated, `name` where the credential has none."""

    title: str
    completed_on: date
    minutes: int | None
    credential: str
    name: Text | None


@dataclass(frozen=True, slots=True)
class Supervised:
    """Supervision that both sides have signed, over one calendar year, in minutes by its kind."""

    year: int
    minutes: Mapping[SessionKind, int]


@dataclass(frozen=True, slots=True)
class Transcript:
    """All of it, as of `as_of`: what is on record. It gives nothing, since each program gives its own certification."""

    person: Person
    is_own: bool
    as_of: date
    held: tuple[Held, ...]
    trainings: tuple[CompletedTraining, ...]
    supervised: tuple[Supervised, ...]

    @property
    def is_empty(self) -> bool:
        """True where there is nothing on record to be printed."""
        return not (self.held or self.trainings or self.supervised)


def get_transcript(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock) -> Transcript:
    """The holder's own; the office prints it for them, with the supervision that it keeps itself.

    An attempt at an exam that wasn't passed, and a credit that was returned, are left out. Raises NotFound alike for
    nobody and for a record that isn't theirs.
    """
    person, kept = _load_kept(session, person_id)
    today = today_in(clock, person.zone)
    relations = list_relations(session, actor, person.id, today)
    if not relations & _READERS:
        raise NotFound(f"There is no person with the number {person_id}.")
    is_own = Relation.HOLDER in relations
    trainings, supervised = _load_rest(session, rulebook, person.id, None if is_own else list_places(actor, _OFFICE))
    return Transcript(
        person=person,
        is_own=is_own,
        as_of=today,
        held=tuple(_list_held(session, rulebook, kept, clock)),
        trainings=trainings,
        supervised=supervised,
    )


def _load_kept(session: Session, person_id: int) -> tuple[Person, list[tuple[Certification, str]]]:
    """The person, merges followed, with their certifications and who keeps each; one query. Raises NotFound."""
    query = (
        select(Person, Certification, Organization.name)
        .outerjoin(Certification, Certification.person_id == Person.id)
        .outerjoin(Organization, Organization.id == Certification.organization_id)
        .where(Person.id.in_(same_person(person_id)))
        .order_by(Certification.issued_on, Certification.id)
    )
    rows = session.execute(query).all()
    person = next((one for one, _, _ in rows if one.merged_into_id is None), None)
    if person is None:
        raise NotFound(f"There is no person with the number {person_id}.")
    return person, [(certification, office) for _, certification, office in rows if certification is not None]


def _list_held(
    session: Session, rulebook: Rulebook, kept: Sequence[tuple[Certification, str]], clock: Clock
) -> Iterable[Held]:
    held = load_held(session, confirmed_rules(session, rulebook), [certification.id for certification, _ in kept])
    for certification, office in kept:
        pack, facts = held[certification.id]
        yield Held(
            certification=certification,
            office=office,
            pack=pack,
            standing=stand(pack, facts, today_in(clock, pack.zone)),
            terms=tuple(_list_terms(pack, facts)),
            passed_on=tuple(exam.taken_on for exam in facts.exams if exam.outcome == "passed"),
        )


def _list_terms(pack: Pack, facts: CertificationFacts) -> Iterable[Term]:
    """Each cycle with the credits of its days, the latest first, and at the end those of other days."""
    latest_first = sorted(facts.cycles, key=lambda one: (one.start_on, one.due_on, one.id), reverse=True)
    by_cycle: dict[CycleFact | None, list[CreditLine]] = {cycle: [] for cycle in latest_first}
    for credit in facts.credits:
        if credit.decision == "returned":
            continue
        cycle = next((one for one in latest_first if one.start_on <= credit.last_on <= one.due_on), None)
        by_cycle.setdefault(cycle, []).append(_make_line(pack, credit))
    return (Term(cycle, tuple(lines)) for cycle, lines in by_cycle.items())


def _make_line(pack: Pack, credit: CreditFact) -> CreditLine:
    return CreditLine(
        title=credit.title,
        provider=credit.provider,
        first_on=credit.first_on,
        last_on=credit.last_on,
        minutes=credit.minutes,
        areas=name_areas(pack, dict.fromkeys(area for part in credit.parts for area in part.areas)),
        decision=credit.decision,
    )


def _load_rest(
    session: Session, rulebook: Rulebook, person_id: int, places: frozenset[int] | None
) -> tuple[tuple[CompletedTraining, ...], tuple[Supervised, ...]]:
    """Trainings and supervision, of these places alone where some are named; one query."""
    rows = same_person(person_id)
    query = union_all(_select_here(rows), _select_elsewhere(rows), _select_supervised(rows, places))
    found: Any = session.execute(query)
    names = {pack.credential: pack.name for pack in rulebook.packs.list()}
    trainings: list[CompletedTraining] = []
    by_year: dict[int, dict[SessionKind, int]] = defaultdict(lambda: defaultdict(int))
    for what, on, minutes, word, credential in found:
        if what == _SUPERVISED:
            by_year[on.year][word] += minutes
        else:
            trainings.append(CompletedTraining(word, on, minutes, credential, names.get(credential)))
    supervised = (Supervised(year, dict(by_kind)) for year, by_kind in sorted(by_year.items(), reverse=True))
    return tuple(sorted(trainings, key=lambda one: (one.completed_on, one.title))), tuple(supervised)


def _select_here(rows: CompoundSelect[int]) -> Select[Any]:
    columns = (literal(_TRAINING), Enrollment.completed_on, cast(null(), Integer), Training.title, Training.credential)
    query: Any = select(*columns).join(Training, Training.id == Enrollment.training_id)
    completed: Select[Any] = query.where(Enrollment.person_id.in_(rows), Enrollment.completed_on.is_not(None))
    return completed


def _select_elsewhere(rows: CompoundSelect[int]) -> Select[Any]:
    source = TrainingElsewhere
    columns = (literal(_TRAINING), source.completed_on, source.minutes, source.provider, source.credential)
    query: Any = select(*columns)
    recorded: Select[Any] = query.where(source.person_id.in_(rows), source.state == "recorded")
    return recorded


def _select_supervised(rows: CompoundSelect[int], places: frozenset[int] | None) -> Select[Any]:
    """Sessions that both sides have signed as they are said now."""
    source = SupervisionSession
    query: Any = (
        select(literal(_SUPERVISED), source.held_on, source.minutes, source.kind, cast(null(), String))
        .join(Attendance, Attendance.session_id == source.id)
        .where(Attendance.no == source.no, Attendance.person_id.in_(rows), source.state == "held")
        .where(_has_signed("supervisor", source.supervisor_id), _has_signed("person", Attendance.person_id))
    )
    signed: Select[Any] = query if places is None else query.where(source.organization_id.in_(places))
    return signed


def _has_signed(side: Side, person: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """A condition on `supervision_session`: as it is said now that side has signed it."""
    signed = exists().where(
        Signature.session_id == SupervisionSession.id, Signature.no == SupervisionSession.no, Signature.side == side
    )
    return signed.where(Signature.person_id == person)
