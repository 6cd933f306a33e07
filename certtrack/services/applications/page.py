"""What one person's page says of applications, and what the reader may do about them now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, Certification, Cycle, Intention, Person, Waiver
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.applications import Timely, judge_arrival
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact, DueSource, IntentionKind
from certtrack.rules.pack import Pack
from certtrack.security import Act, Actor, Fields, Relation, can_see
from certtrack.services.actors import find_actor_name, list_relations, open_certifications
from certtrack.services.applications.deciding import NEXT, suggest_due_on
from certtrack.services.applications.rights import is_granted_here, may
from certtrack.services.applications.steps import list_steps
from certtrack.services.applications.told import find_unseen
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import find_open_cycle
from certtrack.services.evidence.shown import ShownFile, list_files
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.waivers.records import list_waivers, may_record

_ACTS = (Act.REPORT_APPLICATION, Act.DECIDE_APPLICATION, Act.RECORD_WAIVER)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step, who put it on record, and the files that back it where the reader may see them."""

    step: ApplicationStep
    by: str
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownWaiver:
    """A waiver or an extension of the open cycle, and who put it on record."""

    waiver: Waiver
    by: str


@dataclass(frozen=True, slots=True)
class ShownApplication:
    """Where one certification's application is, for its open cycle.

    `steps` are those of that cycle, `opened_by` is what opened it where that can be taken back. `said` holds what
    stands of going on, `to_see` is the last reminder that was told and of which it isn't said that it was seen, None
    where there is none, `numbers` the last version of each kind, 0 where nothing was ever said. Under a granter
    `coming` are the kinds of the steps that may come next, and `timely` says whether what was received last was in
    time, None where nothing was; `suggested_due_on` is the next due day by the rules, None where they can't say.
    """

    certification: Certification
    cycle: Cycle
    is_granter: bool
    steps: tuple[ShownStep, ...]
    opened_by: ShownStep | None
    coming: tuple[str, ...]
    timely: Timely | None
    suggested_due_on: date | None
    waivers: tuple[ShownWaiver, ...]
    said: Mapping[str, Intention]
    to_see: int | None
    numbers: Mapping[str, int]
    can_report: bool
    can_decide: bool
    can_waive: bool
    is_holder: bool


@dataclass(frozen=True, slots=True)
class ApplicationOffer:
    """What a form about one certification rests on. `application` is None where no cycle of it is open."""

    person: Person
    certification: Certification
    pack: Pack
    application: ShownApplication | None
    is_holder: bool


def get_application_offer(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, certification_id: int, today: date
) -> ApplicationOffer:
    """What the actor may say of this person's certification. Raises NotFound alike for what isn't there or theirs."""
    person, certification = get_person(session, person_id), get_certification(session, certification_id)
    mine = select(Certification.id).where(
        Certification.id == certification.id,
        Certification.person_id.in_(same_person(person.id)),
        or_(*(open_certifications(actor, today, act) for act in _ACTS)),
    )
    if session.scalar(mine) is None:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    application = _show(session, rulebook, actor, certification, today)
    due_on = application.cycle.due_on if application else None
    return ApplicationOffer(
        person=person,
        certification=certification,
        pack=rulebook.packs.get(certification.pack_key, on=due_on),
        application=application,
        is_holder=Relation.HOLDER in list_relations(session, actor, person.id, today),
    )


def _show(
    session: Session, rulebook: Rulebook, actor: Actor, certification: Certification, today: date
) -> ShownApplication | None:
    cycle = find_open_cycle(session, certification.id)
    if cycle is None:
        return None
    relations = list_relations(session, actor, certification.person_id, today)
    intentions = {said.kind: said for said in session.scalars(select(Intention).where(Intention.cycle_id == cycle.id))}
    steps, opened_by = list_steps(session, cycle.id), _find_opening(session, cycle)
    shown = _list_shown(session, [*steps, *opened_by], with_files=can_see(relations, Fields.EVIDENCE))
    pack, is_granter = (
        rulebook.packs.get(certification.pack_key, on=cycle.due_on),
        is_granted_here(session, certification),
    )
    return ShownApplication(
        certification=certification,
        cycle=cycle,
        is_granter=is_granter,
        steps=tuple(shown[step.id] for step in steps),
        opened_by=shown[opened_by[0].id] if opened_by else None,
        coming=NEXT[steps[-1].kind if steps else "none"] if is_granter else (),
        timely=find_timely(pack, cycle, steps),
        suggested_due_on=suggest_due_on(pack, cycle.due_on),
        waivers=tuple(ShownWaiver(one, _name(session, one.recorded_by)) for one in list_waivers(session, cycle.id)),
        said={kind: said for kind, said in intentions.items() if said.state == "said"},
        to_see=find_unseen(session, cycle, intentions.get("seen")),
        numbers={kind: intentions[kind].no if kind in intentions else 0 for kind in get_args(IntentionKind)},
        can_report=may(session, actor, certification, Act.REPORT_APPLICATION, today),
        can_waive=may_record(session, actor, certification, today),
        can_decide=is_granter and may(session, actor, certification, Act.DECIDE_APPLICATION, today),
        is_holder=Relation.HOLDER in relations,
    )


def _find_opening(session: Session, cycle: Cycle) -> list[ApplicationStep]:
    query = select(ApplicationStep).where(
        ApplicationStep.opened_cycle_id == cycle.id, ApplicationStep.is_withdrawn.is_(False)
    )
    return list(session.scalars(query))


def _list_shown(session: Session, steps: Sequence[ApplicationStep], *, with_files: bool) -> dict[int, ShownStep]:
    files = list_files(session, [step.id for step in steps], kind="application_step") if with_files else {}
    return {step.id: ShownStep(step, _name(session, step.recorded_by), tuple(files.get(step.id, ()))) for step in steps}


def _name(session: Session, key: str) -> str:
    return find_actor_name(session, key) or key


def find_timely(pack: Pack, cycle: Cycle, steps: Sequence[ApplicationStep]) -> Timely | None:
    """Whether what was received last was in time; None where nothing was."""
    received = [step for step in steps if step.kind == "received"]
    if not received:
        return None
    source = cast("DueSource", cycle.due_source)
    days = days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))
    return judge_arrival(pack, days, received[-1].happened_on, received[-1].postmarked_on)
