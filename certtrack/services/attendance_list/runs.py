"""The import of an attendance list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.attendance_list.layout import KIND
from certtrack.services.attendance_list.placing import PlacedRow, Trainings, place_rows
from certtrack.services.attendance_list.plan import NotedPlan, plan_rows
from certtrack.services.attendance_list.rows import AttendanceList
from certtrack.services.attendance_list.state import Offered, load_offered, load_state, make_key
from certtrack.services.attendance_list.writing import Writer
from certtrack.services.sheets import judged, runs


@dataclass
class Import(judged.Import[AttendanceList, PlacedRow]):
    """An import of one attendance list into one organization, at one moment.

    `titles` are the trainings that its words stand for.
    """

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 10
    largest_batch: ClassVar[int] = 100

    titles: Mapping[str, str] = field(default_factory=dict)
    _offered: list[Offered] = field(default_factory=list)
    _newcomers: set[tuple[int, int]] = field(default_factory=set)

    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number."""
        return {row.person_id for row in self.placed.list_on(lines)}

    def prepare(self, session: Session) -> None:
        """Find whose each row is and in which session, and refuse what can't be written."""
        register = self.load_register(session, {row.mark for row in self.file.rows})
        self._offered = load_offered(session, self.organization.id)
        placed = place_rows(self.file, register, Trainings(self._offered, self.titles), self.today)
        obstacles = {
            plan.placed.cell: self.file.refuse(plan.placed.row, *plan.obstacle)
            for plan in self._plan(session, placed.rows)
            if plan.obstacle is not None
        }
        self.placed = replace(
            placed,
            rows=tuple(item for item in placed.rows if item.cell not in obstacles),
            refused=(*placed.refused, *obstacles.values()),
        )

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note(self.show(self._plan(session, rows)))

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write it."""
        going = self.let_in(self._plan(session, rows))
        Writer(session, self.organization.id, run_id, self.actor, self.at).write(going)
        self._note(going)
        return len(rows)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        return self._count_rows() | {
            "minutes_new": self._tally["minutes"],
            "people_put_on_a_list": len(self._newcomers),
        }

    def list_twice(self) -> list[dict[str, Any]]:
        """Where a row says other minutes than the one before it of the same person and session."""
        return [
            {"line": item.row.row.line, "first_line": item.first.row.line}
            | _tell(item.row)
            | {"first": item.first.minutes, "second": item.row.minutes}
            for item in self.placed.twice
            if item.row.minutes != item.first.minutes
        ]

    def _list_missing(self, session: Session) -> list[dict[str, Any]]:
        named = {item.training.id for item in self.placed.rows}
        keys = {make_key(*item.cell) for item in self.placed.rows}
        sessions = {one.id: (training, one) for training in self._offered for one in training.sessions}
        return [
            {"person": row.person_id, "name": row.name, "training": training.title}
            | {"day": one.held_on, "minutes": int(row.said["minutes"])}
            for row in runs.list_earlier(session, KIND, self.organization.id)
            for training, one in [sessions[row.said["session"]]]
            if training.id in named and row.key not in keys and row.id not in self._met
        ]

    def _plan(self, session: Session, rows: Sequence[PlacedRow]) -> list[NotedPlan]:
        trainings = {item.training.id for item in rows}
        state = load_state(session, self.organization.id, trainings, [item.cell for item in rows])
        return plan_rows(state, rows)

    def _note(self, plans: Iterable[NotedPlan]) -> None:
        for plan in plans:
            self._tally[plan.kind] += 1
            if plan.brought is not None:
                self._met.add(plan.brought.id)
            placed = plan.placed
            own = {"line": placed.row.line} | _tell(placed)
            if plan.kind == "new":
                self._tally["minutes"] += placed.minutes
                if plan.enrollment_id is None:
                    self._newcomers.add((placed.training.id, placed.person_id))
            elif plan.kind == "changed":
                self.changes.append(own | {"old": plan.record.minutes, "new": placed.minutes})
            elif plan.kind == "kept":
                self.kept.append(own | {"record": plan.record.minutes, "file": placed.minutes})


def _tell(placed: PlacedRow) -> dict[str, Any]:
    return {
        "name": placed.name,
        "training": placed.training.title,
        "session": placed.session.number,
        "day": placed.session.held_on,
    }
