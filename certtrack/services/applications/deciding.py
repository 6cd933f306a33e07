"""Under a granter: submitted, received, returned, granted, refused, each after the other, and each to be taken back."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, ApplicationStep, Certification, Cycle
from certtrack.errors import BadInput, Refused, StaleRecord
from certtrack.rules.pack import Pack
from certtrack.rules.terms import next_term
from certtrack.security import Act, Actor, Relation, Role
from certtrack.services.actors import list_relations
from certtrack.services.applications.basis import freeze
from certtrack.services.applications.rights import (
    check_is_granters,
    check_may,
    check_step_day,
    get_cycle_to_end,
    today_by_pack,
)
from certtrack.services.applications.sending import (
    CERTIFICATE,
    close_again,
    open_next,
)
from certtrack.services.applications.steps import add_sent, add_step, list_steps, make_step
from certtrack.services.applications.typed import Sent, Verdict
from certtrack.services.applications.versions import add_step_version, look_again
from certtrack.services.cycles import get_cycle
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook

NEXT: Mapping[str, tuple[str, ...]] = {
    "none": ("submitted", "received"),
    "sent": ("received",),
    "submitted": ("received",),
    "received": ("granted", "returned", "refused"),
    "returned": ("submitted", "received"),
    "refused": ("received",),
    "granted": (),
}
"""What may come after each step; `sent` is from when the office didn't give the certification yet."""


def submit(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    sent: Sent,
    *,
    after: int,
    actor: Actor,
    at: datetime,
) -> ApplicationStep:
    """The application for the open cycle was handed in, or sent to the office that decides on it.

    `after` is the step that was seen last, 0 for none. Raises NotAllowed; Refused where a keeper keeps the record, no
    cycle is open, or it isn't what comes next; StaleRecord; BadInput for a day ahead, before the cycle's first, or
    before that of the step seen last.
    """
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.REPORT_APPLICATION, today)
    cycle = _open(session, certification, "submitted", sent.sent_on, after, today)
    return add_sent(session, rulebook, cycle, "submitted", sent, today, actor=actor, at=at)


def decide(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    verdict: Verdict,
    *,
    after: int,
    actor: Actor,
    at: datetime,
) -> ApplicationStep:
    """The programme has received the application, returned, refused or granted it. A grant opens the next cycle.

    Nobody grants their own; where the office has nobody else who could, it is on record as self-attested. What the
    grant rested on is frozen with it. Raises what `submit` does, and Refused for the own application.
    """
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.DECIDE_APPLICATION, today)
    is_own = _check_not_own(session, actor, certification, today)
    cycle = _open(session, certification, verdict.kind, verdict.on, after, today)
    step = make_step(cycle, verdict.kind, verdict.on, actor=actor, at=at)
    step.postmarked_on, step.reason_code, step.words = verdict.postmarked_on, verdict.reason_code, verdict.words
    step.is_self_attested = is_own
    if verdict.due_on is not None:
        return _grant(session, rulebook, cycle, step, verdict.due_on, today, actor, at)
    return add_step(session, rulebook, cycle, step, today, actor=actor, at=at)


def take_back_decision(
    session: Session,
    rulebook: Rulebook,
    step: ApplicationStep,
    *,
    expected_no: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """The last step was put on record by mistake. Of a grant the cycle that it opened is withdrawn.

    Raises NotAllowed, StaleRecord; Refused where it is taken back already, another step came after it, or the cycle
    that it opened is over.
    """
    cycle = get_cycle(session, step.cycle_id)
    certification = cycle.certification
    today = today_by_pack(rulebook, certification, at)
    act = Act.REPORT_APPLICATION if step.kind == "submitted" else Act.DECIDE_APPLICATION
    check_may(session, actor, certification, act, today)
    check_is_granters(session, certification)
    if act is Act.DECIDE_APPLICATION:
        _check_not_own(session, actor, certification, today)
    lock_current(session, cycle)
    lock_current(session, step, expected_no)
    if step.is_withdrawn or list_steps(session, cycle.id)[-1].id != step.id:
        raise Refused("Only the last step can be taken back, and only once.")
    close_again(session, rulebook, step, cycle, today, reason=reason, actor=actor, at=at)
    add_step_version(session, step, cycle, "taken_back", reason, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)


def suggest_due_on(pack: Pack, due_on: date) -> date | None:
    """The day that the rule gives for the cycle after one due on `due_on`; None where it can't say."""
    following = next_term(pack, due_on)
    return following.due_on if following else None


def _open(session: Session, certification: Certification, kind: str, on: date, after: int, today: date) -> Cycle:
    """The cycle that is to be ended, locked, where this may come next."""
    check_is_granters(session, certification)
    cycle = get_cycle_to_end(session, certification)
    steps = list_steps(session, cycle.id)
    if (steps[-1].id if steps else 0) != after:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    if kind not in NEXT[steps[-1].kind if steps else "none"]:
        raise Refused("That isn't what comes next for this application.")
    if on > today:
        raise BadInput(f"{on} is still to come; say the day on which it was.")
    check_step_day(cycle, steps, "sent_on" if kind == "submitted" else "on", on)
    return cycle


def _grant(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    step: ApplicationStep,
    due_on: date,
    today: date,
    actor: Actor,
    at: datetime,
) -> ApplicationStep:
    if due_on <= cycle.due_on:
        raise BadInput(f"The present cycle is due on {cycle.due_on}; the next one ends later.")
    step.due_on, step.basis = due_on, freeze(session, rulebook, cycle, today)
    session.add(step)
    session.flush()
    opened = open_next(session, rulebook, cycle, due_on, f"{CERTIFICATE}{step.id}", today, actor=actor, at=at)
    step.opened_cycle_id = opened.id
    add_step_version(session, step, cycle, step.kind, None, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)
    return step


def _check_not_own(session: Session, actor: Actor, certification: Certification, today: date) -> bool:
    """True where it is the actor's own and nobody else could. Raises Refused where somebody could."""
    if Relation.HOLDER not in list_relations(session, actor, certification.person_id, today):
        return False
    others = (
        select(AccountRole.id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.role == Role.PROGRAMME_ADMINISTRATOR, Account.is_active, Account.id != actor.account_id)
        .where((AccountRole.organization_id == certification.organization_id) | AccountRole.organization_id.is_(None))
        .where(or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today))
        .where(or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today))
    )
    if session.scalar(others.limit(1)) is not None:
        raise Refused("Nobody decides on their own application. Ask a colleague who may.")
    return True
