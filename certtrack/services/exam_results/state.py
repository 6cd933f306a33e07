"""What is on record for some rows: results of their people, what they hold here, and what earlier files brought."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, ExamResult, ImportedRow
from certtrack.db.queries.merges import load_merged
from certtrack.services.exam_results.layout import KIND
from certtrack.services.exam_results.placing import Key, PlacedRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """A row that an earlier file brought: its number, the result that it became, and what it said."""

    id: int
    result_id: int
    said: Mapping[str, str]


class State:
    """What is on record, as it was when a batch began; merged people are one."""

    def __init__(self, results: Mapping[tuple[int, str], Sequence[ExamResult]], brought: Mapping[Key, Brought]) -> None:
        self._results, self._brought = results, brought
        self._by_id = {result.id: result for found in results.values() for result in found}

    def find_brought(self, placed: PlacedRow) -> Brought | None:
        """The earlier row of that key."""
        return self._brought.get(placed.key)

    def find_result(self, placed: PlacedRow, brought: Brought | None) -> ExamResult | None:
        """The result that came by the earlier row; else what is on record of that day: a withdrawn one last.

        That is the attempt itself, one whose outcome nobody knows yet, or one of which nobody said which attempt.
        """
        if brought is not None:
            return self._by_id.get(brought.result_id)
        day = [result for result in self._list(placed) if result.taken_on == placed.row.taken_on]
        same = [result for result in day if result.attempt == placed.row.attempt]
        open_ = [
            result
            for result in day
            if not result.is_withdrawn and (result.attempt is None or result.outcome == "not_known")
        ]
        in_order = (
            *(result for result in same if not result.is_withdrawn),
            *sorted(open_, key=lambda result: (result.outcome != "not_known", result.id)),
            *same,
        )
        return next(iter(in_order), None)

    def is_taken(self, placed: PlacedRow, result: ExamResult | None) -> bool:
        """True where another result on record is this attempt."""
        return any(
            other is not result
            and not other.is_withdrawn
            and (other.route, other.attempt) == (placed.route, placed.row.attempt)
            for other in self._list(placed)
        )

    def _list(self, placed: PlacedRow) -> Sequence[ExamResult]:
        return self._results.get((placed.person_id, placed.credential), ())


def make_key(key: Key) -> str:
    """What a row is stored under."""
    person_id, credential, taken_on, attempt = key
    return f"{person_id}|{credential}|{taken_on}|{attempt}"


def load_credentials(session: Session, organization_id: int, people: Collection[int]) -> dict[int, frozenset[str]]:
    """By person the credentials of their certifications with the organization; two queries for each 500 people."""
    found: dict[int, set[str]] = defaultdict(set)
    numbers = sorted(people)
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        merged = load_merged(session, chunk)
        query = select(Certification.person_id, Certification.credential).where(
            Certification.organization_id == organization_id, Certification.person_id.in_({*chunk, *merged})
        )
        for person_id, credential in session.execute(query):
            found[merged.get(person_id, person_id)].add(credential)
    return {person: frozenset(credentials) for person, credentials in found.items()}


def load_state(session: Session, organization_id: int, rows: Sequence[PlacedRow]) -> State:
    """Load what these rows may meet; a few queries for each 500 people."""
    results: dict[tuple[int, str], list[ExamResult]] = defaultdict(list)
    brought: dict[Key, Brought] = {}
    people = sorted({row.person_id for row in rows})
    for start in range(0, len(people), _AT_ONCE):
        chunk = people[start : start + _AT_ONCE]
        merged = load_merged(session, chunk)
        everybody = {*chunk, *merged}
        query = select(ExamResult).where(ExamResult.person_id.in_(everybody)).order_by(ExamResult.id)
        for result in session.scalars(query.execution_options(populate_existing=True)):
            results[merged.get(result.person_id, result.person_id), result.credential].append(result)
        for row in session.scalars(
            select(ImportedRow).where(ImportedRow.person_id.in_(everybody)).execution_options(populate_existing=True)
        ):
            # asked here and not there: SQLite would take the index of their keys, and read all that was ever brought
            if row.kind == KIND and row.organization_id == organization_id and row.person_id is not None:
                person_id = merged.get(row.person_id, row.person_id)
                brought[_read_key(person_id, row.said)] = Brought(row.id, int(row.said["result"]), row.said)
    return State(results, brought)


def _read_key(person_id: int, said: Mapping[str, str]) -> Key:
    return person_id, said["credential"], date.fromisoformat(said["taken_on"]), int(said["attempt"])
