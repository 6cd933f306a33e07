"""Whose each row is, and in which session of which training: asked once for the whole file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.training import SessionFact
from certtrack.services.attendance_list.rows import AttendanceList, AttendanceRow
from certtrack.services.attendance_list.state import Offered
from certtrack.services.people import fold
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.placed import Placed, Twice
from certtrack.services.sheets.rows import Refused
from certtrack.services.sheets.whose import Register


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row that is somebody's, in a session on record."""

    row: AttendanceRow
    person_id: int
    name: str
    training: Offered
    session: SessionFact
    minutes: int

    @property
    def cell(self) -> tuple[int, int]:
        """The person and the session, by which the row is known from file to file."""
        return self.person_id, self.session.id


class Trainings:
    """The trainings of the organization, asked by a list's words for them."""

    def __init__(self, offered: Iterable[Offered], titles: Mapping[str, str]) -> None:
        self._by_word: dict[str, list[Offered]] = {}
        for one in offered:
            for word in (one.folded_title, str(one.id)):
                self._by_word.setdefault(word, []).append(one)
        self._titles = titles

    def find_all(self, word: str) -> Sequence[Offered]:
        """Those that the word may mean: by what was confirmed of it, by the title, by the number on record."""
        folded = fold(word)
        return self._by_word.get(fold(self._titles.get(folded, folded)), ())


def place_rows(file: AttendanceList, register: Register, trainings: Trainings, today: date) -> Placed[PlacedRow]:
    """Place each row that was read, and part those of one cell."""
    refused: list[Refused] = []
    first: dict[tuple[int, int], PlacedRow] = {}
    twice: list[Twice[PlacedRow]] = []
    for row in file.rows:
        try:
            item = _place(file, row, register, trainings, today)
        except _Misplaced as error:
            refused.append(file.refuse(row, error.column, error.problem))
            continue
        known = first.setdefault(item.cell, item)
        if known is not item:
            twice.append(Twice(item, known))
    rows = sorted(first.values(), key=lambda item: (item.training.id, item.person_id, item.session.number))
    return Placed(tuple(rows), tuple(twice), tuple(refused))


class _Misplaced(Exception):
    def __init__(self, column: Column, problem: Problem) -> None:
        super().__init__(column, problem)
        self.column, self.problem = column, problem


def _place(
    file: AttendanceList, row: AttendanceRow, register: Register, trainings: Trainings, today: date
) -> PlacedRow:
    try:
        whose = register.get(row.mark)
    except Unreadable as error:
        raise _Misplaced(row.mark.column, error.problem) from error
    training, session = _find_session(file, row, trainings)
    if session.held_on > today:
        raise _Misplaced(_session_column(file), "not_come_yet")
    minutes = session.minutes if row.minutes is None else row.minutes
    if minutes > session.minutes:
        raise _Misplaced("amount", "longer_than_session")
    return PlacedRow(row, whose.person_id, whose.name, training, session, minutes)


def _find_session(file: AttendanceList, row: AttendanceRow, trainings: Trainings) -> tuple[Offered, SessionFact]:
    """The one session that the row can mean: of trainings of one name, the one that has such a session."""
    named = trainings.find_all(row.training)
    if not named:
        raise _Misplaced("training", "training_unknown")
    found = [(one, session) for one in named for session in one.sessions if _is_meant(row, session)]
    if len({one.id for one, _ in found}) > 1:
        raise _Misplaced("training", "several_trainings")
    if len(found) > 1:
        raise _Misplaced(_session_column(file), "several_sessions")
    if not found:
        is_both = row.session is not None and row.held_on is not None
        is_differing = is_both and any(
            session.number == row.session or session.held_on == row.held_on for one in named for session in one.sessions
        )
        raise _Misplaced(_session_column(file), "sessions_differ" if is_differing else "session_unknown")
    return found[0]


def _is_meant(row: AttendanceRow, session: SessionFact) -> bool:
    return row.session in (None, session.number) and row.held_on in (None, session.held_on)


def _session_column(file: AttendanceList) -> Column:
    """The column that a refusal of a session is about."""
    return "session" if "session" in file.heads.places else "day"
