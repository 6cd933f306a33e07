"""Writing what was planned for a row: each change by its own service, so that each has its version and its event."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, ExamResult, ImportedRow
from certtrack.security import Actor
from certtrack.services.certifications import (
    get_certification,
    record_certification,
    record_number,
)
from certtrack.services.cycles import NewCycle, close_cycle, get_cycle, list_cycles, move_due_day, open_cycle
from certtrack.services.exams.results import NewResult, amend_exam_result, record_exam_result
from certtrack.services.findings import open_finding, settle_by_file
from certtrack.services.organizations import affiliate, assign_supervisor
from certtrack.services.people import NewPerson, change_person, create_person, get_person
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.roster.plan import Planner
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.state import KIND, PersonKey
from certtrack.services.roster.terms import Term
from certtrack.services.rulebook import Rulebook

_REASON = "import"


@dataclass
class Writer:
    """Writes the plans of one run. It flushes and never commits: one batch is one transaction of the edge.

    `readdressed`: whose private address was amended, and what it was before.
    """

    session: Session
    rulebook: Rulebook
    planner: Planner
    run_id: int
    actor: Actor
    readdressed: list[tuple[int, str]] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """The moment of the import: one for the whole run."""
        return self.planner.at

    @property
    def cause_key(self) -> str:
        """What the run's cycles name as their cause and evidence."""
        return f"import:{self.run_id}"

    @property
    def today(self) -> date:
        """The organization's day."""
        return self.planner.today(self.planner.organization.zone)

    def write(self, plan: RowPlan) -> None:
        """Write one row whole, with what it said and what it found."""
        if plan.is_kept:
            self._write_findings(plan, plan.person_id, None, None)
            return
        person_id = self._write_person(plan)
        certification = self._write_certification(plan, person_id)
        if plan.term is not None:
            self._write_term(plan.term, certification)
        self._write_exam(plan, person_id)
        supervisor_id = self._write_supervisor(plan, person_id)
        self._write_said(plan, person_id, certification.id, supervisor_id)
        for number in plan.settles:
            settle_by_file(self.session, number, self.run_id, actor=self.actor, at=self.at)
        self._write_findings(plan, person_id, supervisor_id, certification.id)

    def _write_person(self, plan: RowPlan) -> int:
        if plan.person_id is None:
            name = plan.row.name
            return self._find_or_create(plan.person_key, name.given, name.family, plan.row.address)
        if plan.person_changes:
            person = get_person(self.session, plan.person_id)
            former = person.private_address
            change_person(self.session, person, dict(plan.person_changes), actor=self.actor, at=self.at)
            if "private_address" in plan.person_changes:
                if former:
                    self.readdressed.append((person.id, former))
                rearm_person(self.session, person.id, self.today)
        if plan.certification_id is None:
            self._affiliate(plan.person_id)
        return plan.person_id

    def _find_or_create(self, key: PersonKey, given: str, family: str, address: str | None) -> int:
        known = self.planner.memory.people.get(key)
        if known is not None:
            return known
        new = NewPerson(given, family, self.planner.organization.zone, private_address=address)
        person = create_person(self.session, new, actor=self.actor, at=self.at)
        self._affiliate(person.id)
        self.planner.memory.people[key] = person.id
        return person.id

    def _affiliate(self, person_id: int) -> None:
        organization_id = self.planner.organization.id
        affiliate(self.session, person_id, organization_id, from_on=None, actor=self.actor, at=self.at)

    def _write_certification(self, plan: RowPlan, person_id: int) -> Certification:
        number = plan.row.cert_number
        if plan.certification_id is not None:
            known = get_certification(self.session, plan.certification_id)
            if plan.takes_number and number is not None:
                record_number(self.session, known, number, actor=self.actor, at=self.at)
            return known
        return record_certification(
            self.session,
            self.rulebook,
            person_id=person_id,
            organization_id=self.planner.organization.id,
            pack=plan.row.pack,
            number=number,
            issued_on=None,
            actor=self.actor,
            at=self.at,
        )

    def _write_term(self, term: Term, certification: Certification) -> None:
        if term.what == "move":
            self._move(term, self._get_open(certification))
            return
        if term.what == "renew" and term.start_on is not None:
            old = self._get_open(certification)
            close_cycle(self.session, self.rulebook, old, term.start_on, reason=_REASON, actor=self.actor, at=self.at)
        new = NewCycle(
            start_on=term.start_on or term.due_on,
            due_on=term.due_on,
            due_source="stated",
            armed_on=self._armed_on(certification),
            computed_due_on=term.computed_due_on,
            evidence=self.cause_key,
            cause_key=self.cause_key,
            release_by_name=term.is_past,
        )
        open_cycle(self.session, self.rulebook, certification, new, actor=self.actor, at=self.at)

    def _move(self, term: Term, cycle: Cycle) -> None:
        cycle.release_by_name = term.is_past
        move_due_day(
            self.session,
            self.rulebook,
            cycle,
            term.due_on,
            due_source="stated",
            computed_due_on=term.computed_due_on,
            armed_on=self._armed_on(cycle.certification),
            reason=_REASON,
            evidence=self.cause_key,
            cause_key=self.cause_key,
            actor=self.actor,
            at=self.at,
        )

    def _get_open(self, certification: Certification) -> Cycle:
        still_open = [cycle for cycle in list_cycles(self.session, certification.id) if cycle.closed_on is None]
        return get_cycle(self.session, still_open[-1].id)

    def _armed_on(self, certification: Certification) -> date:
        return self.planner.today(self.rulebook.packs.get(certification.pack_key).zone)

    def _write_exam(self, plan: RowPlan, person_id: int) -> None:
        if plan.exam_on is None:
            return
        if plan.exam_result_id is not None:
            result = self.session.get_one(ExamResult, plan.exam_result_id)
            amend_exam_result(
                self.session,
                self.rulebook,
                result,
                taken_on=plan.exam_on,
                reason=_REASON,
                actor=self.actor,
                at=self.at,
            )
            return
        record_exam_result(
            self.session,
            self.rulebook,
            person_id=person_id,
            organization_id=self.planner.organization.id,
            credential=plan.row.pack.credential,
            new=NewResult(plan.exam_on),
            actor=self.actor,
            at=self.at,
        )

    def _write_supervisor(self, plan: RowPlan, person_id: int) -> int | None:
        if plan.supervisor is None:
            return None
        supervisor_id = plan.supervisor_id
        if supervisor_id is None and plan.supervisor_key is not None:
            name = self.planner.roster.names.get(plan.supervisor)
            given, family = (name.given, name.family) if name else ("", plan.supervisor.partition("@")[0])
            supervisor_id = self._find_or_create(plan.supervisor_key, given, family, plan.supervisor)
        if supervisor_id is None:
            return None
        assign_supervisor(
            self.session,
            person_id=person_id,
            supervisor_id=supervisor_id,
            organization_id=self.planner.organization.id,
            from_on=self.today,
            actor=self.actor,
            at=self.at,
        )
        return supervisor_id

    def _write_said(self, plan: RowPlan, person_id: int, certification_id: int, supervisor_id: int | None) -> None:
        if not plan.is_said_new:
            return
        known = self.session.get(ImportedRow, plan.imported_id) if plan.imported_id is not None else None
        if known is None:
            known = ImportedRow(organization_id=self.planner.organization.id, kind=KIND)
            self.session.add(known)
        named = {"supervisor_id": str(supervisor_id)} if supervisor_id is not None else {}
        known.key, known.run_id, known.said = plan.row.key, self.run_id, plan.said | named
        known.person_id, known.certification_id = person_id, certification_id
        self.session.flush()
        self.planner.memory.imported.add(known.id)

    def _write_findings(
        self, plan: RowPlan, person_id: int | None, supervisor_id: int | None, certification_id: int | None
    ) -> None:
        people = {"holder": person_id, "supervisor": supervisor_id, "nobody": None}
        for finding in plan.findings:
            open_finding(
                self.session,
                finding.kind,
                finding.key(self.planner.organization.id),
                organization_id=self.planner.organization.id,
                person_id=people[finding.whose],
                certification_id=certification_id if finding.whose == "holder" else None,
                # where it was read: no part of its key, so that a file in another order finds the same
                details={**finding.details, "run": self.run_id, "row": plan.row.line},
                actor=self.actor,
                at=self.at,
            )
