"""Writing what was planned for a batch: newcomers onto the list of their training, then the minutes on its sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from certtrack.db.bulk import add_rows
from certtrack.db.models import ImportedRow, Training
from certtrack.security import Actor
from certtrack.services.attendance_list.layout import KIND
from certtrack.services.attendance_list.plan import NotedPlan
from certtrack.services.attendance_list.state import make_key
from certtrack.services.trainings.attendance import Mark, record_attendance
from certtrack.services.trainings.enrollments import enroll


@dataclass(frozen=True)
class Writer:
    """Writes the plans of one run. It flushes and never commits: one batch is one transaction of the edge."""

    session: Session
    organization_id: int
    run_id: int
    actor: Actor
    at: datetime

    def write(self, plans: Sequence[NotedPlan]) -> None:
        """Write what is new or changed of a batch whose rows stand by training.

        Raises Refused where what stood in the way of a row was put on record since the run began: the same file again
        then says which row it is.
        """
        wanted = [plan for plan in plans if plan.verdict == "amend"]
        for number, some in groupby(wanted, key=lambda plan: plan.placed.training.id):
            training = self.session.get_one(Training, number)
            record_attendance(
                self.session, training, list(self._mark(training, some)), actor=self.actor, at=self.at
            )  # fmt: skip
        self._remember(wanted)

    def _mark(self, training: Training, plans: Iterable[NotedPlan]) -> Iterable[Mark]:
        newcomers: dict[int, int] = {}
        for plan in plans:
            person = plan.placed.person_id
            place = plan.enrollment_id or newcomers.get(person)
            if place is None:
                place = enroll(self.session, training, person, "accepted", actor=self.actor, at=self.at).id
                newcomers[person] = place
            yield Mark(place, plan.placed.session.id, plan.placed.minutes, plan.record.no)

    def _remember(self, plans: Iterable[NotedPlan]) -> None:
        new = []
        for plan in plans:
            said = {"minutes": str(plan.placed.minutes)}
            if plan.brought is not None:
                row = self.session.get_one(ImportedRow, plan.brought.id)
                row.run_id, row.said = self.run_id, row.said | said
                continue
            new.append(
                {
                    "organization_id": self.organization_id,
                    "kind": KIND,
                    "key": make_key(*plan.placed.cell),
                    "run_id": self.run_id,
                    "person_id": plan.placed.person_id,
                    "said": said | {"training": plan.placed.training.id, "session": plan.placed.session.id},
                }
            )
        add_rows(self.session, ImportedRow, new)
