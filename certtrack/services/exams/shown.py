"""The exams on one person's page: what each reader may see of them, as of a day and as known at a moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, ExamResult, ExamResultVersion
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import Outcome, Route
from certtrack.rules.pack import Text
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.credits.rights import is_own
from certtrack.services.exams.certificates import Giving, find_certified, find_giving
from certtrack.services.exams.marks import find_exam_pack
from certtrack.services.exams.rights import can_enter, visible_days, visible_scores
from certtrack.services.former import FORMER, LastDay
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Marked:
    """What somebody with a right to it sees beside the day: a score in hundredths of a percent, None where none is.

    `attempt` is None where nobody said; `most` how many attempts the rules give on this route, None where they don't.
    """

    score: int | None
    route: Route
    attempt: int | None
    most: int | None
    is_by_mark: bool
    corrected: int


@dataclass(frozen=True, slots=True)
class ShownExam:
    """One attempt.

    `marked`: None for a reader who sees days alone; `giving`: what they may give for it now, None: nothing;
    `can_withdraw`: they may take it back, as whoever enters results may, but for their own.
    """

    id: int
    credential: str
    name: Text | None
    taken_on: date
    outcome: Outcome
    marked: Marked | None
    giving: Giving | None
    can_withdraw: bool


def list_shown_exams(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    *,
    today: date,
    as_of: date | None = None,
    known_at: datetime | None = None,
    last: LastDay | None = None,
) -> tuple[ShownExam, ...]:
    """The person's attempts, the latest first: those taken by `as_of`, as on record now or at `known_at`.

    Whoever sees days alone sees those passed and those of which nobody knows the outcome; who may see none: empty.
    `last`: up to where an office sees the record of somebody who has left; None for everybody else. With it `as_of` and
    `known_at` are bound by it already, and of merged rows only the office's own are shown.
    """
    relations = FORMER if last is not None else list_relations(session, actor, person_id, today)
    scores = set(session.scalars(select(ExamResult.id).where(visible_scores(actor, relations))))
    days = visible_days(actor, relations)
    can_record = actor.is_command or can_act(relations, Act.RECORD_CERTIFICATE)
    found = []
    people = last.own_ids if last is not None else set(session.scalars(same_person(person_id)))
    for result, told in _list_told(session, people, days, known_at):
        is_scored = result.id in scores
        if told.taken_on > (as_of or date.max) or (told.outcome == "not_passed_yet" and not is_scored):
            continue
        pack = find_exam_pack(session, rulebook, person_id, result.credential)
        most = pack.exam_route.value.attempts if pack and pack.exam_route and told.route == "way_back" else None
        is_now = known_at is None and as_of is None
        found.append(
            ShownExam(
                id=result.id,
                credential=result.credential,
                name=pack.name if pack else None,
                taken_on=told.taken_on,
                outcome=cast("Outcome", told.outcome),
                marked=_mark(told, most) if is_scored else None,
                giving=_find_giving(session, actor, result, can_record=can_record) if is_now else None,
                can_withdraw=is_now and is_scored and _can_withdraw(session, actor, result),
            )
        )
    return tuple(found)


def _list_told(
    session: Session, people: Collection[int], days: ColumnElement[bool], known_at: datetime | None
) -> Iterable[tuple[ExamResult, ExamResult | ExamResultVersion]]:
    mine = select(ExamResult).where(ExamResult.person_id.in_(people), days)
    if known_at is None:
        query = mine.where(ExamResult.is_withdrawn.is_(False))
        for result in session.scalars(query.order_by(ExamResult.taken_on.desc(), ExamResult.id.desc())):
            yield result, result
        return
    query_then = join_known(
        mine.add_columns(ExamResultVersion),
        ExamResult.id,
        ExamResultVersion,
        ExamResultVersion.exam_result_id,
        known_at,
    )
    query_then = query_then.where(ExamResultVersion.is_withdrawn.is_(False))
    query_then = query_then.order_by(ExamResultVersion.taken_on.desc(), ExamResult.id.desc())
    for result, version in session.execute(query_then):
        yield result, version


def _mark(told: ExamResult | ExamResultVersion, most: int | None) -> Marked:
    return Marked(
        score=told.score,
        route=cast("Route", told.route),
        attempt=told.attempt,
        most=most,
        is_by_mark=told.outcome_by == "pass_mark",
        corrected=told.no - 1,
    )


def _can_withdraw(session: Session, actor: Actor, result: ExamResult) -> bool:
    is_theirs = can_enter(session, actor, result.organization_id, result.credential)
    return is_theirs and not is_own(session, actor, result.person_id)


def _find_giving(session: Session, actor: Actor, result: ExamResult, *, can_record: bool) -> Giving | None:
    giving = find_giving(session, result)
    if is_own(session, actor, result.person_id) or find_certified(session, result) is not None:
        return None
    if giving == "grant":
        is_theirs = can_enter(session, actor, result.organization_id, result.credential)
        is_open = is_theirs and result.outcome == "passed"
    else:
        is_open = can_record and result.outcome != "not_passed_yet"
    return giving if is_open and not _falls_into_cycle(session, result) else None


def _falls_into_cycle(session: Session, result: ExamResult) -> bool:
    query = (
        select(Cycle.id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(
            Certification.person_id.in_(same_person(result.person_id)),
            Certification.credential == result.credential,
            Cycle.is_withdrawn.is_(False),
            Cycle.closed_on.is_(None),
            Cycle.due_on >= result.taken_on,
        )
    )
    return session.scalar(query.limit(1)) is not None
