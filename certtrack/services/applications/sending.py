"""Under a keeper: an application was sent, and its answer can't be seen until somebody says that a certificate came."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import ApplicationStep, Certification, Cycle
from certtrack.errors import BadInput, Refused
from certtrack.rules.terms import computed_due_on_near, following_start_on
from certtrack.security import Act, Actor
from certtrack.services.applications.basis import freeze
from certtrack.services.applications.rights import (
    check_is_keepers,
    check_may,
    check_step_day,
    get_cycle_to_end,
    today_by_pack,
)
from certtrack.services.applications.steps import add_sent, attach_to_step, list_steps, make_step
from certtrack.services.applications.typed import BadApplication, NewCertificate, Sent
from certtrack.services.applications.versions import add_step_version, look_again
from certtrack.services.certifications import find_by_number
from certtrack.services.cycles import NewCycle, close_cycle, get_cycle, open_cycle, reopen_cycle, withdraw_cycle
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook
from certtrack.services.stated_days import note_other_day
from certtrack.services.witnesses import find_witness

CERTIFICATE = "application_step:"
"""What begins the evidence of a cycle that a certificate opened: `application_step:7`."""


def record_sent(
    session: Session, rulebook: Rulebook, certification: Certification, sent: Sent, *, actor: Actor, at: datetime
) -> ApplicationStep:
    """Put on record that the application for the open cycle was sent; nothing is renewed by it.

    Raises NotAllowed, Refused where a granter keeps the record, no cycle is open, or one was sent already, BadInput for
    a day ahead, or before the cycle's first.
    """
    today = _check(session, rulebook, certification, actor, at)
    cycle = get_cycle_to_end(session, certification)
    if sent.sent_on > today:
        raise BadInput(f"{sent.sent_on} is still to come; say the day on which it was sent.")
    check_step_day(cycle, (), "sent_on", sent.sent_on)
    if list_steps(session, cycle.id):
        raise Refused("An application is on record for this cycle already. Take that one back if it wasn't sent.")
    return add_sent(session, rulebook, cycle, "sent", sent, today, actor=actor, at=at)


def take_back_sent(
    session: Session,
    rulebook: Rulebook,
    step: ApplicationStep,
    *,
    expected_no: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """It wasn't sent after all: reminders go on.

    Raises NotAllowed, StaleRecord; Refused where it is taken back already, or the cycle is over: then the certificate
    goes first.
    """
    cycle = get_cycle(session, step.cycle_id)
    today = _check(session, rulebook, cycle.certification, actor, at)
    lock_current(session, cycle)
    lock_current(session, step, expected_no)
    if step.kind != "sent" or step.is_withdrawn or cycle.closed_on is not None:
        raise Refused("There is no sent application to take back.")
    step.is_withdrawn = True
    add_step_version(session, step, cycle, "taken_back", reason, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)


def record_certificate(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    came: NewCertificate,
    *,
    actor: Actor,
    at: datetime,
) -> Cycle:
    """A new certificate came on paper, which the actor has seen or holds: the next cycle opens, due on its day.

    What the cycle that ends rested on is frozen with it. Where the published rule gives another day near it, that is
    a finding, and both stand as readings. Raises NotAllowed; Refused where a granter keeps the record, or no cycle is
    open; BadInput where the day isn't later than the present one, or the number is another certificate's.
    """
    today = _check(session, rulebook, certification, actor, at)
    cycle = get_cycle_to_end(session, certification)
    if came.due_on <= cycle.due_on:
        raise BadInput(f"The present cycle is due on {cycle.due_on}; a new certificate states a later day.")
    step = make_step(cycle, "certificate", came.came_on, actor=actor, at=at)
    step.due_on, step.proof_seen_by = came.due_on, find_witness(session, actor, certification.person_id)
    step.number = _change_number(session, certification, came.number, actor, at)
    step.basis = freeze(session, rulebook, cycle, today)
    session.add(step)
    session.flush()
    opened = open_next(session, rulebook, cycle, came.due_on, f"{CERTIFICATE}{step.id}", today, actor=actor, at=at)
    step.opened_cycle_id = opened.id
    add_step_version(session, step, cycle, "certificate", None, actor=actor, at=at)
    attach_to_step(session, certification, step, came.files, today, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)  # the next cycle counts nothing that this one took
    return opened


def take_back_certificate(
    session: Session,
    rulebook: Rulebook,
    step: ApplicationStep,
    *,
    expected_no: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """That certificate was put on record by mistake: its cycle is withdrawn, and the one before speaks again.

    A number that it brought stays. Raises NotAllowed, StaleRecord, Refused where it is taken back already or the cycle
    that it opened is over.
    """
    cycle = get_cycle(session, step.cycle_id)
    today = _check(session, rulebook, cycle.certification, actor, at)
    lock_current(session, cycle)
    lock_current(session, step, expected_no)
    if step.kind != "certificate" or step.is_withdrawn:
        raise Refused("There is no certificate to take back.")
    close_again(session, rulebook, step, cycle, today, reason=reason, actor=actor, at=at)
    add_step_version(session, step, cycle, "certificate_taken_back", reason, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)


def open_next(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    due_on: date,
    evidence: str,
    today: date,
    *,
    actor: Actor,
    at: datetime,
) -> Cycle:
    """Close the cycle and open the next one with that stated day; a day that the rule doesn't give is a finding."""
    certification = cycle.certification
    pack = rulebook.packs.get(certification.pack_key, on=due_on)
    computed = computed_due_on_near(pack, due_on)
    start_on = following_start_on(pack, cycle.due_on, due_on, today)
    close_cycle(session, rulebook, cycle, start_on, reason=evidence, actor=actor, at=at)
    new = NewCycle(
        start_on=start_on,
        due_on=due_on,
        due_source="stated",
        armed_on=today,
        computed_due_on=computed,
        evidence=evidence,
    )
    opened = open_cycle(session, rulebook, certification, new, actor=actor, at=at)
    if computed != due_on:
        note_other_day(session, certification, due_on, computed, actor=actor, at=at)
    return opened


def close_again(
    session: Session,
    rulebook: Rulebook,
    step: ApplicationStep,
    cycle: Cycle,
    today: date,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Undo what a step opened: its cycle is withdrawn, and the one before speaks again."""
    if step.opened_cycle_id is not None:
        opened = get_cycle(session, step.opened_cycle_id)
        withdraw_cycle(session, rulebook, opened, reason=reason, actor=actor, at=at)
        reopen_cycle(session, rulebook, cycle, today, reason=reason, actor=actor, at=at)
    step.is_withdrawn = True


def _check(session: Session, rulebook: Rulebook, certification: Certification, actor: Actor, at: datetime) -> date:
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.REPORT_APPLICATION, today)
    check_is_keepers(session, certification)
    return today


def _change_number(
    session: Session, certification: Certification, number: str | None, actor: Actor, at: datetime
) -> str | None:
    """The new number where it is another one; then the certification bears it."""
    if number is None or number == certification.number:
        return None
    other = find_by_number(session, certification.organization_id, certification.credential, number)
    if other is not None:
        raise BadApplication({"number": "taken"})
    before, certification.number = certification.number, number
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="certification.renumbered",
        subject=("certification", certification.id),
        people=[certification.person_id],
        details={"number": number, "before": before},
    )
    return number
