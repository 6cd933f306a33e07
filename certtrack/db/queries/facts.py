"""The only bridge from tables to rules: facts of certifications, as known now or at a past moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Certification,
    Cycle,
    CycleVersion,
    ExamResult,
    ExamResultVersion,
    Person,
    StatusChange,
)
from certtrack.db.queries.applications import load_bases, load_intentions, load_steps
from certtrack.db.queries.credits import load_credits
from certtrack.db.queries.merges import load_merged
from certtrack.db.queries.versions import join_known
from certtrack.db.queries.waivers import load_waivers
from certtrack.rules.facts import (
    CertificationFacts,
    CycleFact,
    DueSource,
    ExamFact,
    Outcome,
    Route,
    StatusFact,
    StatusKind,
)

_CHUNK = 500


def load_facts(
    session: Session,
    certification_ids: Sequence[int],
    known_at: datetime | None = None,
    *,
    counts_hours: bool = True,
) -> dict[int, CertificationFacts]:
    """Facts by certification, as on record now or, with `known_at`, as they were on record at that moment.

    A certification that wasn't on record yet at `known_at` is left out. People who were merged, as far as is on record
    now, are one: exams and death count for all. Twelve queries for each 500 certifications. Unless hours are to be
    counted no credits are read, and there are none in the facts.
    """
    found: dict[int, CertificationFacts] = {}
    for start in range(0, len(certification_ids), _CHUNK):
        chunk = certification_ids[start : start + _CHUNK]
        found |= _load_chunk(session, chunk, known_at, counts_hours=counts_hours)
    return found


def _load_chunk(
    session: Session, ids: Sequence[int], known_at: datetime | None, *, counts_hours: bool
) -> dict[int, CertificationFacts]:
    query = select(Certification).where(Certification.id.in_(ids))
    if known_at is not None:
        query = query.where(Certification.recorded_at <= known_at)
    certifications = list(session.scalars(query))
    holders = _load_holders(session, {certification.person_id for certification in certifications})
    deaths = _load_deaths(session, holders, known_at)
    cycles = _load_cycles(session, ids, known_at)
    statuses = _load_statuses(session, ids, known_at)
    exams = _load_exams(session, holders, known_at)
    claimed = load_credits(session, ids, known_at) if counts_hours else {}
    steps, said = load_steps(session, ids, known_at), load_intentions(session, ids, known_at)
    bases, waivers = load_bases(session, ids, known_at), load_waivers(session, ids, known_at)
    return {
        certification.id: CertificationFacts(
            id=certification.id,
            credential=certification.credential,
            issued_on=certification.issued_on,
            cycles=tuple(cycles[certification.id]),
            exams=tuple(exams[holders[certification.person_id], certification.credential]),
            statuses=tuple(statuses[certification.id]),
            died_on=deaths.get(holders[certification.person_id]),
            credits=tuple(claimed.get(certification.id, ())),
            steps=tuple(steps[certification.id]),
            intentions=tuple(said[certification.id]),
            bases=tuple(bases[certification.id]),
            waivers=tuple(waivers[certification.id]),
        )
        for certification in certifications
    }


def _load_holders(session: Session, people: set[int]) -> dict[int, int]:
    """Who each of these is in the end, and likewise everybody who is the same person as one of them."""
    merged = load_merged(session, people)
    return {number: number for number in people | set(merged.values())} | merged


def _load_deaths(session: Session, holders: dict[int, int], known_at: datetime | None) -> dict[int, date]:
    query = select(Person.id, Person.died_on).where(Person.id.in_(holders), Person.died_on.is_not(None))
    if known_at is not None:
        query = query.where(func.coalesce(Person.died_recorded_at, Person.recorded_at) <= known_at)
    found: dict[int, date] = {}
    for number, died_on in session.execute(query.order_by(Person.id)):
        holder = holders[number]
        if died_on is not None and (number == holder or holder not in found):  # what the last row says goes before
            found[holder] = died_on
    return found


def _load_cycles(session: Session, ids: Sequence[int], known_at: datetime | None) -> dict[int, list[CycleFact]]:
    found: dict[int, list[CycleFact]] = defaultdict(list)
    if known_at is None:
        rows: Iterable[Any] = session.execute(
            select(Cycle.certification_id, Cycle.id, *_cycle_columns(Cycle))
            .where(Cycle.certification_id.in_(ids), Cycle.is_withdrawn.is_(False))
            .order_by(Cycle.start_on, Cycle.id),
        )
    else:
        query = join_known(
            select(Cycle.certification_id, Cycle.id, *_cycle_columns(CycleVersion)),
            Cycle.id,
            CycleVersion,
            CycleVersion.cycle_id,
            known_at,
        )
        query = query.where(Cycle.certification_id.in_(ids), CycleVersion.is_withdrawn.is_(False))
        rows = session.execute(query.order_by(CycleVersion.start_on, Cycle.id))
    for certification_id, cycle_id, start_on, due_on, due_source, computed_due_on, closed_on in rows:
        found[certification_id].append(
            CycleFact(cycle_id, start_on, due_on, cast("DueSource", due_source), computed_due_on, closed_on),
        )
    return found


def _cycle_columns(source: type[Cycle] | type[CycleVersion]) -> tuple[Any, ...]:
    return (source.start_on, source.due_on, source.due_source, source.computed_due_on, source.closed_on)


def _load_statuses(session: Session, ids: Sequence[int], known_at: datetime | None) -> dict[int, list[StatusFact]]:
    on_record: ColumnElement[bool] = StatusChange.withdrawn_at.is_(None)
    if known_at is not None:
        still = or_(StatusChange.withdrawn_at.is_(None), StatusChange.withdrawn_at > known_at)
        on_record = and_(StatusChange.recorded_at <= known_at, still)
    query = select(StatusChange).where(StatusChange.certification_id.in_(ids), on_record)
    found: dict[int, list[StatusFact]] = defaultdict(list)
    for change in session.scalars(query.order_by(StatusChange.from_on, StatusChange.id)):
        fact = StatusFact(change.id, cast("StatusKind", change.kind), change.from_on)
        found[change.certification_id].append(fact)
    return found


def _load_exams(
    session: Session,
    holders: dict[int, int],
    known_at: datetime | None,
) -> dict[tuple[int, str], list[ExamFact]]:
    found: dict[tuple[int, str], list[ExamFact]] = defaultdict(list)
    if known_at is None:
        rows: Iterable[Any] = session.execute(
            select(ExamResult.person_id, ExamResult.credential, ExamResult.id, *_exam_columns(ExamResult))
            .where(ExamResult.person_id.in_(holders), ExamResult.is_withdrawn.is_(False))
            .order_by(ExamResult.taken_on, ExamResult.id),
        )
    else:
        query = join_known(
            select(ExamResult.person_id, ExamResult.credential, ExamResult.id, *_exam_columns(ExamResultVersion)),
            ExamResult.id,
            ExamResultVersion,
            ExamResultVersion.exam_result_id,
            known_at,
        )
        query = query.where(ExamResult.person_id.in_(holders), ExamResultVersion.is_withdrawn.is_(False))
        rows = session.execute(query.order_by(ExamResultVersion.taken_on, ExamResult.id))
    for person_id, credential, result_id, taken_on, outcome, route in rows:
        found[holders[person_id], credential].append(
            ExamFact(result_id, taken_on, cast("Outcome", outcome), cast("Route", route)),
        )
    return found


def _exam_columns(source: type[ExamResult] | type[ExamResultVersion]) -> tuple[Any, ...]:
    return (source.taken_on, source.outcome, source.route)
