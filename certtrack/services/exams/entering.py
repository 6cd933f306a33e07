"""A whole sitting's results at once: each person's row is put on record or corrected, or nothing is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ExamRegistration, ExamResult, ExamResultVersion, ExamSitting
from certtrack.errors import StaleRecord
from certtrack.security import Actor
from certtrack.services.exams.results import (
    AttemptTaken,
    NewResult,
    NoReason,
    correct_exam_result,
    record_exam_result,
    told_of,
)
from certtrack.services.exams.rights import OwnExam
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that says something. `result` is what it stands on, None where there was none; `no` its version then."""

    registration: ExamRegistration
    new: NewResult
    result: ExamResult | None = None
    no: int = 0


class BadEntries(Exception):
    """Rows that can't be taken, by registration: `own`, `taken` (that attempt has a result), `stale`, `no_reason`."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__(", ".join(problems.values()))
        self.problems = problems


def enter_results(
    session: Session,
    rulebook: Rulebook,
    sitting: ExamSitting,
    entries: Sequence[Entry],
    *,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> int:
    """Put the rows on record; how many changed anything. `reason` is why those are corrected that had an outcome.

    The transaction is to be given up where this raises: BadEntries with every row that can't be taken, or NotAllowed.
    """
    problems: dict[int, str] = {}
    changed = 0
    for entry in entries:
        try:
            changed += _enter(session, rulebook, sitting, entry, reason, actor, at)
        except (StaleRecord, AttemptTaken, OwnExam, NoReason) as error:
            problems[entry.registration.id] = _CODES[type(error)]
    if problems:
        raise BadEntries(problems)
    return changed


_CODES = {StaleRecord: "stale", AttemptTaken: "taken", OwnExam: "own", NoReason: "no_reason"}


def _enter(
    session: Session,
    rulebook: Rulebook,
    sitting: ExamSitting,
    entry: Entry,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    result = entry.result
    if result is None and entry.no:
        raise StaleRecord("The result that this row shows was withdrawn meanwhile.")
    if result is not None and _is_untouched(session, result, entry):
        return False
    if result is None or result.outcome == "not_known":
        if result is not None:
            lock_current(session, result, entry.no)
        record_exam_result(
            session,
            rulebook,
            person_id=entry.registration.person_id,
            organization_id=sitting.organization_id,
            credential=sitting.credential,
            new=entry.new,
            sitting_id=sitting.id,
            actor=actor,
            at=at,
        )
        return True
    return correct_exam_result(
        session, rulebook, result, entry.new, expected_no=entry.no, reason=reason, actor=actor, at=at
    )


def _is_untouched(session: Session, result: ExamResult, entry: Entry) -> bool:
    """True where the row says what its version said: what somebody else wrote since then stays."""
    shown = select(ExamResultVersion).where(
        ExamResultVersion.exam_result_id == result.id, ExamResultVersion.no == entry.no
    )
    version = session.scalar(shown)
    return version is not None and told_of(version) == entry.new
