"""Results of exams: put on record by attempt, corrected by versions. Each change projects the standing anew."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ExamResult, ExamResultVersion, ExamSitting, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.calendar import check_day
from certtrack.rules.exams import WHOLE, judge
from certtrack.rules.facts import Outcome, Route
from certtrack.security import Actor
from certtrack.services.exams.marks import find_pass_mark
from certtrack.services.exams.rights import check_can_enter
from certtrack.services.exams.versions import add_result_version
from certtrack.services.locking import lock_current
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person

MOST_ATTEMPTS = 20


class AttemptTaken(Refused):
    """That attempt has a result on record; nothing was written."""


class NoReason(BadInput):
    """A result is changed only with the reason why."""


@dataclass(frozen=True, slots=True)
class NewResult:
    """What is told of an attempt.

    `outcome` None: what the score comes to by the pass mark. `score` in hundredths of a percent, None where only the
    outcome is known; without either only the sitting is. `attempt`: which one within its route, None where nobody said.
    """

    taken_on: date
    outcome: Outcome | None = None
    score: int | None = None
    route: Route = "first"
    attempt: int | None = None


def record_exam_result(
    session: Session,
    rulebook: Rulebook,
    *,
    person_id: int,
    organization_id: int,
    credential: str,
    new: NewResult,
    sitting_id: int | None = None,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> ExamResult:
    """Put an attempt on record; where the sitting was all that was known of that day, it is that one's next version.

    Raises NotAllowed where the actor may not enter it, Refused where it is their own or where that attempt has a result
    already, and BadInput for a score or an attempt that can't be.
    """
    person = get_person(session, person_id)
    check_can_enter(session, actor, person.id, organization_id, credential)
    _check_values(new)
    _lock_person(session, person.id)
    waiting = _find_waiting(session, person.id, credential, new.taken_on)
    _check_free(session, person.id, credential, new, waiting)
    if waiting is not None:
        waiting.sitting_id = sitting_id or waiting.sitting_id
        _set(session, rulebook, waiting, new)
        _write(session, rulebook, waiting, "recorded", reason, actor, at)
        return waiting
    result = ExamResult(
        person_id=person.id,
        organization_id=organization_id,
        credential=credential,
        sitting_id=sitting_id,
        is_withdrawn=False,
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    _set(session, rulebook, result, new)
    session.add(result)
    session.flush()
    _write(session, rulebook, result, "recorded", reason, actor, at)
    return result


def correct_exam_result(
    session: Session,
    rulebook: Rulebook,
    result: ExamResult,
    new: NewResult,
    *,
    expected_no: int | None = None,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct an attempt by a new version; False, and none written, where nothing is different.

    Raises as `record_exam_result` does, StaleRecord where somebody else was first, BadInput without a reason.
    """
    check_can_enter(session, actor, result.person_id, result.organization_id, result.credential)
    _check_values(new)
    _lock_person(session, result.person_id)
    lock_current(session, result, expected_no)
    if result.is_withdrawn:
        raise Refused("This result was withdrawn; enter it anew.")
    before = told_of(result)
    if new == before:
        return False
    if not (reason or "").strip():
        raise NoReason("Say in a few words why the result is corrected.")
    _check_free(session, result.person_id, result.credential, new, result)
    _set(session, rulebook, result, new)
    _write(session, rulebook, result, "corrected", reason, actor, at)
    return True


def amend_exam_result(
    session: Session,
    rulebook: Rulebook,
    result: ExamResult,
    *,
    taken_on: date | None = None,
    outcome: Outcome | None = None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Correct the day or the outcome of an attempt; None leaves it as it is. Raises as `correct_exam_result` does."""
    told = told_of(result)
    new = replace(told, taken_on=taken_on or told.taken_on, outcome=outcome or told.outcome)
    correct_exam_result(session, rulebook, result, new, reason=reason, actor=actor, at=at)


def withdraw_exam_result(
    session: Session,
    rulebook: Rulebook,
    result: ExamResult,
    *,
    expected_no: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Take a result back that isn't one: it stays on record and says nothing any more. Raises as a correction does."""
    check_can_enter(session, actor, result.person_id, result.organization_id, result.credential)
    lock_current(session, result, expected_no)
    if result.is_withdrawn:
        raise Refused("This result was withdrawn already.")
    if not reason.strip():
        raise NoReason("Say in a few words why the result is withdrawn.")
    result.is_withdrawn = True
    _write(session, rulebook, result, "withdrawn", reason, actor, at)


def get_exam_result(session: Session, person_id: int, result_id: int) -> ExamResult:
    """A result on this person's record that isn't withdrawn. Raises NotFound."""
    result = session.get(ExamResult, result_id)
    if result is None or result.is_withdrawn or result.person_id not in session.scalars(same_person(person_id)).all():
        raise NotFound(f"There is no exam result with the number {result_id} on this person's record.")
    return result


def told_of(result: ExamResult | ExamResultVersion) -> NewResult:
    """What was told of a result, or of a version of it: an outcome that the pass mark gave is none that was told."""
    return NewResult(
        taken_on=result.taken_on,
        outcome=cast("Outcome", result.outcome) if result.outcome_by == "stated" else None,
        score=result.score,
        route=cast("Route", result.route),
        attempt=result.attempt,
    )


def _set(session: Session, rulebook: Rulebook, result: ExamResult, new: NewResult) -> None:
    sitting = session.get(ExamSitting, result.sitting_id) if result.sitting_id is not None else None
    mark = find_pass_mark(session, rulebook, result.person_id, result.credential, sitting)
    result.taken_on, result.score = new.taken_on, new.score
    result.route, result.attempt = new.route, new.attempt
    if new.outcome in ("passed", "not_passed_yet"):
        result.outcome, result.outcome_by = new.outcome, "stated"
        return
    result.outcome = judge(new.score, mark.pass_mark)
    result.outcome_by = "pass_mark" if result.outcome in ("passed", "not_passed_yet") else None


def _check_values(new: NewResult) -> None:
    try:
        check_day(new.taken_on)
    except ValueError as error:
        raise BadInput("The exam's day must lie between the years 1900 and 9999.") from error
    if new.score is not None and not 0 <= new.score <= WHOLE:
        raise BadInput("A score lies between 0 and 100 percent.")
    if new.attempt is not None and not 0 < new.attempt <= MOST_ATTEMPTS:
        raise BadInput(f"Attempts are counted from 1 to {MOST_ATTEMPTS}.")


def _lock_person(session: Session, person_id: int) -> None:
    # so that two who enter the same attempt at once don't both put it on record
    session.execute(select(Person.id).where(Person.id.in_(same_person(person_id))).with_for_update())


def _find_waiting(session: Session, person_id: int, credential: str, day: date) -> ExamResult | None:
    """The sitting of that day of which nothing else is known."""
    query = select(ExamResult).where(
        ExamResult.person_id.in_(same_person(person_id)),
        ExamResult.credential == credential,
        ExamResult.taken_on == day,
        ExamResult.outcome == "not_known",
        ExamResult.is_withdrawn.is_(False),
    )
    return session.scalar(query.order_by(ExamResult.id).limit(1))


def _check_free(session: Session, person_id: int, credential: str, new: NewResult, but: ExamResult | None) -> None:
    if new.attempt is None:
        return
    query = select(ExamResult.id).where(
        ExamResult.person_id.in_(same_person(person_id)),
        ExamResult.credential == credential,
        ExamResult.route == new.route,
        ExamResult.attempt == new.attempt,
        ExamResult.is_withdrawn.is_(False),
    )
    if but is not None:
        query = query.where(ExamResult.id != but.id)
    if session.scalar(query.limit(1)) is not None:
        raise AttemptTaken(f"Attempt {new.attempt} has a result on record already; correct that one instead.")


def _write(
    session: Session, rulebook: Rulebook, result: ExamResult, what: str, reason: str | None, actor: Actor, at: datetime
) -> None:
    add_result_version(session, result, what, reason, actor=actor, at=at)
    project_spans_of_person(session, rulebook, result.person_id, at=at)
