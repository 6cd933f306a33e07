"""The import of a roster: people and their certifications."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.locking import hold_organization, lock_people
from certtrack.services.roster.apply import Writer
from certtrack.services.roster.plan import Planner
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import KIND, PersonKey
from certtrack.services.sheets import runs
from certtrack.services.sheets.shown import CHANGES_NOTHING
from certtrack.services.standing import projecting_once


@dataclass
class Import(runs.Import[Roster, RosterRow]):
    """An import of one roster into one organization, at one moment."""

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 10  # a row costs some 16 ms

    plans: list[RowPlan] = field(default_factory=list)
    _held_people: set[PersonKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.planner = Planner(self.file, self.organization, self.at)

    @property
    def roster(self) -> Roster:
        """What the file says."""
        return self.file

    @property
    def is_in_part(self) -> bool:
        """True where some row didn't go in, or was somebody else's than it says."""
        return bool(self.roster.refused) or any(plan.is_kept for plan in self.plans)

    def plan(self, session: Session, rows: Sequence[RosterRow]) -> None:
        """Plan a batch and write nothing."""
        self.plans += self.show(self.planner.plan(session, rows, knows_own_alone=self.is_by_page))

    def write_planned(self, session: Session, rows: Sequence[RosterRow], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write all of it."""
        hold_organization(session, self.organization.id)
        going = self._let_in_whole(self.planner.plan(session, rows, knows_own_alone=self.is_by_page))
        lock_people(session, {plan.person_id for plan in going if plan.person_id is not None})
        writer = Writer(session, self.rulebook, self.planner, run_id, self.actor)
        with projecting_once(session, self.rulebook, at=self.at, cause_key=writer.cause_key):
            for plan in going:
                writer.write(plan)
        self.readdressed += writer.readdressed
        self.plans += going
        return len(rows)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        kinds = Counter(plan.kind for plan in self.plans)
        terms = Counter(plan.term.what for plan in self.plans if plan.term)
        return {
            "rows": self.roster.row_count,
            "rows_new": kinds["new"],
            "rows_changed": kinds["changed"],
            "rows_same": kinds["same"],
            "rows_twice": len(self.roster.doubles),
            "rows_kept": kinds["kept"],
            "rows_refused": len(self.roster.refused),
            "rows_held": len(self.held),
            "cells_left_empty": sum(len(row.faults) for row in self.roster.rows),
            "people_new": sum(plan.is_new_person + plan.is_new_supervisor for plan in self.plans),
            "certifications_new": kinds["new"],
            "cycles_opened": terms["open"] + terms["renew"],
            "cycles_closed": terms["renew"],
            "cycles_moved": terms["move"],
            "exam_sittings": sum(plan.exam_on is not None and plan.exam_result_id is None for plan in self.plans),
            "supervisors_assigned": sum(plan.supervisor is not None for plan in self.plans),
            "past_their_day": sum(bool(plan.term and plan.term.is_past) for plan in self.plans),
            "findings": sum(len(plan.findings) for plan in self.plans),
            "findings_settled": sum(len(plan.settles) for plan in self.plans),
        }

    def count_findings(self) -> dict[str, int]:
        """The new findings by kind."""
        return dict(sorted(Counter(item.kind for plan in self.plans for item in plan.findings).items()))

    def list_changes(self) -> list[dict[str, Any]]:
        """Each value that is amended: line, name, number, field, old, new."""
        return [
            {"line": plan.row.line, "name": plan.name, "number": plan.row.cert_number}
            | {"field": change.field, "old": change.old, "new": change.new}
            for plan in self.plans
            for change in plan.changes
        ]

    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number."""
        return {plan.person_id for plan in self.plans if plan.person_id is not None and plan.line in lines}

    def list_past(self) -> list[dict[str, Any]]:
        """Who is past their day when they come: line, name, number, due_on."""
        return [
            {"line": plan.row.line, "name": plan.name, "number": plan.row.cert_number, "due_on": plan.term.due_on}
            for plan in self.plans
            if plan.term and plan.term.is_past
        ]

    def _list_missing(self, session: Session) -> list[dict[str, Any]]:
        numbers = {refused.texts.get("number", "").casefold() for refused in self.roster.refused} - {""}
        return [
            {"person": row.person_id, "name": row.name, "key": row.key}
            for row in runs.list_earlier(session, KIND, self.organization.id)
            if row.id not in self.planner.memory.imported and row.key.partition("#")[2] not in numbers
        ]

    def _let_in_whole(self, plans: Sequence[RowPlan]) -> list[RowPlan]:
        """Those that would do what was shown, but for people of whom a row before is held: they might be others."""
        going: list[RowPlan] = []
        for plan in plans:
            if plan.person_key in self._held_people and plan.kind not in CHANGES_NOTHING:
                self.held.append(plan)
            elif allowed := self.let_in([plan]):
                going += allowed
            else:
                self._held_people.add(plan.person_key)
        return going
