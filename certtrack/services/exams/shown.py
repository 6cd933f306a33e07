"""The exams on one person's page: what each reader may see of them, as of a day and as known at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, ExamResult, ExamResultVersion, OrganizationCredential
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.versions import join_known
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.facts import Outcome, Route
from certtrack.rules.pack import Text
from certtrack.rules.terms import compute_due_on
from certtrack.security import Act, Actor, Relation, Task, can_act, can_do
from certtrack.services.actors import list_relations
from certtrack.services.exams.certificates import Giving
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
    rows = ask_together(session, *select_exams(actor, relations, person_id, known_at, last))
    return make_exams(rulebook, actor, relations, rows, as_of=as_of, is_now=as_of is None and known_at is None)


def select_exams(
    actor: Actor, relations: frozenset[Relation], person_id: int, known_at: datetime | None, last: LastDay | None
) -> tuple[AnySelect, ...]:
    """What the attempts are made of: results, the person's certifications with their cycles, who gives what."""
    people = last.own_ids if last is not None else same_person(person_id)
    is_scored = visible_scores(actor, relations).label("is_scored")
    mine: Any = select(ExamResult, is_scored) if known_at is None else select(ExamResult, is_scored, ExamResultVersion)
    mine = mine.where(ExamResult.person_id.in_(people), visible_days(actor, relations))
    if known_at is None:
        results = mine.where(ExamResult.is_withdrawn.is_(False))
    else:
        results = join_known(mine, ExamResult.id, ExamResultVersion, ExamResultVersion.exam_result_id, known_at)
        results = results.where(ExamResultVersion.is_withdrawn.is_(False))
    held = same_person(person_id)
    offices = select(ExamResult.organization_id).where(ExamResult.person_id.in_(held))
    cycles = select(Certification.credential, Cycle).join(Cycle, Cycle.certification_id == Certification.id)
    return (
        results,
        select(Certification).where(Certification.person_id.in_(held)),
        cycles.where(Certification.person_id.in_(held), Cycle.is_withdrawn.is_(False)),
        select(OrganizationCredential).where(OrganizationCredential.organization_id.in_(offices)),
    )


def make_exams(
    rulebook: Rulebook,
    actor: Actor,
    relations: frozenset[Relation],
    rows: Sequence[Sequence[Any]],
    *,
    as_of: date | None,
    is_now: bool,
) -> tuple[ShownExam, ...]:
    """What `list_shown_exams` gives, of the rows of `select_exams`."""
    results, held, cycles, roles = rows
    given = _Given(actor, relations, cycles, roles)
    found = []
    for result, is_scored, told in sorted(((*row, row[0])[:3] for row in results), key=_by_day, reverse=True):
        if told.taken_on > (as_of or date.max) or (told.outcome == "not_passed_yet" and not is_scored):
            continue
        keys = {one.pack_key for one in held if one.credential == result.credential}
        pack = choose_exam_pack(rulebook, result.credential, keys)
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
                giving=given.find(result) if is_now else None,
                can_withdraw=is_now and is_scored and given.can_withdraw(result),
            )
        )
    return tuple(found)


def _by_day(row: tuple[ExamResult, bool, ExamResult | ExamResultVersion]) -> tuple[date, int]:
    return row[2].taken_on, row[0].id


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
class _Given:
    """What a reader may give for an exam or take back, by what rests on the person's exams already."""

    actor: Actor
    relations: frozenset[Relation]
    cycles: Sequence[tuple[str, Cycle]]
    roles: Sequence[OrganizationCredential]

    def can_withdraw(self, result: ExamResult) -> bool:
        return self._can_enter(result) and Relation.HOLDER not in self.relations

    def find(self, result: ExamResult) -> Giving | None:
        evidence = f"exam_result:{result.id}"
        if Relation.HOLDER in self.relations or any(cycle.evidence == evidence for _, cycle in self.cycles):
            return None
        giving: Giving = "grant" if self._is_granter(result) else "record"
        if giving == "grant":
            is_open = self._can_enter(result) and result.outcome == "passed"
        else:
            can_record = self.actor.is_command or can_act(self.relations, Act.RECORD_CERTIFICATE)
            is_open = can_record and result.outcome != "not_passed_yet"
        return giving if is_open and not self._falls_into_cycle(result) else None

    def _can_enter(self, result: ExamResult) -> bool:
        """As `certtrack.services.exams.rights.can_enter` has it."""
        is_theirs = can_do(self.actor, Task.ENTER_RESULTS, result.organization_id)
        return self.actor.is_command or (is_theirs and self._is_granter(result))

    def _is_granter(self, result: ExamResult) -> bool:
        wanted = (result.organization_id, result.credential, "granter")
        return any((one.organization_id, one.credential, one.role) == wanted for one in self.roles)

    def _falls_into_cycle(self, result: ExamResult) -> bool:
        return any(
            credential == result.credential and cycle.closed_on is None and cycle.due_on >= result.taken_on
            for credential, cycle in self.cycles
        )
