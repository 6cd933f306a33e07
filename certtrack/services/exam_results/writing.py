"""Writing what was planned for a batch: each result by its own service, each person's spans once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.bulk import add_rows
from certtrack.db.models import ExamResult, ImportedRow
from certtrack.security import Actor
from certtrack.services.exam_results.layout import KIND
from certtrack.services.exam_results.plan import ResultPlan, tell_row
from certtrack.services.exam_results.state import make_key
from certtrack.services.exams.results import NewResult, correct_exam_result, record_exam_result, told_of
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import projecting_once

_REASON = "import"


@dataclass(frozen=True)
class Writer:
    """Writes the plans of one run. It flushes and never commits: one batch is one transaction of the edge."""

    session: Session
    rulebook: Rulebook
    organization_id: int
    run_id: int
    actor: Actor
    at: datetime

    def write(self, plans: Sequence[ResultPlan]) -> None:
        """Write what is new or changed.

        Raises Refused where what stood in the way of a row was put on record since the run began: the same file again
        then says which row it is.
        """
        rows = []
        with projecting_once(self.session, self.rulebook, at=self.at, cause_key=f"import:{self.run_id}"):
            for plan in plans:
                if plan.is_new:
                    rows.append(self._row(plan, self._record(plan).id))
                elif plan.changes:
                    self._correct(plan)
        add_rows(self.session, ImportedRow, rows)

    def _record(self, plan: ResultPlan) -> ExamResult:
        placed = plan.placed
        row = placed.row
        return record_exam_result(
            self.session,
            self.rulebook,
            person_id=placed.person_id,
            organization_id=self.organization_id,
            credential=placed.credential,
            new=NewResult(row.taken_on, row.outcome, row.score, route=placed.route, attempt=row.attempt),
            reason=_REASON,
            actor=self.actor,
            at=self.at,
        )

    def _correct(self, plan: ResultPlan) -> None:
        if plan.result is None or plan.brought is None:
            return
        row = plan.placed.row
        values: dict[str, Any] = {"score": row.score, "outcome": row.outcome, "route": plan.placed.route}
        fields = [change.field for change in plan.changes]
        correct_exam_result(
            self.session,
            self.rulebook,
            plan.result,
            replace(told_of(plan.result), **{name: values[name] for name in fields}),
            expected_no=plan.result.no,
            reason=_REASON,
            actor=self.actor,
            at=self.at,
        )
        brought = self.session.get_one(ImportedRow, plan.brought.id)
        brought.run_id = self.run_id
        brought.said = brought.said | {change.field: change.new for change in plan.changes}

    def _row(self, plan: ResultPlan, result_id: int) -> dict[str, Any]:
        return {
            "organization_id": self.organization_id,
            "kind": KIND,
            "key": make_key(plan.placed.key),
            "run_id": self.run_id,
            "person_id": plan.placed.person_id,
            "said": tell_row(plan.placed) | {"result": str(result_id)},
        }
