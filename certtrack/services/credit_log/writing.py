"""Writing what was planned for a batch: new credits in a few statements, amended ones each by its own service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.bulk import add_rows
from certtrack.db.models import ImportedRow
from certtrack.security import Actor
from certtrack.services.credit_log.plan import BY_HAND, CreditPlan, amend, make_new, tell_credit, tell_new
from certtrack.services.credit_log.state import KIND
from certtrack.services.credits.bulk import BulkCredit, log_credits
from certtrack.services.credits.records import amend_credit, get_credit
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

    def write(self, plans: Sequence[CreditPlan]) -> None:
        """Write a batch; each person's spans are projected once."""
        fresh = [plan for plan in plans if plan.credit_id is None]
        with projecting_once(self.session, self.rulebook, at=self.at, cause_key=f"import:{self.run_id}"):
            made = self._log(fresh)
            for plan in plans:
                if plan.changes:
                    self._amend(plan)
        rows = [
            self._row(plan, number, tell_new(make_new(plan.placed))) for plan, number in zip(fresh, made, strict=True)
        ]
        rows += [
            self._row(plan, plan.credit_id, {BY_HAND: "yes", **self._tell(plan.credit_id)})
            for plan in plans
            if plan.credit_id is not None and plan.brought is None
        ]
        add_rows(self.session, ImportedRow, rows)

    def _log(self, plans: Sequence[CreditPlan]) -> list[int]:
        new = [
            BulkCredit(plan.placed.person_id, make_new(plan.placed), plan.placed.certification_ids) for plan in plans
        ]
        return log_credits(self.session, self.rulebook, new, actor=self.actor, at=self.at)

    def _amend(self, plan: CreditPlan) -> None:
        if plan.credit_id is None or plan.brought is None:
            return
        credit = get_credit(self.session, plan.credit_id)
        amend_credit(
            self.session,
            self.rulebook,
            credit,
            amend(credit, plan.placed, [change.field for change in plan.changes]),
            expected_no=credit.no,
            reason=_REASON,
            actor=self.actor,
            at=self.at,
        )
        row = self.session.get_one(ImportedRow, plan.brought.id)
        row.key, row.run_id = plan.placed.key, self.run_id
        row.said = row.said | {change.field: change.new for change in plan.changes}

    def _tell(self, credit_id: int) -> dict[str, str]:
        told = tell_credit(get_credit(self.session, credit_id))
        return {name: value for name, value in told.items() if value is not None}

    def _row(self, plan: CreditPlan, credit_id: int | None, said: dict[str, str]) -> dict[str, Any]:
        return {
            "organization_id": self.organization_id,
            "kind": KIND,
            "key": plan.placed.key,
            "run_id": self.run_id,
            "person_id": plan.placed.person_id,
            "said": said | {"credit": str(credit_id)},
        }
