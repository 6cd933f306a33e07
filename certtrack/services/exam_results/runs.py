"""The import of a list of exam results."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.exam_results.layout import KIND
from certtrack.services.exam_results.placing import PlacedRow, place_rows
from certtrack.services.exam_results.plan import ResultPlan, plan_row
from certtrack.services.exam_results.rows import ResultList
from certtrack.services.exam_results.state import load_credentials, load_state, make_key
from certtrack.services.exam_results.writing import Writer
from certtrack.services.exams.rights import check_can_bring_in
from certtrack.services.own_numbers import list_own_numbers
from certtrack.services.sheets import judged, runs
from certtrack.services.sheets.whose import load_register


@dataclass
class Import(judged.Import[ResultList, PlacedRow]):
    """An import of one list of exam results into one organization, at one moment."""

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 5
    largest_batch: ClassVar[int] = 50

    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number."""
        return {row.person_id for row in self.placed.list_on(lines)}

    def prepare(self, session: Session) -> None:
        """Find whose each row is and of which exam, and refuse what can't be written.

        Raises NotAllowed where the actor may not bring in results there, before anything of them is told.
        """
        owner = self.organization.id
        marks = {row.mark for row in self.file.rows}
        register = load_register(session, owner, marks, on=self.known_on)  # a row of one's own is refused as an exam
        held = load_credentials(session, owner, register.list_people(row.mark for row in self.file.rows))
        placed = place_rows(self.file, register, held, list_own_numbers(session, self.actor))
        check_can_bring_in(session, self.actor, owner, {item.credential for item in placed.rows})
        obstacles = {
            plan.placed.key: self.file.refuse(plan.placed.row, *plan.obstacle)
            for plan in self._plan(session, placed.rows)
            if plan.obstacle is not None
        }
        self.placed = replace(
            placed,
            rows=tuple(item for item in placed.rows if item.key not in obstacles),
            refused=(*placed.refused, *obstacles.values()),
        )

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note(self.show(self._plan(session, rows)))

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write it."""
        going = self.let_in(self._plan(session, rows))
        self._note(going)  # while it is planned: once written, everything is on record
        Writer(session, self.rulebook, self.organization.id, run_id, self.actor, self.at).write(going)
        return len(rows)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        return self._count_rows() | {
            "sittings_completed": self._tally["sittings"],
        }

    def list_twice(self) -> list[dict[str, Any]]:
        """Each row that says what another one said before it: line, first_line and whose attempt it is."""
        return [
            {"line": item.row.row.line, "first_line": item.first.row.line} | _tell(item.row)
            for item in self.placed.twice
        ]

    def _list_missing(self, session: Session) -> list[dict[str, Any]]:
        keys = {make_key(row.key) for row in self.placed.rows}
        return [
            {
                "person": row.person_id,
                "name": row.name,
                "credential": row.said["credential"],
                "taken_on": date.fromisoformat(row.said["taken_on"]),
                "attempt": int(row.said["attempt"]),
            }
            for row in runs.list_earlier(session, KIND, self.organization.id)
            if row.key not in keys and row.id not in self._met
        ]

    def _plan(self, session: Session, rows: Sequence[PlacedRow]) -> list[ResultPlan]:
        state = load_state(session, self.organization.id, rows)
        return [plan_row(state, row) for row in rows]

    def _note(self, plans: Iterable[ResultPlan]) -> None:
        for plan in plans:
            self._tally[plan.kind] += 1
            self._tally["sittings"] += plan.is_sitting_known
            if plan.brought is not None:
                self._met.add(plan.brought.id)
            own = {"line": plan.placed.row.line} | _tell(plan.placed)
            self._note_values(own, plan.changes, plan.kept)


def _tell(placed: PlacedRow) -> dict[str, Any]:
    return {
        "name": placed.name,
        "credential": placed.credential,
        "taken_on": placed.row.taken_on,
        "attempt": placed.row.attempt,
    }
