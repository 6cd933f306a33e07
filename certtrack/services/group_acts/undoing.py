"""What was given to a group is taken back as a whole: begun with a reason, then waiver by waiver in batches."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import false, not_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, GroupAct, Waiver
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Task, can_do
from certtrack.services.cycles import list_cycles
from certtrack.services.group_acts.acts import is_theirs, lock_act, lock_cycles, record_act, settle_cause
from certtrack.services.group_acts.members import may_give
from certtrack.services.on_behalf import in_its_name
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import projecting_once
from certtrack.services.waivers.records import rests_on, withdraw


def begin_undoing(
    session: Session, rulebook: Rulebook, act_id: int, *, expected_no: int, reason: str, actor: Actor, at: datetime
) -> GroupAct:
    """Say that the act is taken back; one that is still under way stops there. Nothing is taken back yet.

    What was given to people whose records the actor may not change, any more or as their own, is kept and listed.
    Raises NotAllowed, StaleRecord where it has changed since, Refused where it is taken back already.
    """
    act = lock_act(session, act_id)
    if not (can_do(actor, Task.WAIVE_FOR_MANY) and is_theirs(actor, act)):
        raise NotAllowed("This isn't here, or isn't yours to change.")
    if act.state in ("undoing", "undone"):
        raise Refused("This was taken back already.")
    if act.no != expected_no:
        raise StaleRecord("This has changed since you looked, so nothing was written. Look at it again.")
    act.state, act.undo_reason, act.undone_by, act.no = "undoing", reason, actor.key, act.no + 1
    if act.cause_id is not None:
        act.undo_cause_id = get_cause(session, f"group_undone:{act.id}", at).id
    act.kept = _list_not_theirs(session, rulebook, act, actor, at)
    people = session.scalars(_select_given(Certification.person_id, act))
    record_act(session, act, "undone", sorted(set(people)), {"reason": reason}, actor=actor, at=at)
    return act


def undo_batch(session: Session, rulebook: Rulebook, act_id: int, *, at: datetime, limit: int) -> int:
    """Take back the next `limit` waivers, in the name of who began it; how many were looked at, 0 when none is left.

    One that was changed by hand since is kept and listed with the reason.
    """
    act = lock_act(session, act_id)
    if act.state != "undoing":
        return 0
    today = at.astimezone(ZoneInfo(rulebook.packs.get(act.pack_key).zone)).date()
    query = select(Waiver).where(Waiver.group_act_id == act.id, Waiver.id > act.undone_until).order_by(Waiver.id)
    batch = list(session.scalars(query.limit(limit).with_for_update()))
    cycles = lock_cycles(session, [waiver.cycle_id for waiver in batch])
    kept_before = {one["waiver"] for one in act.kept}
    kept = []
    cause_key = f"group_undone:{act.id}" if act.undo_cause_id is not None else None
    with projecting_once(session, rulebook, at=at, cause_key=cause_key):
        for waiver in batch:
            if waiver.id in kept_before:
                continue
            cycle = cycles[waiver.cycle_id]
            why = _find_why_kept(session, cycle, waiver)
            if why is None:
                withdraw(
                    session, rulebook, cycle, waiver, today, reason=act.undo_reason or "",
                    cause_key=f"group_undone:{act.id}", actor=in_its_name(act.undone_by or ""), at=at,
                )  # fmt: skip
            else:
                kept.append({"waiver": waiver.id, "cycle": cycle.id, "why": why})
    act.kept = [*act.kept, *kept]
    if batch:
        act.undone_until = batch[-1].id
    if len(batch) < limit:
        act.state, act.undone_at, act.no = "undone", at, act.no + 1
        settle_cause(session, act.undo_cause_id, at)
    session.flush()
    return len(batch)


def _select_given(column: Any, act: GroupAct) -> Any:  # noqa: ANN401  # any column, of what was given
    query = select(column).select_from(Waiver).join(Cycle, Cycle.id == Waiver.cycle_id)
    query = query.join(Certification, Certification.id == Cycle.certification_id)
    return query.where(Waiver.group_act_id == act.id)


def _list_not_theirs(
    session: Session, rulebook: Rulebook, act: GroupAct, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    today = at.astimezone(ZoneInfo(rulebook.packs.get(act.pack_key).zone)).date()
    kept: dict[int, dict[str, Any]] = {}
    others = not_(may_give(actor, today))
    own = Certification.person_id.in_(same_person(actor.person_id)) if actor.person_id else false()
    for why, condition in (("not_yours", others), ("own_record", false() if actor.is_command else own)):
        for waiver in session.scalars(_select_given(Waiver, act).where(condition)):
            kept[waiver.id] = {"waiver": waiver.id, "cycle": waiver.cycle_id, "why": why}
    return list(kept.values())


def _find_why_kept(session: Session, cycle: Cycle, waiver: Waiver) -> str | None:
    if waiver.is_withdrawn:
        return "taken_back"
    if waiver.no > 1:
        return "changed"
    if cycle.closed_on is not None or cycle.is_withdrawn:
        return "over"
    if waiver.kind != "extension":
        return None
    if not rests_on(cycle, waiver):
        return "moved"
    former = waiver.former_due_on
    is_taken = any(one.due_on == former for one in list_cycles(session, cycle.certification_id) if one.id != cycle.id)
    return "day_taken" if is_taken else None
