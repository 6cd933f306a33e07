"""Where one recertification is: its steps by the rules of the phase, what was saved of each, and if it was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, exists, false, literal, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import (
    ApplicationDraft,
    ApplicationStep,
    Attestation,
    Certification,
    Cycle,
    OrganizationCredential,
    Person,
    StandingSpan,
    Wording,
)
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound, Refused
from certtrack.rules.cycles import CycleDays, PhaseDays, days_of, get_phase, phases_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.pack import Need, Pack
from certtrack.rules.recertifying import StepKey, list_asked, list_papers, plan_steps
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.applications.deciding import NEXT
from certtrack.services.people import get_person
from certtrack.services.recertifying.backed import BackedCredit, list_backed, mark_evidence, mark_hours
from certtrack.services.recertifying.wordings import Words, load_example, own_wording_id, show_words
from certtrack.services.rulebook import Rulebook, confirmed_rules

_ENDED = ("revoked", "retired")
StepState = Literal["open", "saved", "changed"]


class NothingToRecertify(Refused):
    """No cycle of the certification is open, or the record has ended."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the holder has agreed to; `is_current` is False where other words are in force by now."""

    attestation: Attestation
    words: Words
    is_current: bool


@dataclass(frozen=True, slots=True)
class PreparedStep:
    """One step and how far it is: `changed` where what it was saved of is another by now."""

    key: StepKey
    state: StepState


@dataclass(frozen=True, slots=True)
class Recertification:
    """What stands of recertifying one certification, and what the reader has saved of it.

    `today` is in the zone of its rules. `asked` is what the rules ask for in `now`, None where they don't say. `steps`
    are the application's on record. `wording_id` is the office's own wording in force, None where it has none. `saved`
    is by step what this account has saved; it is nobody else's to see, and nothing was sent by it.
    """

    person: Person
    certification: Certification
    cycle: Cycle
    pack: Pack
    days: CycleDays
    now: PhaseDays
    today: date
    is_granter: bool
    is_holder: bool
    asked: tuple[Need, ...] | None
    papers: tuple[Need, ...]
    sent: tuple[ApplicationStep, ...]
    wording_id: int | None
    agreed: Agreed | None
    saved: Mapping[str, Mapping[str, Any]]
    credits: tuple[BackedCredit, ...]
    steps: tuple[PreparedStep, ...]

    @property
    def is_open(self) -> bool:
        """True while it can be sent: nothing is on its way, or it came back to be completed."""
        if self.is_granter:
            return "submitted" in NEXT[self.sent[-1].kind if self.sent else "none"]
        return not self.sent

    @property
    def hours_mark(self) -> str:
        """What hours that are looked through now are told by."""
        return mark_hours(self.credits)

    @property
    def evidence_mark(self) -> str:
        """What certificates that are looked through now are told by."""
        return mark_evidence(self.credits)

    def find_step(self, key: str) -> PreparedStep:
        """One of its steps. Raises NotFound for one that isn't asked for here."""
        for step in self.steps:
            if step.key == key:
                return step
        raise NotFound("This step isn't asked for.")

    def find_next(self, key: str) -> StepKey | None:
        """The step after this one; None after the last."""
        keys = [step.key for step in self.steps]
        place = keys.index(self.find_step(key).key) + 1
        return keys[place] if place < len(keys) else None


def load_recertification(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, certification_id: int, clock: Clock
) -> Recertification:
    """Of the newest open cycle. Raises NotFound alike for what isn't there or isn't the actor's to apply for.

    Raises NothingToRecertify where no cycle is open, or the certification was revoked or retired. Four queries.
    """
    person = get_person(session, person_id)
    local = today_in(clock, person.zone)
    rows = _list_rows(session, actor, person.id, certification_id, local)
    if not rows:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    mine = _pick_newest(rows)
    certification, cycle = mine[0].Certification, mine[0].Cycle
    if cycle is None or mine[0].validity in _ENDED or (person.died_on is not None and person.died_on <= local):
        raise NothingToRecertify("No open cycle is on record for this certification, so there is nothing to apply for.")
    pack = confirmed_rules(session, rulebook).packs.get(certification.pack_key, on=cycle.due_on)
    today = today_in(clock, pack.zone)
    days = _find_days(pack, cycle)
    now = get_phase(phases_of(days), max(today, days.start_on))
    credits_ = list_backed(session, certification.id)
    agreed = _find_agreed(mine)
    saved = mine[0].ApplicationDraft.typed if mine[0].ApplicationDraft else {}
    keys = plan_steps(pack, now.phase, has_own_wording=mine[0].wording_id is not None)
    marks = {"hours": mark_hours(credits_), "evidence": mark_evidence(credits_)}
    return Recertification(
        person=person,
        certification=certification,
        cycle=cycle,
        pack=pack,
        days=days,
        now=now,
        today=today,
        is_granter=mine[0].is_granter,
        is_holder=mine[0].is_holder,
        asked=list_asked(pack, now.phase),
        papers=list_papers(pack, now.phase),
        sent=tuple({row.ApplicationStep.id: row.ApplicationStep for row in mine if row.ApplicationStep}.values()),
        wording_id=mine[0].wording_id,
        agreed=agreed,
        saved=saved,
        credits=credits_,
        steps=tuple(PreparedStep(key, _judge(key, saved, marks, agreed)) for key in keys),
    )


def check_is_open(found: Recertification) -> None:
    """Raise Refused where an application is on its way, so that there is nothing to prepare."""
    if not found.is_open:
        raise Refused("An application is on record for this cycle already.")


def _judge(key: StepKey, saved: Mapping[str, Any], marks: Mapping[str, str], agreed: Agreed | None) -> StepState:
    if key == "statement":
        return "open" if agreed is None else "saved" if agreed.is_current else "changed"
    if key not in saved:
        return "open"
    return "changed" if key in marks and saved[key].get("seen") != marks[key] else "saved"


def _list_rows(
    session: Session, actor: Actor, person_id: int, certification_id: int, today: date
) -> Sequence[Row[Any]]:
    """The certification with each open cycle, what was saved of it, and its steps: a row for each of these."""
    is_open = and_(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    stands = and_(ApplicationStep.cycle_id == Cycle.id, ApplicationStep.is_withdrawn.is_(False))
    said = and_(Attestation.cycle_id == Cycle.id, Attestation.withdrawn_at.is_(None))
    own_draft = and_(ApplicationDraft.cycle_id == Cycle.id, ApplicationDraft.account_id == actor.account_id)
    query = (
        select(Certification, Cycle, ApplicationDraft, ApplicationStep, Attestation, Wording)
        .add_columns(
            own_wording_id(Certification.organization_id, today).label("wording_id"),
            _find_validity(today).label("validity"),
            _is_granter().label("is_granter"),
            _is_holder(actor, person_id).label("is_holder"),
        )
        .outerjoin(Cycle, and_(Cycle.certification_id == Certification.id, is_open))
        .outerjoin(ApplicationDraft, own_draft)
        .outerjoin(ApplicationStep, stands)
        .outerjoin(Attestation, said)
        .outerjoin(Wording, Wording.id == Attestation.wording_id)
        .where(Certification.id == certification_id, Certification.person_id.in_(same_person(person_id)))
        .where(open_certifications(actor, today, Act.REPORT_APPLICATION))
        .order_by(Cycle.start_on, Cycle.id, ApplicationStep.id)
    )
    return session.execute(query).all()


def _find_validity(today: date) -> ScalarSelect[str]:
    span = (StandingSpan.from_on <= today, StandingSpan.until_on >= today)
    query = select(StandingSpan.validity).where(StandingSpan.certification_id == Certification.id, *span)
    return query.correlate(Certification).scalar_subquery()


def _is_granter() -> ColumnElement[bool]:
    return exists().where(
        OrganizationCredential.organization_id == Certification.organization_id,
        OrganizationCredential.credential == Certification.credential,
        OrganizationCredential.role == "granter",
    )


def _is_holder(actor: Actor, person_id: int) -> ColumnElement[bool]:
    return literal(actor.person_id).in_(same_person(person_id)) if actor.person_id is not None else false()


def _pick_newest(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Those of the cycle that started last."""
    newest = rows[-1].Cycle
    return [row for row in rows if row.Cycle is newest]


def _find_days(pack: Pack, cycle: Cycle) -> CycleDays:
    source = cast("DueSource", cycle.due_source)
    return days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))


def _find_agreed(rows: Sequence[Row[Any]]) -> Agreed | None:
    row = rows[0]
    if row.Attestation is None:
        return None
    words = show_words(row.Wording)
    is_current = (
        row.Wording.id == row.wording_id if row.wording_id is not None else words.sha256 == load_example().sha256
    )
    return Agreed(row.Attestation, words, is_current)
