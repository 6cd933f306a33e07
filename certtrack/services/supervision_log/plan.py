"""What one row would change: planned from what is on record, written by `writing`, shown by a dry run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ImportedRow, ServiceSpan, SupervisionSession
from certtrack.rules.service import Side
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.judging import Change
from certtrack.services.sheets.placed_plan import PlacedPlan
from certtrack.services.supervision.records import find_same_session, get_session, list_attendees
from certtrack.services.supervision.service import NewService, get_service, list_overlapping
from certtrack.services.supervision.signing import list_signed
from certtrack.services.supervision_log.layout import SUPERVISION_LOG
from certtrack.services.supervision_log.placing import PlacedRow

KIND = SUPERVISION_LOG.kind


@dataclass
class SessionPlan(PlacedPlan[PlacedRow]):
    """What one row would change. `record` is None where the row is to become a session; `brought`: its earlier row.

    `signed` are the sides to put down as signed on paper, `service` the hours to log, `span` those to amend. `kept` is
    what the file says otherwise than the record, which was mended by hand and stays; `problem` why hours stay out.
    """

    record: SupervisionSession | None = None
    brought: ImportedRow | None = None
    signed: list[tuple[Side, int]] = field(default_factory=list)
    service: NewService | None = None
    span: ServiceSpan | None = None
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    problem: Problem | None = None

    def tell_new(self) -> dict[str, Any]:
        """What is told of it where it is new."""
        return {"line": self.line, "name": self.name, "held_on": self.placed.row.held_on}

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written; who was there and when is what the row is known by."""
        hours = (self.service.from_on, self.service.until_on, self.service.minutes) if self.service else ()
        changed = [(change.field, change.old, change.new) for change in self.changes]
        return self.kind, self.placed.key, sorted(self.signed), hours, self.problem, changed

    @property
    def kind(self) -> str:
        """`new`, `changed`, `kept` (nothing was done, though the file says something else) or `same`."""
        if self.record is None:
            return "new"
        return "changed" if self.changes else "kept" if self.kept else "same"


def plan_row(session: Session, organization_id: int, placed: PlacedRow) -> SessionPlan:
    """Plan one row by what is on record."""
    brought = session.scalar(
        select(ImportedRow).where(
            ImportedRow.organization_id == organization_id, ImportedRow.kind == KIND, ImportedRow.key == placed.key
        )
    )
    if brought is not None:
        record: SupervisionSession | None = get_session(session, int(brought.said["session"]))
    else:
        record = find_same_session(session, organization_id, placed.make_new())
    plan = SessionPlan(placed, record, brought)
    if record is not None and _was_mended(record, brought):
        plan.kept.append(Change("session", record.state if record.state == "withdrawn" else "amended", "held"))
        return plan
    _plan_signatures(session, plan)
    _plan_service(session, organization_id, plan)
    return plan


def list_sides(placed: PlacedRow) -> list[tuple[Side, int]]:
    """Who has signed on paper, by the row."""
    sides: list[tuple[Side, int]] = []
    if placed.row.signed in ("both", "supervisor"):
        sides.append(("supervisor", placed.supervisor.person_id))
    if placed.row.signed in ("both", "person"):
        sides += [("person", person.person_id) for person in placed.people]
    return sides


def _was_mended(record: SupervisionSession, brought: ImportedRow | None) -> bool:
    return brought is not None and (record.state == "withdrawn" or record.no != int(brought.said["no"]))


def _plan_signatures(session: Session, plan: SessionPlan) -> None:
    wanted = list_sides(plan.placed)
    if plan.record is None:
        plan.signed = wanted
        return
    own = {("supervisor", plan.record.supervisor_id), *(("person", n) for n in list_attendees(session, plan.record))}
    have = list_signed(session, plan.record)
    plan.signed = [one for one in wanted if one in own and one not in have]
    if plan.signed:
        plan.changes.append(Change("signed", _tell_sides(have), _tell_sides([*have, *plan.signed])))


def _plan_service(session: Session, organization_id: int, plan: SessionPlan) -> None:
    placed, said = plan.placed, plan.brought.said if plan.brought else {}
    if placed.row.service is None:
        return
    if said.get("span"):
        _plan_span(session, plan, int(said["span"]), int(said["service"]))
    elif placed.service is None:
        plan.problem = placed.problem
    else:
        new = placed.service
        found = list_overlapping(session, placed.people[0].person_id, organization_id, new)
        if any(
            (span.from_on, span.until_on, span.minutes) == (new.from_on, new.until_on, new.minutes) for span in found
        ):
            return
        if found:
            plan.problem = "service_overlaps"
            return
        plan.service = new
        if plan.record is not None:
            plan.changes.append(Change("service", None, str(new.minutes)))


def _plan_span(session: Session, plan: SessionPlan, span_id: int, said: int) -> None:
    span, minutes = get_service(session, span_id), plan.placed.row.service
    is_withdrawn = span.state == "withdrawn"
    if minutes is None or (minutes == span.minutes and not is_withdrawn):
        return
    change = Change("service", "withdrawn" if is_withdrawn else str(span.minutes), str(minutes))
    if is_withdrawn or span.minutes != said:
        plan.kept.append(change)
    else:
        plan.span, plan.service = span, NewService(span.from_on, span.until_on, minutes)
        plan.changes.append(change)


def _tell_sides(sides: Iterable[tuple[Side, int]]) -> str:
    return ", ".join(sorted(f"{side} {number}" for side, number in sides))
