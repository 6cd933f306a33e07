"""What one row would change: planned from what is on record, written by `writing`, shown by a dry run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certtrack.services.attendance_list.placing import PlacedRow
from certtrack.services.attendance_list.state import Brought, State
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.judging import Verdict, judge
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.placed_plan import PlacedPlan
from certtrack.services.trainings.attendance import Noted


@dataclass
class NotedPlan(PlacedPlan[PlacedRow]):
    """What one row would change. `enrollment_id` None where the person isn't in the training yet.

    `record` is what is noted now, `brought` what an earlier file said; `obstacle` is the column and why it can't be
    written, None where it can or needn't be.
    """

    enrollment_id: int | None
    record: Noted
    brought: Brought | None
    verdict: Verdict
    obstacle: tuple[Column, Problem] | None

    def tell_new(self) -> dict[str, Any]:
        """What is told of it where it is new."""
        return {"line": self.line, "name": self.name, "training": self.placed.training.title}

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written, but for a place in the training, which a row before this one may have made."""
        return self.kind, self.placed.session.id, self.record.minutes, self.placed.minutes, self.obstacle

    @property
    def kind(self) -> str:
        """`new`, `changed`, `kept` (the record was mended by hand, and stays) or `same`."""
        if self.verdict != "amend":
            return "kept" if self.verdict == "keep" else "same"
        return "new" if self.record.minutes is None else "changed"


def plan_rows(state: State, rows: Sequence[PlacedRow]) -> list[NotedPlan]:
    """Plan rows by what is on record, in their order: seats go to those who come first."""
    newcomers: dict[int, set[int]] = {}
    return [_plan(state, placed, newcomers.setdefault(placed.training.id, set())) for placed in rows]


def _plan(state: State, placed: PlacedRow, newcomers: set[int]) -> NotedPlan:
    place = state.places.get((placed.training.id, placed.person_id))
    record = Noted(None, 0)
    if place is not None:
        record = state.noted.get((place.enrollment_id, placed.session.id), record)
    brought = state.brought.get(placed.cell)
    verdict = judge(brought.minutes if brought else None, _say(record.minutes), str(placed.minutes))
    obstacle = _find_obstacle(state, placed, newcomers) if verdict == "amend" else None
    return NotedPlan(placed, place.enrollment_id if place else None, record, brought, verdict, obstacle)


def _find_obstacle(state: State, placed: PlacedRow, newcomers: set[int]) -> tuple[Column, Problem] | None:
    training = placed.training
    place = state.places.get((training.id, placed.person_id))
    if place is not None:
        if not place.is_accepted:
            return placed.row.mark.column, "not_accepted"
        return (placed.row.mark.column, "training_complete") if place.is_complete else None
    if training.is_called_off:
        return "training", "training_called_off"
    is_known = placed.person_id in newcomers
    if training.seats is not None and not is_known and state.taken[training.id] + len(newcomers) >= training.seats:
        return "training", "training_full"
    newcomers.add(placed.person_id)
    return None


def _say(minutes: int | None) -> str | None:
    return None if minutes is None else str(minutes)
