"""The import of a log of supervision."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.own_numbers import list_own_numbers
from certtrack.services.sheets import judged, runs
from certtrack.services.sheets.returned import WithFaults, explain
from certtrack.services.supervision_log.placing import PlacedRow, PlacedSessions, load_days, load_placer
from certtrack.services.supervision_log.plan import KIND, SessionPlan, plan_row
from certtrack.services.supervision_log.rows import SupervisionLog
from certtrack.services.supervision_log.writing import Writer


@dataclass
class Import(judged.Import[SupervisionLog, PlacedRow]):
    """An import of one log into one organization, at one moment. `language`: in which it says why hours stay out."""

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 5
    largest_batch: ClassVar[int] = 50

    language: str = "en"
    placed: PlacedSessions = field(default_factory=PlacedSessions)
    unserved: list[dict[str, Any]] = field(default_factory=list)

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back: also rows that name somebody who isn't here."""
        return (*self.file.refused, *self.placed.refused, *self.placed.returned)

    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number: who was there, and who supervised."""
        return {one.person_id for row in self.placed.list_on(lines) for one in (row.supervisor, *row.people)}

    def prepare(self, session: Session) -> None:
        """Find who was at each session, and since when hours of service count."""
        placer = load_placer(
            session,
            self.organization.id,
            self.file,
            list_own_numbers(session, self.actor),
            is_by_page=self.is_by_page,
            on=self.known_on,
        )
        days = load_days(session, self.organization.id, placer.list_people(self.file))
        self.placed = placer.place(self.file, days)

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note(self.show([plan_row(session, self.organization.id, row) for row in rows]))

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan each row by what is on record in this transaction, and write it."""
        writer = Writer(session, self.organization.id, run_id, self.actor, self.at)
        for row in rows:
            for plan in self.let_in([plan_row(session, self.organization.id, row)]):
                self._note([plan])  # while it is planned: once written, everything is on record
                writer.write(plan)
        return len(rows)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        return self._count_rows() | {
            "cells_left_empty": sum(len(row.faults) for row in self.placed.returned),
            "signatures_new": self._tally["signatures"],
            "service_minutes_new": self._tally["service"],
            "service_not_recorded": len(self.unserved),
        }

    def list_unserved(self) -> list[dict[str, Any]]:
        """Hours of service that aren't put on record, and why: line, name, held_on, hours, reason."""
        return judged.by_line(self.unserved)

    def _list_missing(self, session: Session) -> list[dict[str, Any]]:
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
            self._note_values(own, plan.changes, plan.kept)
            if plan.problem is not None:
                told = {"hours": row.texts["service"], "reason": explain(plan.problem, self.language)}
                self.unserved.append(own | told)
