"""Whose each row is, of which credential's exam, and which rows say the same attempt: asked once for the whole file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.facts import Route
from certtrack.services.exam_results.rows import ResultList, ResultRow
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.placed import Placed, Twice
from certtrack.services.sheets.rows import Refused
from certtrack.services.sheets.whose import Register

Key = tuple[int, str, date, int]
"""Person, credential, day and attempt, by which a row is known from file to file."""


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row that is somebody's, of the exam for one credential."""

    row: ResultRow
    person_id: int
    name: str
    credential: str

    @property
    def key(self) -> Key:
        """What the row is known by from file to file."""
        return self.person_id, self.credential, self.row.taken_on, self.row.attempt

    @property
    def route(self) -> Route:
        """The way that the exam was part of; the first, where the file doesn't say."""
        return self.row.route or "first"


def place_rows(
    file: ResultList, register: Register, held: Mapping[int, frozenset[str]], own: Collection[int]
) -> Placed[PlacedRow]:
    """Place each row that was read, and refuse all of those that say one attempt differently.

    `held`: the credentials that each person has here; `own`: the numbers of whoever imports.
    """
    placed: list[PlacedRow] = []
    refused: list[Refused] = []
    for row in file.rows:
        try:
            placed.append(_place(row, register, held, own))
        except _Misplaced as error:
            refused.append(file.refuse(row, error.column, error.problem))
    contested = _find_contested(placed)
    first: dict[Key, PlacedRow] = {}
    twice: list[Twice[PlacedRow]] = []
    for item in placed:
        if item.row.line in contested:
            refused.append(file.refuse(item.row, contested[item.row.line], "attempt_twice"))
            continue
        known = first.setdefault(item.key, item)
        if known is not item:
            twice.append(Twice(item, known))
    # side by side, so that a person's standings are projected once
    return Placed(tuple(sorted(first.values(), key=lambda item: item.key)), tuple(twice), tuple(refused))


class _Misplaced(Exception):
    def __init__(self, column: Column, problem: Problem) -> None:
        super().__init__(column, problem)
        self.column, self.problem = column, problem


def _place(row: ResultRow, register: Register, held: Mapping[int, frozenset[str]], own: Collection[int]) -> PlacedRow:
    try:
        whose = register.get(row.mark)
    except Unreadable as error:
        raise _Misplaced(row.mark.column, error.problem) from error
    if whose.person_id in own:
        raise _Misplaced(row.mark.column, "own_exam")
    credentials = {row.credential} if row.credential else held.get(whose.person_id, frozenset())
    if len(credentials) != 1:
        raise _Misplaced("credential", "credential_unclear")
    return PlacedRow(row, whose.person_id, whose.name, next(iter(credentials)))


def _find_contested(placed: Iterable[PlacedRow]) -> dict[int, Column]:
    """The lines of rows of one attempt that don't agree, and the column in which they don't."""
    same_key: dict[Key, list[PlacedRow]] = defaultdict(list)
    same_attempt: dict[tuple[int, str, Route, int], list[PlacedRow]] = defaultdict(list)
    for item in placed:
        same_key[item.key].append(item)
        same_attempt[item.person_id, item.credential, item.route, item.row.attempt].append(item)
    found: dict[int, Column] = {}
    for rows in same_attempt.values():
        if len({item.row.taken_on for item in rows}) > 1:
            found |= _mark(rows, "exam_date")
    for rows in same_key.values():
        if len({item.row.score for item in rows}) > 1:
            found |= _mark(rows, "score")
        elif len({item.row.outcome for item in rows}) > 1:
            found |= _mark(rows, "outcome")
        elif len({item.route for item in rows}) > 1:
            found |= _mark(rows, "route")
    return found


def _mark(rows: Sequence[PlacedRow], column: Column) -> dict[int, Column]:
    return {item.row.line: column for item in rows}
