"""The applications of all of a person's certifications, by a few queries whatever their number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    ApplicationStep,
    Certification,
    Cycle,
    Evidence,
    EvidenceLink,
    Intention,
    OrganizationCredential,
    Reminder,
    Waiver,
)
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.facts import IntentionKind
from certtrack.rules.pack import Pack
from certtrack.security import Act, Actor, Fields, Relation, can_see
from certtrack.services.actors import open_certifications
from certtrack.services.applications.deciding import NEXT, suggest_due_on
from certtrack.services.applications.page import ShownApplication, ShownStep, ShownWaiver, find_timely
from certtrack.services.applications.told import pick_unseen
from certtrack.services.evidence.shown import make_files
from certtrack.services.names import load_names
from certtrack.services.rulebook import Rulebook

_ACTS = (Act.REPORT_APPLICATION, Act.DECIDE_APPLICATION, Act.RECORD_WAIVER)


@dataclass(frozen=True, slots=True)
class ApplicationRows:
    """What is on record of the open cycles of certifications, as `select_rows` asks for it."""

    cycles: Sequence[Cycle]
    steps: Sequence[ApplicationStep]
    intentions: Sequence[Intention]
    waivers: Sequence[Waiver]
    reminders: Sequence[Reminder]
    roles: Sequence[OrganizationCredential]
    may: Sequence[tuple[int, bool, bool, bool]]
    files: Sequence[tuple[int, Evidence]]
    papers: Sequence[tuple[int, Evidence]]

    def find_cycle(self, certification_id: int) -> Cycle | None:
        """The newest open cycle, None where there is none."""
        own = [cycle for cycle in self.cycles if cycle.certification_id == certification_id]
        return max(own, key=lambda cycle: (cycle.start_on, cycle.id), default=None)

    def is_granter(self, certification: Certification) -> bool:
        """True where the office that keeps the certification is the programme that gives it."""
        wanted = (certification.organization_id, certification.credential, "granter")
        return any((one.organization_id, one.credential, one.role) == wanted for one in self.roles)

    def list_keys(self) -> Iterable[str]:
        """Who put a step or a waiver on record."""
        yield from (step.recorded_by for step in self.steps)
        yield from (waiver.recorded_by for waiver in self.waivers)

    def list_reminders(self, cycle: Cycle) -> list[Reminder]:
        """What was decided about the holder's mails of that cycle, the oldest stage first."""
        own = (row for row in self.reminders if row.subject_id == cycle.id)
        return sorted(own, key=lambda row: (row.stage_on, row.id))


def select_rows(certification_ids: Collection[int], actor: Actor, today: date) -> tuple[AnySelect, ...]:
    """What `ApplicationRows` are made of, in the order of its fields."""
    is_open = (Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    mine: ColumnElement[bool] = Cycle.certification_id.in_(certification_ids)
    cycles = select(Cycle.id).where(mine, *is_open)
    of_cycles = or_(ApplicationStep.cycle_id.in_(cycles), ApplicationStep.opened_cycle_id.in_(cycles))
    steps = select(ApplicationStep).where(of_cycles, ApplicationStep.is_withdrawn.is_(False))
    may = (open_certifications(actor, today, act).label(act.value) for act in _ACTS)
    offices = select(Certification.organization_id).where(Certification.id.in_(certification_ids))
    files = select(EvidenceLink.subject_id, Evidence).join(Evidence, Evidence.id == EvidenceLink.evidence_id)
    return (
        select(Cycle).where(mine, *is_open),
        steps,
        select(Intention).where(Intention.cycle_id.in_(cycles)),
        select(Waiver).where(Waiver.cycle_id.in_(cycles), Waiver.is_withdrawn.is_(False)),
        select(Reminder).where(
            Reminder.subject_kind == "cycle", Reminder.audience == "holder", Reminder.subject_id.in_(cycles)
        ),
        select(OrganizationCredential).where(OrganizationCredential.organization_id.in_(offices)),
        select(Certification.id, *may).where(Certification.id.in_(certification_ids)),
        files.where(
            EvidenceLink.subject_kind == "application_step",
            EvidenceLink.is_attached,
            EvidenceLink.subject_id.in_(select(ApplicationStep.id).where(of_cycles)),
        ),
        files.where(
            EvidenceLink.subject_kind == "cycle", EvidenceLink.is_attached, EvidenceLink.subject_id.in_(cycles)
        ),
    )


def load_applications(
    session: Session,
    rulebook: Rulebook,
    certifications: Sequence[Certification],
    relations: frozenset[Relation],
    actor: Actor,
    today: date,
) -> dict[int, ShownApplication]:
    """By certification, for those whose open cycle is on record; two queries."""
    rows = ApplicationRows(*ask_together(session, *select_rows([one.id for one in certifications], actor, today)))
    names = load_names(session, rows.list_keys())
    return make_applications(rulebook, rows, names, certifications, relations)


def make_applications(
    rulebook: Rulebook,
    rows: ApplicationRows,
    names: Mapping[str, str],
    certifications: Iterable[Certification],
    relations: frozenset[Relation],
) -> dict[int, ShownApplication]:
    """What `load_applications` gives, of rows that were asked for together with something else."""
    sees_files = can_see(relations, Fields.EVIDENCE)
    files, papers = (make_files(each if sees_files else ()) for each in (rows.files, rows.papers))
    steps = {
        step.id: ShownStep(step, names.get(step.recorded_by, step.recorded_by), tuple(files.get(step.id, ())))
        for step in sorted(rows.steps, key=lambda step: step.id)
    }
    found = {}
    for certification in certifications:
        cycle = rows.find_cycle(certification.id)
        if cycle is not None:
            pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
            made = _make(rows, names, steps, certification, cycle, pack, relations)
            found[certification.id] = replace(made, papers=tuple(papers.get(cycle.id, ())))
    return found


def _make(
    rows: ApplicationRows,
    names: Mapping[str, str],
    shown: Mapping[int, ShownStep],
    certification: Certification,
    cycle: Cycle,
    pack: Pack,
    relations: frozenset[Relation],
) -> ShownApplication:
    is_granter = rows.is_granter(certification)
    steps = [its for its in shown.values() if its.step.cycle_id == cycle.id]
    opened_by = next((its for its in shown.values() if its.step.opened_cycle_id == cycle.id), None)
    intentions = {said.kind: said for said in rows.intentions if said.cycle_id == cycle.id}
    waivers = sorted((one for one in rows.waivers if one.cycle_id == cycle.id), key=lambda one: one.id)
    reports, decides, waives = next((each for number, *each in rows.may if number == certification.id), (False,) * 3)
    is_holder = Relation.HOLDER in relations
    return ShownApplication(
        certification=certification,
        cycle=cycle,
        is_granter=is_granter,
        steps=tuple(steps),
        opened_by=opened_by,
        coming=NEXT[steps[-1].step.kind if steps else "none"] if is_granter else (),
        timely=find_timely(pack, cycle, [its.step for its in steps]),
        suggested_due_on=suggest_due_on(pack, cycle.due_on),
        waivers=tuple(ShownWaiver(one, names.get(one.recorded_by, one.recorded_by)) for one in waivers),
        said={kind: said for kind, said in intentions.items() if said.state == "said"},
        to_see=pick_unseen(rows.list_reminders(cycle), intentions.get("seen")),
        numbers={kind: intentions[kind].no if kind in intentions else 0 for kind in get_args(IntentionKind)},
        can_report=reports,
        can_waive=(decides if is_granter else waives) and not is_holder,
        can_decide=is_granter and decides,
        is_holder=is_holder,
    )
