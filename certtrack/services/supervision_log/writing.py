"""Writing what was planned for one row: the session, what is signed on paper, and the hours of service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.models import ImportedRow
from certtrack.security import Actor
from certtrack.services.supervision.records import log_session
from certtrack.services.supervision.service import amend_service, log_service
from certtrack.services.supervision.signing import record_paper
from certtrack.services.supervision_log.plan import KIND, SessionPlan

_REASON = "import"


@dataclass(frozen=True)
class Writer:
    """Writes the plans of one run. It flushes and never commits: one batch is one transaction of the edge."""

    session: Session
    organization_id: int
    run_id: int
    actor: Actor
    at: datetime

    def write(self, plan: SessionPlan) -> None:
        """Write a row whole."""
        by: dict[str, Any] = {"actor": self.actor, "at": self.at}
        record = plan.record
        if record is None:
            record = log_session(self.session, self.organization_id, plan.placed.make_new(), **by)
        if plan.signed:
            record_paper(self.session, record, plan.signed, expected_no=record.no, **by)
        span_id = plan.brought.said.get("span") if plan.brought else None
        if plan.span is not None and plan.service is not None:
            amend_service(self.session, plan.span, plan.service, expected_no=plan.span.no, reason=_REASON, **by)
        elif plan.service is not None:
            person_id = plan.placed.people[0].person_id
            span_id = log_service(self.session, person_id, self.organization_id, plan.service, **by).id
        if plan.brought is None or plan.changes:
            self._remember(plan, record.id, record.no, span_id)

    def _remember(self, plan: SessionPlan, session_id: int, no: int, span_id: int | None) -> None:
        row = plan.placed.row
        before = plan.brought.said if plan.brought else {}
        said = {
            "session": session_id,
            "no": no,
            "span": span_id,
            "service": plan.service.minutes if plan.service else before.get("service"),
            "held_on": row.held_on.isoformat(),
            "minutes": row.minutes,
            "kind": row.kind,
            "name": plan.placed.name,
        }
        if plan.brought is not None:
            plan.brought.said, plan.brought.run_id = said, self.run_id
        else:
            self.session.add(
                ImportedRow(
                    organization_id=self.organization_id,
                    kind=KIND,
                    key=plan.placed.key,
                    run_id=self.run_id,
                    person_id=plan.placed.supervisor.person_id,
                    certification_id=None,
                    said=said,
                )
            )
        self.session.flush()
