"""The exams on one person's page: what each reader may see of them, as of a day and as known at a moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, CompoundSelect, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, ExamResult, ExamResultVersion, OrganizationCredential
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import Outcome, Route
from certtrack.rules.pack import Text
from certtrack.rules.terms import compute_due_on
from certtrack.security import Act, Actor, Relation, Task, can_act, can_do
from certtrack.services.actors import list_relations
from certtrack.services.exams.certificates import Giving, find_certified_ids
from certtrack.services.exams.marks import choose_exam_pack
from certtrack.services.exams.rights import visible_days, visible_scores
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

    `marked`: None for a reader who sees days alone; `computed_due_on`: until when a certificate for it is good by the
    rules, None where they don't say; `giving`: what they may give for it now, None: nothing;
    `can_withdraw`: they may take it back, as whoever enters results may, but for their own.
    """

    id: int
    credential: str
    name: Text | None
    taken_on: date
    outcome: Outcome
    marked: Marked | None
    computed_due_on: date | None
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
    can_record = actor.is_command or can_act(relations, Act.RECORD_CERTIFICATE)
    found, is_now = [], known_at is None and as_of is None
    people = last.own_ids if last is not None else same_person(person_id)
    rows = list(_list_told(session, people, visible_days(actor, relations), known_at))
    around = _load_around(session, person_id, [result for result, _ in rows], is_own=Relation.HOLDER in relations)
    with_score = (ExamResult.id.in_([result.id for result, _ in rows]), visible_scores(actor, relations))
    scores = set(session.scalars(select(ExamResult.id).where(*with_score))) if rows else set[int]()
    for result, told in rows:
        is_scored = result.id in scores
        if told.taken_on > (as_of or date.max) or (told.outcome == "not_passed_yet" and not is_scored):
            continue
        pack = choose_exam_pack(rulebook, result.credential, around.pack_keys.get(result.credential, ()))
        most = pack.exam_route.value.attempts if pack and pack.exam_route and told.route == "way_back" else None
        found.append(
            ShownExam(
                id=result.id,
                credential=result.credential,
                name=pack.name if pack else None,
                taken_on=told.taken_on,
                outcome=cast("Outcome", told.outcome),
                marked=_mark(told, most) if is_scored else None,
                computed_due_on=compute_due_on(pack, told.taken_on) if pack else None,
                giving=_find_giving(around, actor, result, can_record=can_record) if is_now else None,
                can_withdraw=is_now and is_scored and around.can_enter(actor, result) and not around.is_own,
            )
        )
    return tuple(found)


def _list_told(
    session: Session,
    people: Collection[int] | CompoundSelect[int],
    days: ColumnElement[bool],
    known_at: datetime | None,
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


@dataclass(frozen=True, slots=True)
class _Around:
    """What giving and taking back rest on, of all results of one person.

    `granting`: places with the credentials that they give; `certified`: results under a cycle already; `open_until`:
    by credential the last due day of a cycle that is open; `pack_keys`: by credential the person's rules.
    """

    is_own: bool
    granting: frozenset[tuple[int, str]]
    certified: frozenset[int]
    open_until: Mapping[str, date]
    pack_keys: Mapping[str, Collection[str]]

    def can_enter(self, actor: Actor, result: ExamResult) -> bool:
        """As `certtrack.services.exams.rights.can_enter`."""
        if actor.is_command:
            return True
        is_theirs = can_do(actor, Task.ENTER_RESULTS, result.organization_id)
        return is_theirs and self.gives(result)

    def gives(self, result: ExamResult) -> bool:
        """True where the result's organization gives its credential."""
        return (result.organization_id, result.credential) in self.granting


def _load_around(session: Session, person_id: int, results: Sequence[ExamResult], *, is_own: bool) -> _Around:
    """Three queries, and none where there is no result."""
    if not results:
        return _Around(False, frozenset(), frozenset(), {}, {})
    granting = select(OrganizationCredential.organization_id, OrganizationCredential.credential)
    is_open = (Cycle.is_withdrawn.is_(False), Cycle.closed_on.is_(None))
    query = select(Certification.credential, Certification.pack_key, Cycle.due_on)
    query = query.outerjoin(Cycle, and_(Cycle.certification_id == Certification.id, *is_open))
    open_until: dict[str, date] = {}
    keys: dict[str, set[str]] = defaultdict(set)
    for credential, key, due_on in session.execute(query.where(Certification.person_id.in_(same_person(person_id)))):
        keys[credential].add(key)
        if due_on is not None:
            open_until[credential] = max(due_on, open_until.get(credential, due_on))
    return _Around(
        is_own=is_own,
        granting=frozenset(
            (row.organization_id, row.credential)
            for row in session.execute(granting.where(OrganizationCredential.role == "granter"))
        ),
        certified=frozenset(find_certified_ids(session, results)),
        open_until=open_until,
        pack_keys=keys,
    )


def _find_giving(around: _Around, actor: Actor, result: ExamResult, *, can_record: bool) -> Giving | None:
    if around.is_own or result.id in around.certified:
        return None
    giving: Giving = "grant" if around.gives(result) else "record"
    if giving == "grant":
        is_open = around.can_enter(actor, result) and result.outcome == "passed"
    else:
        is_open = can_record and result.outcome != "not_passed_yet"
    falls_into_cycle = around.open_until.get(result.credential, date.min) >= result.taken_on
    return giving if is_open and not falls_into_cycle else None
