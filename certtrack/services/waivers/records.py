"""Waivers and extensions: put on record as an authority gave them, also reaching back, and taken back by a version."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Certification, Cycle, Waiver, WaiverVersion
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.facts import DueSource
from certtrack.security import Act, Actor, Relation
from certtrack.services.actors import list_relations
from certtrack.services.applications.intentions import answer_wish
from certtrack.services.applications.rights import check_may, get_cycle_to_end, is_granted_here, today_by_pack
from certtrack.services.applications.versions import look_again
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.locking import lock_current
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.rulebook import Rulebook
from certtrack.services.versions import make_stamp, next_values, record_change
from certtrack.services.waivers.typed import NewWaiver

_EVIDENCE = "waiver:"
_VALUES = ("from_on", "given_by", "words", "is_withdrawn")


def record_waiver(
    session: Session, rulebook: Rulebook, certification: Certification, new: NewWaiver, *, actor: Actor, at: datetime
) -> Waiver:
    """Put on record what was given for the open cycle; it may hold from a day that has long been.

    An extension moves the due day, and the reminders with it; a wish for more time is answered by it. Raises
    NotAllowed; Refused for the own record, where no cycle is open, or where that is waived or reduced already; BadInput
    for a first day ahead, a due day that isn't later, or one that another cycle has.
    """
    today = today_by_pack(rulebook, certification, at)
    _check_may(session, actor, certification, today)
    cycle = get_cycle_to_end(session, certification)
    if new.from_on > today:
        raise BadInput(f"{new.from_on} is still to come; say from which day it holds.")
    if new.due_on is not None and new.due_on <= cycle.due_on:
        raise BadInput(f"The present due day is {cycle.due_on}; an extension gives a later one.")
    if new.kind != "extension" and any(
        (one.kind, one.requirement) == (new.kind, new.requirement) for one in list_waivers(session, cycle.id)
    ):
        raise Refused("This is on record already. Take that one back first, if it holds from another day.")
    return put_on_record(session, rulebook, cycle, new, today, actor=actor, at=at)


def put_on_record(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    new: NewWaiver,
    today: date,
    *,
    group_act_id: int | None = None,
    cause_key: str | None = None,
    actor: Actor,
    at: datetime,
) -> Waiver:
    """Write what was given for this locked cycle, once all is asked: who may, and whether it can be given at all.

    `group_act_id` is what gave it to a whole group, `cause_key` what holds the mails that its later days set going.
    Raises BadInput for a due day that another cycle has.
    """
    waiver = Waiver(
        cycle_id=cycle.id, kind=new.kind, requirement=new.requirement, minutes=new.minutes, due_on=new.due_on,
        from_on=new.from_on, given_by=new.given_by, words=new.words, is_withdrawn=False, no=0,
        group_act_id=group_act_id, recorded_at=at, recorded_by=actor.key,
    )  # fmt: skip
    session.add(waiver)
    session.flush()
    if new.due_on is not None:
        _extend(session, rulebook, cycle, waiver, new.due_on, today, cause_key, actor, at)
        answer_wish(session, cycle, new.words, actor=actor, at=at)
    _add_version(session, waiver, cycle, "given", None, actor, at)
    look_again(session, rulebook, cycle, today, at=at)
    return waiver


def take_back_waiver(
    session: Session, rulebook: Rulebook, waiver: Waiver, *, expected_no: int, reason: str, actor: Actor, at: datetime
) -> None:
    """It wasn't given after all: what it released from is asked for again, and the former due day is back.

    Raises NotAllowed, StaleRecord; Refused for the own record, where it is taken back already, and where the day was
    moved by something else since, or its cycle is over.
    """
    cycle = get_cycle(session, waiver.cycle_id)
    today = today_by_pack(rulebook, cycle.certification, at)
    _check_may(session, actor, cycle.certification, today)
    lock_current(session, cycle)
    lock_current(session, waiver, expected_no)
    if waiver.is_withdrawn:
        raise Refused("This was taken back already.")
    if waiver.kind == "extension" and not rests_on(cycle, waiver):
        raise Refused("The due day was moved by something else since. Take that back first.")
    withdraw(session, rulebook, cycle, waiver, today, reason=reason, actor=actor, at=at)


def withdraw(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    waiver: Waiver,
    today: date,
    *,
    reason: str,
    cause_key: str | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write that it wasn't given, once all is asked; both are locked, and an extended day still rests on it.

    `cause_key` is what holds the mails that former days set going, but for those whom another cause held before.
    """
    if waiver.kind == "extension":
        _move_back(session, rulebook, cycle, waiver, reason, cause_key, actor, at)
    waiver.is_withdrawn = True
    _add_version(session, waiver, cycle, "taken_back", reason, actor, at)
    look_again(session, rulebook, cycle, today, at=at)


def rests_on(cycle: Cycle, waiver: Waiver) -> bool:
    """True where the cycle's due day is the one that this extension gave, and nothing has moved it since."""
    return waiver.former_due_on is not None and cycle.evidence == f"{_EVIDENCE}{waiver.id}"


def list_waivers(session: Session, cycle_id: int) -> list[Waiver]:
    """What was given for a cycle and not taken back, in the order of recording."""
    query = select(Waiver).where(Waiver.cycle_id == cycle_id, Waiver.is_withdrawn.is_(False))
    return list(session.scalars(query.order_by(Waiver.id)))


def get_waiver(session: Session, certification: Certification, waiver_id: int) -> Waiver:
    """What was given for one of this certification's cycles, a withdrawn one too. Raises NotFound."""
    waiver = session.get(Waiver, waiver_id)
    if waiver is None or get_cycle(session, waiver.cycle_id).certification_id != certification.id:
        raise NotFound(f"There is no waiver with the number {waiver_id}.")
    return waiver


def _check_may(session: Session, actor: Actor, certification: Certification, today: date) -> None:
    """Under a granter its own people alone; under a keeper the office puts on record what the programme gave."""
    act = Act.DECIDE_APPLICATION if is_granted_here(session, certification) else Act.RECORD_WAIVER
    check_may(session, actor, certification, act, today)
    if not actor.is_command and Relation.HOLDER in list_relations(session, actor, certification.person_id, today):
        raise Refused("Nobody puts a waiver on their own record. Ask a colleague who may.")


def _extend(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    waiver: Waiver,
    due_on: date,
    today: date,
    cause_key: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    waiver.former_due_on, waiver.former_source = cycle.due_on, cycle.due_source
    waiver.former_computed_on, waiver.former_evidence = cycle.computed_due_on, cycle.evidence
    waiver.former_armed_on, waiver.former_by_name = cycle.armed_on, cycle.release_by_name
    waiver.former_cause_id = cycle.cause_id
    move_due_day(
        session, rulebook, cycle, due_on, due_source="extended", computed_due_on=cycle.computed_due_on, armed_on=today,
        reason=None, evidence=f"{_EVIDENCE}{waiver.id}", cause_key=cause_key, actor=actor, at=at,
    )  # fmt: skip


def _move_back(
    session: Session,
    rulebook: Rulebook,
    cycle: Cycle,
    waiver: Waiver,
    reason: str,
    cause_key: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Stages of the former day that nobody was told are armed again as they were, and so is what held them."""
    former, source = waiver.former_due_on, waiver.former_source
    if former is None or source is None:
        raise Refused("What the due day was before isn't on record, so it can't be put back.")
    sources: dict[str, DueSource] = {"stated": "stated", "computed": "computed", "extended": "extended"}
    armed_on = waiver.former_armed_on or today_by_pack(rulebook, cycle.certification, waiver.recorded_at)
    move_due_day(
        session, rulebook, cycle, former, due_source=sources[source], computed_due_on=waiver.former_computed_on,
        armed_on=armed_on, reason=reason, evidence=waiver.former_evidence, actor=actor, at=at,
    )  # fmt: skip
    before = session.get(Cause, waiver.former_cause_id) if waiver.former_cause_id is not None else None
    if cause_key is not None and (before is None or before.state != "held"):
        before = get_cause(session, cause_key, at)
    cycle.release_by_name, cycle.cause_id = bool(waiver.former_by_name), before.id if before else None


def _add_version(
    session: Session, waiver: Waiver, cycle: Cycle, what: str, reason: str | None, actor: Actor, at: datetime
) -> None:
    values = next_values(waiver, _VALUES)
    session.add(WaiverVersion(waiver_id=waiver.id, **make_stamp(waiver, reason, actor, at), **values))
    kept = {"kind": waiver.kind, "requirement": waiver.requirement, "minutes": waiver.minutes}
    told = values | kept | {"due_on": waiver.due_on, "cycle": cycle.id, "reason": reason}
    record_change(session, f"waiver.{what}", waiver, [cycle.certification.person_id], told, actor=actor, at=at)
