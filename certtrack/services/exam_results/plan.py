"""What one row would change: planned from what is on record, written by `writing`, shown by a dry run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from certtrack.db.models import ExamResult
from certtrack.services.exam_results.placing import PlacedRow
from certtrack.services.exam_results.state import Brought, State
from certtrack.services.exams.typed import write_score
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.judging import Change, judge
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.placed_plan import PlacedPlan

_AMENDED = (
    "score",
    "outcome",
    "route",
)  # the others are what a row is known by: a file that says them differently means another


@dataclass
class ResultPlan(PlacedPlan[PlacedRow]):
    """What one row would change.

    `result` is what is on record of the attempt, None where nothing is; `brought` what an earlier file said of it.
    `changes` are amended; `kept` is what the file says otherwise than the record, which was mended by hand and stays.
    `obstacle` is the column and why the row can't be written, None where it can or needn't be.
    """

    result: ExamResult | None = None
    brought: Brought | None = None
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    obstacle: tuple[Column, Problem] | None = None

    @property
    def is_sitting_known(self) -> bool:
        """True where that somebody sat was on record, and nothing else."""
        return self.is_new and self.result is not None

    def tell_new(self) -> dict[str, Any]:
        """What is told of it where it is new."""
        return {"line": self.line, "name": self.name, "taken_on": self.placed.row.taken_on}

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written."""
        new = sorted(tell_row(self.placed).items()) if self.is_new else []
        changed = [(change.field, change.old, change.new) for change in self.changes]
        return self.kind, self.is_sitting_known, new, changed, self.obstacle

    @property
    def kind(self) -> str:
        """`new`, `changed`, `kept` (nothing was done, though the file says something else) or `same`."""
        if self.is_new:
            return "new"
        return "changed" if self.changes else "kept" if self.kept else "same"


def plan_row(state: State, placed: PlacedRow) -> ResultPlan:
    """Plan one row by what is on record."""
    brought = state.find_brought(placed)
    result = state.find_result(placed, brought)
    plan = ResultPlan(placed, result, brought)
    if result is not None and result.is_withdrawn:
        plan.kept.append(Change("state", "withdrawn", "recorded"))
        return plan
    if result is None or (result.outcome == "not_known" and brought is None):
        plan.is_new = True
    else:
        _compare(plan, result, brought.said if brought else None)
    plan.obstacle = _find_obstacle(state, plan)
    return plan


def tell_row(placed: PlacedRow) -> dict[str, str]:
    """What a row says, as the texts that an import compares and keeps."""
    stated = {"outcome": placed.row.outcome} if placed.row.outcome else {}
    return stated | {
        "credential": placed.credential,
        "taken_on": placed.row.taken_on.isoformat(),
        "attempt": str(placed.row.attempt),
        "score": write_score(placed.row.score),
        "route": placed.route,
    }


def _tell(result: ExamResult) -> dict[str, str | None]:
    return {
        "taken_on": result.taken_on.isoformat(),
        "attempt": str(result.attempt) if result.attempt is not None else None,
        "score": write_score(result.score) or None,
        "outcome": result.outcome if result.outcome_by == "stated" else None,
        "route": result.route,
    }


def _compare(plan: ResultPlan, result: ExamResult, said: Mapping[str, str] | None) -> None:
    """What was on record by hand before any file named it (`said` None) is amended by none."""
    new = tell_row(plan.placed)
    for name, record in _tell(result).items():
        told = None if name == "route" and plan.placed.row.route is None else new.get(name)
        verdict = judge((said or {}).get(name), record, told)
        if told is None or verdict == "same":
            continue
        is_amended = verdict == "amend" and said is not None and name in _AMENDED
        (plan.changes if is_amended else plan.kept).append(Change(name, record, told))


def _find_obstacle(state: State, plan: ResultPlan) -> tuple[Column, Problem] | None:
    placed, result = plan.placed, plan.result
    if plan.is_new and result is not None and result.attempt not in (None, placed.row.attempt):
        return "attempt", "attempt_differs"
    is_moved = plan.is_new or any(change.field == "route" for change in plan.changes)
    return ("attempt", "attempt_on_record") if is_moved and state.is_taken(placed, result) else None
