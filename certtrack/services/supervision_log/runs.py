"""The import of a log of supervision."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.actors import find_actor_person
from certtrack.services.sheets import runs
from certtrack.services.sheets.returned import WithFaults, explain
from certtrack.services.supervision_log.placing import Placed, PlacedRow, load_days, load_placer
from certtrack.services.supervision_log.plan import KIND, SessionPlan, plan_row
from certtrack.services.supervision_log.rows import SupervisionLog
from certtrack.services.supervision_log.writing import Writer


@dataclass
class Import(runs.Import[SupervisionLog, PlacedRow]):
    """An import of one log into one organization, at one moment. `language`: in which it says why hours stay out."""

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 5
    largest_batch: ClassVar[int] = 50

    language: str = "en"
    placed: Placed = field(default_factory=Placed)
    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    unserved: list[dict[str, Any]] = field(default_factory=list)
    _tally: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> Sequence[PlacedRow]:
        """What can go in, the earliest session first."""
        return self.placed.rows

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back: also rows that name somebody who isn't here."""
        return (*self.file.refused, *self.placed.refused, *self.placed.returned)

    @property
    def is_in_part(self) -> bool:
        """True where some row didn't go in."""
        return bool(self.file.refused or self.placed.refused)

    def prepare(self, session: Session) -> None:
        """Find who was at each session, and since when hours of service count."""
        placer = load_placer(session, self.organization.id, self.file, find_actor_person(session, self.actor))
        days = load_days(session, self.organization.id, placer.list_people(self.file))
        self.placed = placer.place(self.file, days)

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note([plan_row(session, self.organization.id, row) for row in rows])

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan each row by what is on record in this transaction, and write it."""
        writer = Writer(session, self.organization.id, run_id, self.actor, self.at)
        plans = []
        for row in rows:
            plan = plan_row(session, self.organization.id, row)
            self._note([plan])  # while it is planned: once written, everything is on record
            writer.write(plan)
            plans.append(plan)
        return len(plans)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        refused = len(self.file.refused) + len(self.placed.refused)
        return {
            "rows": len(self.placed.rows) + len(self.placed.twice) + refused,
            "rows_new": self._tally["new"],
            "rows_changed": self._tally["changed"],
            "rows_same": self._tally["same"],
            "rows_twice": len(self.placed.twice),
            "rows_kept": self._tally["kept"],
            "rows_refused": refused,
            "cells_left_empty": sum(len(row.faults) for row in self.placed.returned),
            "signatures_new": self._tally["signatures"],
            "service_minutes_new": self._tally["service"],
            "service_not_recorded": len(self.unserved),
        }

    def list_changes(self) -> list[dict[str, Any]]:
        """Each value that is amended: line, name, held_on, field, old, new."""
        return sorted(self.changes, key=_by_line)

    def list_kept(self) -> list[dict[str, Any]]:
        """Each value that was mended by hand and isn't overwritten: line, name, held_on, field, record, file."""
        return sorted(self.kept, key=_by_line)

    def list_twice(self) -> list[dict[str, Any]]:
        """Each row that says a session again, and where it says something else: what each of them says."""
        return [
            {"line": item.row.row.line, "first_line": item.first.row.line, "name": item.row.name}
            | {"field": name, "first": first, "second": second}
            for item in self.placed.twice
            for name, first, second in item.differences
        ]

    def list_unserved(self) -> list[dict[str, Any]]:
        """Hours of service that aren't put on record, and why: line, name, held_on, hours, reason."""
        return sorted(self.unserved, key=_by_line)

    def list_missing(self, session: Session) -> list[dict[str, Any]]:
        """What came by an earlier file and isn't in this one. Nothing is removed for that.

        A file that an import gave back holds what was to be mended alone: by that nothing is missing.
        """
        if self.file.heads.is_returned:
            return []
        keys = {row.key for row in self.placed.rows}
        return [
            {"supervisor": row.name, **{name: row.said[name] for name in ("name", "held_on", "minutes", "kind")}}
            for row in runs.list_earlier(session, KIND, self.organization.id)
            if row.key not in keys
        ]

    def _note(self, plans: Iterable[SessionPlan]) -> None:
        for plan in plans:
            self._tally[plan.kind] += 1
            self._tally["signatures"] += len(plan.signed)
            if plan.service is not None and plan.span is None:
                self._tally["service"] += plan.service.minutes
            row = plan.placed.row
            own = {"line": row.line, "name": plan.placed.name, "held_on": row.held_on.isoformat()}
            self.changes += [own | {"field": item.field, "old": item.old, "new": item.new} for item in plan.changes]
            self.kept += [own | {"field": item.field, "record": item.old, "file": item.new} for item in plan.kept]
            if plan.problem is not None:
                told = {"hours": row.texts["service"], "reason": explain(plan.problem, self.language)}
                self.unserved.append(own | told)


def _by_line(item: dict[str, Any]) -> int:
    return int(item["line"])
