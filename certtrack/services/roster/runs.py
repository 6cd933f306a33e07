"""One import from its first batch to its last. Each batch is a transaction of the edge, and each row is written whole.

A run that broke off is taken up by importing the same file again: rows that are in already change nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import ImportedRow, ImportRun, Organization, Person
from certtrack.security import Actor
from certtrack.services.roster.apply import Writer
from certtrack.services.roster.plan import Planner
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import KIND
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import projecting_once

_BATCH = 10  # a row costs some 16 ms, and others wait for the write lock of SQLite while a batch lasts
_LOCK = 4_207_316_003  # any number that nobody else uses on this database


@dataclass
class Import:
    """An import of one file into one organization, at one moment. `run_id` is None as long as nothing is written."""

    roster: Roster
    organization: Organization
    rulebook: Rulebook
    actor: Actor
    at: datetime
    run_id: int | None = None
    plans: list[RowPlan] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.planner = Planner(self.roster, self.organization, self.at)

    def batches(self) -> Iterator[Sequence[RosterRow]]:
        """The rows that can go in, some at a time."""
        for start in range(0, len(self.roster.rows), _BATCH):
            yield self.roster.rows[start : start + _BATCH]

    def plan(self, session: Session, rows: Sequence[RosterRow]) -> None:
        """Plan a batch and write nothing."""
        self.plans += self.planner.plan(session, rows)

    def start(self, session: Session) -> None:
        """Note the run; one of the same file that broke off is taken up again."""
        found = session.scalar(
            select(ImportRun)
            .where(
                ImportRun.kind == KIND,
                ImportRun.organization_id == self.organization.id,
                ImportRun.sha256 == self.roster.sha256,
                ImportRun.finished_at.is_(None),
            )
            .order_by(ImportRun.id.desc())
            .limit(1)
        )
        self.run_id = (found or self._add_run(session)).id

    def write(self, session: Session, rows: Sequence[RosterRow]) -> None:
        """Plan a batch by what is on record in this transaction, and write it."""
        if self.run_id is None:
            raise ValueError("start the run first")
        _lock(session)
        plans = self.planner.plan(session, rows)
        writer = Writer(session, self.rulebook, self.planner, self.run_id, self.actor)
        with projecting_once(session, self.rulebook):
            for plan in plans:
                writer.write(plan)
        self.plans += plans

    def finish(self, session: Session) -> None:
        """Note that the run is over, with its counts, and write its one event into the audit."""
        run = session.get_one(ImportRun, self.run_id)
        run.finished_at, run.counts = self.at, self.count()
        session.flush()
        record_event(
            session,
            at=self.at,
            actor=self.actor.key,
            action="import.finished",
            subject=("import_run", run.id),
            details={"file": self.roster.file_name, "sha256": self.roster.sha256, "counts": run.counts},
        )

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

    def list_missing(self, session: Session) -> list[dict[str, Any]]:
        """Who came by an earlier file and isn't in this one. Nobody is removed for that.

        A file that an import gave back holds what was to be mended alone: by that nobody is missing.
        """
        if self.roster.heads.is_returned:
            return []
        numbers = {refused.texts.get("number", "").casefold() for refused in self.roster.refused} - {""}
        query = (
            select(ImportedRow, Person)
            .join(Person, Person.id == ImportedRow.person_id)
            .where(ImportedRow.organization_id == self.organization.id, ImportedRow.kind == KIND)
            .order_by(Person.folded_name, ImportedRow.id)
        )
        return [
            {"person": row.Person.id, "name": row.Person.certificate_name, "key": row.ImportedRow.key}
            for row in session.execute(query)
            if row.ImportedRow.id not in self.planner.memory.imported
            and row.ImportedRow.key.partition("#")[2] not in numbers
        ]

    def _add_run(self, session: Session) -> ImportRun:
        run = ImportRun(
            kind=KIND,
            organization_id=self.organization.id,
            file_name=self.roster.file_name,
            sha256=self.roster.sha256,
            as_of=self.planner.today(self.organization.zone),
            finished_at=None,
            counts={},
            recorded_at=self.at,
            recorded_by=self.actor.key,
        )
        session.add(run)
        session.flush()
        return run


def _lock(session: Session) -> None:
    # two imports at once would both put the same person on record; on SQLite only one transaction writes at a time
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
