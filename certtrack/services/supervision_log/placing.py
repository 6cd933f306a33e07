"""Who each row is about, what its session is known by, and since when its hours of service count."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Attendance, SupervisionSession
from certtrack.db.queries.merges import load_merged
from certtrack.rules.calendar import add_days
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.placed import Placed, Twice
from certtrack.services.sheets.rows import Fault, Refused
from certtrack.services.sheets.whose import Mark, Register, Whose, load_register
from certtrack.services.supervision.offer import find_supervisors
from certtrack.services.supervision.records import NewSession
from certtrack.services.supervision.service import NewService
from certtrack.services.supervision_log.rows import SessionRow, SupervisionLog

_AT_ONCE = 500
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row whose people are all on record. `key`: what the session is known by from file to file.

    `service` are the hours that go in with it; None where the row says none, or `problem` says why they don't.
    """

    row: SessionRow
    supervisor: Whose
    people: tuple[Whose, ...]
    key: str
    service: NewService | None = None
    problem: Problem | None = None

    @property
    def name(self) -> str:
        """Who was there, for people."""
        return "; ".join(person.name for person in self.people)

    @property
    def person_id(self) -> int:
        """Who supervised."""
        return self.supervisor.person_id

    def make_new(self) -> NewSession:
        """The session that the row becomes; how it was held isn't known."""
        people = frozenset(person.person_id for person in self.people)
        row = self.row
        return NewSession(self.supervisor.person_id, people, row.held_on, row.minutes, row.kind, way=None)


@dataclass(frozen=True, slots=True)
class PlacedSessions(Placed[PlacedRow]):
    """`returned` are rows that go in, the earliest session first, but for a cell that was left out."""

    returned: tuple[SessionRow, ...] = ()


class Placer:
    """Places the rows of one file. `own`: the numbers of who imports, who signs for nobody where they were there."""

    def __init__(self, supervisors: Register, people: Register, own: Collection[int]) -> None:
        self._supervisors, self._people, self._own = supervisors, people, frozenset(own)
        self._refused: list[Refused] = []

    def place(self, log: SupervisionLog, held: Mapping[int, Collection[date]]) -> PlacedSessions:
        """Place each row, and part those of one key. `held`: the days of sessions by person, those on record."""
        days = self._list_days(log, held)
        first: dict[str, PlacedRow] = {}
        twice: list[Twice[PlacedRow]] = []
        for row in log.rows:
            placed = self._place(row)
            if placed is None:
                continue
            known = first.setdefault(placed.key, placed)
            if known is not placed:
                twice.append(Twice(placed, known, _compare(known.row, row)))
        rows = sorted((_add_service(item, days) for item in first.values()), key=lambda item: item.row.held_on)
        returned = tuple(item.row for item in rows if item.row.faults)
        return PlacedSessions(tuple(rows), tuple(twice), tuple(self._refused), returned)

    def list_people(self, log: SupervisionLog) -> set[int]:
        """Everybody who was at a session, as far as they can be known."""
        return {number for _, number in self._meet(log)}

    def _meet(self, log: SupervisionLog) -> Iterable[tuple[date, int]]:
        seen = [(row.held_on, mark) for row in log.rows for _, mark in row.people]
        seen += [(glimpse.held_on, mark) for glimpse in log.glimpses for mark in glimpse.people]
        for day, mark in seen:
            try:
                yield day, self._people.get(mark).person_id
            except Unreadable:
                continue

    def _list_days(self, log: SupervisionLog, held: Mapping[int, Collection[date]]) -> Mapping[int, set[date]]:
        days: dict[int, set[date]] = defaultdict(set, {number: set(known) for number, known in held.items()})
        for day, number in self._meet(log):
            days[number].add(day)
        return days

    def _place(self, row: SessionRow) -> PlacedRow | None:
        faults: list[Fault] = []
        supervisor = _find(self._supervisors, "supervisor", row.texts["supervisor"], row.supervisor, faults)
        found = [_find(self._people, "people", text, mark, faults) for text, mark in row.people]
        people = {person.person_id: person for person in found if person is not None}
        if supervisor is not None and supervisor.person_id in people:
            faults.append(Fault("supervisor", row.texts["supervisor"], "supervises_self"))
        if row.kind == "individual" and len(people) > 1:
            faults.append(Fault("kind", row.texts["kind"], "one_person"))
        if faults or supervisor is None:
            self._refused.append(Refused(row.number, row.line, (*row.faults, *faults), row.texts))
            return None
        if row.signed != "nobody" and self._own & {supervisor.person_id, *people}:
            fault = Fault("signed", row.texts["signed"], "was_there")
            row = replace(row, signed="nobody", faults=(*row.faults, fault))
        there = tuple(people[number] for number in sorted(people))
        return PlacedRow(row, supervisor, there, _make_key(row, supervisor, people))


def load_placer(
    session: Session,
    organization_id: int,
    log: SupervisionLog,
    own: Collection[int],
    *,
    is_by_page: bool = False,
    on: date | None = None,
) -> Placer:
    """Load whom the rows of this file may mean, in a few queries; with `on` whoever belongs there on that day.

    Whoever gives it on a page was supervised in none of its sessions; those that they held go in, signed by nobody.
    """
    marks = {mark for row in log.rows for _, mark in row.people}
    marks |= {mark for glimpse in log.glimpses for mark in glimpse.people}
    supervisors = load_register(
        session,
        organization_id,
        {row.supervisor for row in log.rows},
        _list_supervisors(session, organization_id),
        on=on,
    )
    people = load_register(session, organization_id, marks, on=on, own=own if is_by_page else ())
    return Placer(supervisors, people, own)


def load_days(session: Session, organization_id: int, people: Collection[int]) -> dict[int, set[date]]:
    """The days of the sessions that are on record there, by person, merged people being one."""
    found: dict[int, set[date]] = defaultdict(set)
    numbers = sorted(people)
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        merged = load_merged(session, chunk)
        query = (
            select(Attendance.person_id, SupervisionSession.held_on)
            .join(SupervisionSession, SupervisionSession.id == Attendance.session_id)
            .where(
                Attendance.no == SupervisionSession.no,
                SupervisionSession.organization_id == organization_id,
                SupervisionSession.state == "held",
                Attendance.person_id.in_({*chunk, *merged}),
            )
        )
        for number, day in session.execute(query):
            found[merged.get(number, number)].add(day)
    return found


def _list_supervisors(session: Session, organization_id: int) -> set[int]:
    """Whoever is, or was, a supervisor there; somebody merged into another by both numbers."""
    numbers = find_supervisors(session, organization_id)
    merged = load_merged(session, numbers)
    return numbers | {merged.get(number, number) for number in numbers}


def _find(register: Register, column: str, text: str, mark: Mark, faults: list[Fault]) -> Whose | None:
    try:
        return register.get(mark)
    except Unreadable as error:
        faults.append(Fault(column, text, error.problem))
        return None


def _make_key(row: SessionRow, supervisor: Whose, people: Collection[int]) -> str:
    there = ",".join(str(number) for number in sorted(people))
    key = f"{supervisor.person_id}|{row.held_on}|{row.minutes}|{row.kind}|{there}"
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def _add_service(placed: PlacedRow, days: Mapping[int, Collection[date]]) -> PlacedRow:
    """The row with its hours of service: from the day after the person's last session there to that of this one."""
    row = placed.row
    if row.service is None:
        return placed
    if len(placed.people) > 1:
        return replace(placed, problem="service_of_several")
    earlier = [day for day in days[placed.people[0].person_id] if day < row.held_on]
    if not earlier:
        return replace(placed, problem="service_since_unknown")
    return replace(placed, service=NewService(add_days(max(earlier), 1), row.held_on, row.service))


def _compare(first: SessionRow, second: SessionRow) -> tuple[tuple[str, str, str], ...]:
    said = ((name, first.texts.get(name, ""), second.texts.get(name, "")) for name in ("service", "signed"))
    return tuple((name, one, other) for name, one, other in said if one != other)
