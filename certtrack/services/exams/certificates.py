"""What follows a passed exam: a granter gives the certification, a keeper puts on record the certificate that came."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Certification, Cycle, ExamResult
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, Refused
from certtrack.rules.facts import DueSource
from certtrack.rules.pack import Pack
from certtrack.rules.terms import compute_due_on
from certtrack.security import Actor
from certtrack.services.certifications import record_certification, record_number
from certtrack.services.cycles import NewCycle, close_cycle, list_cycles, open_cycle
from certtrack.services.exams.marks import find_exam_pack
from certtrack.services.exams.rights import check_can_enter, check_can_record_certificate
from certtrack.services.exams.versions import add_result_version
from certtrack.services.findings import open_finding
from certtrack.services.locking import lock_current
from certtrack.services.organizations import is_granter
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person

Giving = Literal["grant", "record"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: its number, None where it has none; its day; the day it is due, None: by the rules."""

    number: str | None
    issued_on: date
    due_on: date | None = None


def find_giving(session: Session, result: ExamResult) -> Giving:
    """`grant` where the result's organization gives this credential, else `record`: a keeper never grants."""
    return "grant" if is_granter(session, result.organization_id, result.credential) else "record"


def find_certified(session: Session, result: ExamResult) -> Cycle | None:
    """The cycle that rests on this result, None where none does."""
    query = select(Cycle).where(Cycle.evidence == _evidence(result), Cycle.is_withdrawn.is_(False))
    return session.scalar(query.order_by(Cycle.id.desc()).limit(1))


def compute_certificate_due(session: Session, rulebook: Rulebook, result: ExamResult) -> date | None:
    """The due day that the rules give after this exam, None where they don't say."""
    pack = find_exam_pack(session, rulebook, result.person_id, result.credential)
    return compute_due_on(pack, result.taken_on) if pack is not None else None


def grant_certification(
    session: Session, rulebook: Rulebook, result: ExamResult, given: Certificate, *, actor: Actor, at: datetime
) -> Certification:
    """The granter gives, or gives back, the certification that this exam was passed for; its next cycle opens.

    Raises NotAllowed for anybody but the programme's administrators, Refused where the exam isn't passed, is their own
    or rests under a certification already, and BadInput where no due day is told and the rules give none.
    """
    check_can_enter(session, actor, result.person_id, result.organization_id, result.credential)
    if find_giving(session, result) != "grant":
        raise Refused("This organization keeps records of the certification and doesn't give it.")
    lock_current(session, result)
    if result.outcome != "passed":
        raise Refused("The exam isn't passed yet, so there is nothing to grant.")
    return _certify(session, rulebook, result, given, actor, at)


def record_certificate(
    session: Session, rulebook: Rulebook, result: ExamResult, given: Certificate, *, actor: Actor, at: datetime
) -> Certification:
    """A keeper puts on record the certificate that came after this exam: it grants nothing.

    The certificate says that the exam was passed, where that wasn't known. Raises NotAllowed, and Refused where the
    exam wasn't passed, is their own, or has its certificate already, BadInput without the day that it prints.
    """
    check_can_record_certificate(session, actor, result.person_id, at)
    if find_giving(session, result) == "grant":
        raise Refused("This organization gives the certification; grant it instead.")
    lock_current(session, result)
    if result.outcome == "not_passed_yet":
        raise Refused("This exam isn't passed yet; look which one the certificate is for.")
    if given.due_on is None:
        raise BadInput("Write the day that the certificate is valid until, as it is printed.")
    if result.outcome != "passed":
        result.outcome, result.outcome_by = "passed", "stated"
        add_result_version(session, result, "recorded", "certificate", actor=actor, at=at)
        project_spans_of_person(session, rulebook, result.person_id, at=at)
    return _certify(session, rulebook, result, given, actor, at)


def _certify(
    session: Session, rulebook: Rulebook, result: ExamResult, given: Certificate, actor: Actor, at: datetime
) -> Certification:
    if find_certified(session, result) is not None:
        raise Refused("A certification rests on this exam already.")
    pack = _get_pack(session, rulebook, result)
    today = today_in(FixedClock(at), pack.zone)
    _check_given(result, given, today)
    certification = _find_held(session, result)
    if certification is None:
        certification = record_certification(
            session,
            rulebook,
            person_id=result.person_id,
            organization_id=result.organization_id,
            pack=pack,
            number=given.number,
            issued_on=given.issued_on,
            actor=actor,
            at=at,
        )
    else:
        _take_over(session, rulebook, certification, result, given, actor, at)
    computed = compute_due_on(pack, result.taken_on)
    due_on = given.due_on or computed
    if due_on is None:
        raise BadInput("The rules don't say when it is due; write the day.")
    source: DueSource = "stated" if given.due_on and given.due_on != computed else "computed"
    new = NewCycle(
        start_on=result.taken_on,
        due_on=due_on,
        due_source="stated" if find_giving(session, result) == "record" else source,
        computed_due_on=computed,
        armed_on=today,
        evidence=_evidence(result),
    )
    open_cycle(session, rulebook, certification, new, actor=actor, at=at)
    _note_difference(session, certification, new, actor, at)
    return certification


def _take_over(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    result: ExamResult,
    given: Certificate,
    actor: Actor,
    at: datetime,
) -> None:
    """What is held already goes on: its number stays, and its cycles end where the new one begins."""
    cycles = [cycle for cycle in list_cycles(session, certification.id) if cycle.closed_on is None]
    if any(cycle.due_on >= result.taken_on for cycle in cycles):
        raise Refused("There is a cycle that this exam falls into, so it leads to no new one.")
    if certification.number is None and given.number:
        record_number(session, certification, given.number, actor=actor, at=at)
    reason = _evidence(result)
    for cycle in cycles:
        close_cycle(session, rulebook, cycle, result.taken_on, reason=reason, actor=actor, at=at)


def _get_pack(session: Session, rulebook: Rulebook, result: ExamResult) -> Pack:
    pack = find_exam_pack(session, rulebook, result.person_id, result.credential)
    if pack is None:
        raise Refused("Several rules have this credential; put the certification on record by the office's roster.")
    return pack


def _find_held(session: Session, result: ExamResult) -> Certification | None:
    query = select(Certification).where(
        Certification.person_id.in_(same_person(result.person_id)),
        Certification.organization_id == result.organization_id,
        Certification.credential == result.credential,
    )
    return session.scalar(query.order_by(Certification.id.desc()).limit(1))


def _check_given(result: ExamResult, given: Certificate, today: date) -> None:
    if given.issued_on < result.taken_on:
        raise BadInput(f"The exam was on {result.taken_on}; a certificate for it can't be of an earlier day.")
    if given.issued_on > today:
        raise BadInput("The certificate's day lies ahead.")
    if given.due_on is not None and given.due_on <= given.issued_on:
        raise BadInput("A certificate is valid until a day after its own.")


def _note_difference(session: Session, certification: Certification, new: NewCycle, actor: Actor, at: datetime) -> None:
    if new.computed_due_on in (None, new.due_on):
        return
    open_finding(
        session,
        "stated_day_differs",
        f"{certification.id}:{new.due_on.isoformat()}",
        organization_id=certification.organization_id,
        person_id=certification.person_id,
        certification_id=certification.id,
        details={
            "credential": certification.credential,
            "stated": new.due_on.isoformat(),
            "computed": str(new.computed_due_on),
        },
        actor=actor,
        at=at,
    )


def _evidence(result: ExamResult) -> str:
    return f"exam_result:{result.id}"
