"""Everything that somebody has done for their certifications on one sheet, as it is on record: for them to print."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import (
    Attendance,
    Certification,
    Claim,
    Credit,
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
from certtrack.rules.facts import CycleFact, Decision
from certtrack.rules.pack import Pack, Text
from certtrack.rules.service import SessionKind, Side
from certtrack.rules.standing import Standing, stand
from certtrack.security import Actor, Relation
from certtrack.services.actors import list_relations
from certtrack.services.credits.shown import ShownArea, name_areas
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit as it was claimed for one certification; `areas` are the chosen ones. Returned ones are no lines."""

    title: str
    provider: str | None
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
    as_of: date
    held: tuple[Held, ...]
    trainings: tuple[CompletedTraining, ...]
    supervised: tuple[Supervised, ...]

    @property
    def is_empty(self) -> bool:
        """True where there is nothing on record to be printed."""
        return not (self.held or self.trainings or self.supervised)


def get_transcript(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock) -> Transcript:
    """The holder's own. An attempt at an exam that wasn't passed, and a credit that was returned, are left out of it.

    Raises NotFound alike for nobody and for a record that isn't the actor's own.
    """
    person = get_person(session, person_id)
    today = today_in(clock, person.zone)
    if Relation.HOLDER not in list_relations(session, actor, person.id, today):
        raise NotFound(f"There is no person with the number {person_id}.")
    return Transcript(
        person=person,
        as_of=today,
        held=tuple(_list_held(session, rulebook, person.id, clock)),
        trainings=tuple(_list_trainings(session, rulebook, person.id)),
        supervised=tuple(_list_supervised(session, person.id)),
    )


def _list_held(session: Session, rulebook: Rulebook, person_id: int, clock: Clock) -> Iterable[Held]:
    rows = same_person(person_id)
    query = (
        select(Certification, Organization.name)
        .join(Organization, Organization.id == Certification.organization_id)
        .where(Certification.person_id.in_(rows))
        .order_by(Certification.issued_on, Certification.id)
    )
    kept = session.execute(query).all()
    held = load_held(session, confirmed_rules(session, rulebook), [certification.id for certification, _ in kept])
    claimed = _load_claimed(session, person_id)
    for certification, office in kept:
        pack, facts = held[certification.id]
        yield Held(
            certification=certification,
            office=office,
            pack=pack,
            standing=stand(pack, facts, today_in(clock, pack.zone)),
            terms=tuple(_list_terms(pack, facts.cycles, claimed[certification.id])),
            passed_on=tuple(exam.taken_on for exam in facts.exams if exam.outcome == "passed"),
        )


def _load_claimed(session: Session, person_id: int) -> dict[int, list[tuple[Credit, str]]]:
    query = (
        select(Credit, Claim.decision, Claim.certification_id)
        .join(Claim, Claim.credit_id == Credit.id)
        .where(Credit.person_id.in_(same_person(person_id)), Credit.state == "logged")
        .where(Claim.is_dropped.is_(False), Claim.decision != "returned")
        .order_by(Credit.last_on, Credit.id)
    )
    found: dict[int, list[tuple[Credit, str]]] = defaultdict(list)
    for credit, decision, certification_id in session.execute(query):
        found[certification_id].append((credit, decision))
    return found


def _list_terms(pack: Pack, cycles: Iterable[CycleFact], claimed: Iterable[tuple[Credit, str]]) -> Iterable[Term]:
    """Each cycle with the credits of its days, the latest first, and at the end those of other days."""
    latest_first = sorted(cycles, key=lambda one: (one.start_on, one.due_on, one.id), reverse=True)
    by_cycle: dict[CycleFact | None, list[CreditLine]] = {cycle: [] for cycle in latest_first}
    for credit, decision in claimed:
        cycle = next((one for one in latest_first if one.start_on <= credit.last_on <= one.due_on), None)
        by_cycle.setdefault(cycle, []).append(_make_line(pack, credit, decision))
    return (Term(cycle, tuple(lines)) for cycle, lines in by_cycle.items())


def _make_line(pack: Pack, credit: Credit, decision: str) -> CreditLine:
    areas = tuple(dict.fromkeys(area for part in credit.parts for area in part["areas"]))
    return CreditLine(
        title=credit.title,
        provider=credit.provider,
        first_on=credit.first_on,
        last_on=credit.last_on,
        minutes=credit.minutes,
        areas=name_areas(pack, areas),
        decision=cast("Decision", decision),
    )


def _list_trainings(session: Session, rulebook: Rulebook, person_id: int) -> Iterable[CompletedTraining]:
    rows = same_person(person_id)
    here = (
        select(Training.title, Enrollment.completed_on, null(), Training.credential)
        .join(Enrollment, Enrollment.training_id == Training.id)
        .where(Enrollment.person_id.in_(rows), Enrollment.completed_on.is_not(None))
    )
    elsewhere = select(
        TrainingElsewhere.provider,
        TrainingElsewhere.completed_on,
        TrainingElsewhere.minutes,
        TrainingElsewhere.credential,
    ).where(TrainingElsewhere.person_id.in_(rows), TrainingElsewhere.state == "recorded")
    names = {pack.credential: pack.name for pack in rulebook.packs.list()}
    completed: Iterable[Any] = session.execute(union_all(here, elsewhere))
    found = [
        CompletedTraining(title, completed_on, minutes, credential, names.get(credential))
        for title, completed_on, minutes, credential in completed
    ]
    return sorted(found, key=lambda one: (one.completed_on, one.title))


def _list_supervised(session: Session, person_id: int) -> Iterable[Supervised]:
    mine = Attendance.person_id.in_(same_person(person_id))
    query = (
        select(SupervisionSession.held_on, SupervisionSession.minutes, SupervisionSession.kind)
        .join(Attendance, Attendance.session_id == SupervisionSession.id)
        .where(Attendance.no == SupervisionSession.no, mine, SupervisionSession.state == "held")
        .where(_has_signed("supervisor", SupervisionSession.supervisor_id), _has_signed("person", Attendance.person_id))
    )
    found: dict[int, dict[SessionKind, int]] = defaultdict(lambda: defaultdict(int))
    for held_on, minutes, kind in session.execute(query):
        found[held_on.year][cast("SessionKind", kind)] += minutes
    return [Supervised(year, dict(by_kind)) for year, by_kind in sorted(found.items(), reverse=True)]


def _has_signed(side: Side, person: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """A condition on `supervision_session`: as it is said now that side has signed it."""
    signed = exists().where(
        Signature.session_id == SupervisionSession.id, Signature.no == SupervisionSession.no, Signature.side == side
    )
    return signed.where(Signature.person_id == person)
