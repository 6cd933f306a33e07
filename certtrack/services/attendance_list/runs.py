"""The import of an attendance list."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.attendance_list.layout import KIND
from certtrack.services.attendance_list.placing import Placed, PlacedRow, Trainings, place_rows
from certtrack.services.attendance_list.plan import NotedPlan, plan_rows
from certtrack.services.attendance_list.rows import AttendanceList
from certtrack.services.attendance_list.state import Offered, load_offered, load_state, make_key
from certtrack.services.attendance_list.writing import Writer
from certtrack.services.sheets import runs
from certtrack.services.sheets.confirmed import record_words
from certtrack.services.sheets.mapping import Confirmed
from certtrack.services.sheets.returned import WithFaults
from certtrack.services.sheets.whose import load_register


@dataclass
class Import(runs.Import[AttendanceList, PlacedRow]):
    """An import of one attendance list into one organization, at one moment.

    `titles` are the trainings that its words stand for; `confirmed` the mapping file, whose words are recorded when the
    run starts.
    """

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 10
    largest_batch: ClassVar[int] = 100

    titles: Mapping[str, str] = field(default_factory=dict)
    confirmed: Confirmed | None = None
    placed: Placed = field(default_factory=Placed)
    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    _offered: list[Offered] = field(default_factory=list)
    _tally: Counter[str] = field(default_factory=Counter)
    _newcomers: set[tuple[int, int]] = field(default_factory=set)
    _met: set[int] = field(default_factory=set)

    @property
    def rows(self) -> Sequence[PlacedRow]:
        """What can go in, those of one training and person side by side."""
        return self.placed.rows

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back: also rows that are nobody's here, or in no session on record."""
        return (*self.file.returned, *self.placed.refused)

    @property
    def is_in_part(self) -> bool:
        """True where some row didn't go in."""
        return bool(self.returned)

    def prepare(self, session: Session) -> None:
        """Find whose each row is and in which session, and refuse what can't be written."""
        register = load_register(session, self.organization.id, {row.mark for row in self.file.rows})
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

    def start(self, session: Session) -> None:
        """Note the run, and record the words that the mapping file confirms."""
        super().start(session)
        if self.confirmed is not None:
            owner = self.organization.id
            record_words(session, owner, KIND, self.confirmed, actor=self.actor, at=self.at)

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note(self._plan(session, rows))

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write it."""
        plans = self._plan(session, rows)
        Writer(session, self.organization.id, run_id, self.actor, self.at).write(plans)
        self._note(plans)
        return len(plans)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        return {
            "rows": len(self.placed.rows) + len(self.placed.twice) + len(self.returned),
            "rows_new": self._tally["new"],
            "rows_changed": self._tally["changed"],
            "rows_same": self._tally["same"],
            "rows_twice": len(self.placed.twice),
            "rows_kept": self._tally["kept"],
            "rows_refused": len(self.returned),
            "minutes_new": self._tally["minutes"],
            "people_put_on_a_list": len(self._newcomers),
        }

    def list_changes(self) -> list[dict[str, Any]]:
        """Each value that is amended: line, name, training, session, day, old, new."""
        return sorted(self.changes, key=_by_line)

    def list_kept(self) -> list[dict[str, Any]]:
        """What was mended by hand and isn't overwritten: line, name, training, session, day, record, file."""
        return sorted(self.kept, key=_by_line)

    def list_twice(self) -> list[dict[str, Any]]:
        """Where a row says other minutes than the one before it of the same person and session."""
        return [
            {"line": item.row.row.line, "first_line": item.first.row.line}
            | _tell(item.row)
            | {"first": item.first.minutes, "second": item.row.minutes}
            for item in self.placed.twice
            if item.row.minutes != item.first.minutes
        ]

    def list_missing(self, session: Session) -> list[dict[str, Any]]:
        """What came by an earlier file, of a training that this one names, and isn't in it. It isn't removed for that.

        A file that an import gave back holds what was to be mended alone: by that nothing is missing.
        """
        if self.file.heads.is_returned:
            return []
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


def _by_line(item: dict[str, Any]) -> int:
    return int(item["line"])
