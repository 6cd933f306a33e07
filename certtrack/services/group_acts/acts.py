"""A letter put on record for a whole group: begun once, then written member by member, some in each transaction.

How far it came is on record in the same transaction, so that it can be stopped at any moment and go on later.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certtrack.db.audit import NewEvent, record_events
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Cycle, GroupAct
from certtrack.errors import NotFound, Refused, StaleRecord
from certtrack.security import Actor, Task, list_places
from certtrack.services.cycles import list_cycles
from certtrack.services.group_acts.members import load_bases
from certtrack.services.group_acts.plan import GroupPlan
from certtrack.services.on_behalf import in_its_name
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.reminders.guard import lock_causes, look_again
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import projecting_once
from certtrack.services.waivers.records import put_on_record
from certtrack.services.waivers.typed import NewWaiver


def begin_group_act(session: Session, plan: GroupPlan, seen_digest: str, *, actor: Actor, at: datetime) -> GroupAct:
    """Put the act on record with all who are in it; nothing is given yet. What was begun already is found again.

    `seen_digest` is that of the plan that somebody has looked at. Raises StaleRecord where this one is another, Refused
    where nobody is in it.
    """
    if plan.digest != seen_digest:
        raise StaleRecord("Who is in it has changed since you looked, so nothing was written. Look at it again.")
    if not plan.members:
        raise Refused("Nobody would get anything by this, so there is nothing to put on record.")
    values = _values_of(plan) | {"digest": seen_digest, "recorded_at": at, "recorded_by": actor.key}
    is_new = insert_unless_there(session, GroupAct, **values)
    act = session.scalars(select(GroupAct).where(GroupAct.digest == seen_digest)).one()
    if is_new:
        if plan.wish.moves:
            act.cause_id = get_cause(session, f"group:{act.id}", at).id
        people = sorted({one.member.person_id for one in plan.members})
        left_out = dict(Counter(one.why for one in plan.left_out))
        record_act(session, act, "begun", people, {"left_out": left_out}, actor=actor, at=at)
    return act


def give_batch(session: Session, rulebook: Rulebook, act_id: int, *, at: datetime, limit: int) -> int:
    """Give it to the next `limit` members, in the name of who began it; how many were looked at, 0 when none is left.

    A member whose record isn't what was seen any more gets nothing, and is listed with the reason.
    """
    act = lock_act(session, act_id)
    if act.state != "under_way":
        return 0
    batch = act.members[act.done : act.done + limit]
    today = at.astimezone(ZoneInfo(rulebook.packs.get(act.pack_key).zone)).date()
    cycles = lock_cycles(session, [member["cycle"] for member in batch])
    bases = load_bases(session, ((cycle.id, cycle.no) for cycle in cycles.values()))
    skipped = []
    cause_key = f"group:{act.id}" if act.cause_id is not None else None
    with projecting_once(session, rulebook, at=at, cause_key=cause_key):
        for member in batch:
            cycle = cycles[member["cycle"]]
            why = _find_obstacle(session, cycle, member, bases[cycle.id])
            if why is None:
                _give(session, rulebook, act, cycle, member, today, at)
            else:
                skipped.append({"cycle": cycle.id, "why": why})
    act.done += len(batch)
    act.skipped = [*act.skipped, *skipped]
    if act.done == len(act.members):
        act.state, act.finished_at, act.no = "given", at, act.no + 1
        settle_cause(session, act.cause_id, at)
    session.flush()
    return len(batch)


def find_group_act(session: Session, digest: str) -> GroupAct | None:
    """The act that was begun by what had this digest; None where none was."""
    return session.scalar(select(GroupAct).where(GroupAct.digest == digest))


def get_group_act(session: Session, actor: Actor, act_id: int) -> GroupAct:
    """The act. Raises NotFound alike where there is none, or it isn't the actor's to see."""
    act = session.get(GroupAct, act_id)
    if act is None or not is_theirs(actor, act):
        raise NotFound(f"There is no act for a group with the number {act_id}.")
    return act


def list_group_acts(session: Session, actor: Actor) -> list[GroupAct]:
    """Those that the actor may see, the newest first."""
    return [act for act in session.scalars(select(GroupAct).order_by(GroupAct.id.desc())) if is_theirs(actor, act)]


def list_unfinished(session: Session) -> list[int]:
    """The numbers of acts that were begun, or are being taken back, and aren't through yet; the oldest first."""
    query = select(GroupAct.id).where(GroupAct.state.in_(("under_way", "undoing")))
    return list(session.scalars(query.order_by(GroupAct.id)))


def is_theirs(actor: Actor, act: GroupAct) -> bool:
    """True where the actor may give for groups in every office whose records the act has changed."""
    places = list_places(actor, Task.WAIVE_FOR_MANY)
    return places is None or {int(number) for number in act.places} <= places


def settle_cause(session: Session, cause_id: int | None, at: datetime) -> None:
    """All that a cause concerns is written: what waited for that is decided on anew."""
    if cause_id is not None:
        lock_causes(session, [cause_id])  # a planner that holds something just now has to be seen
        look_again(session, cause_id, at)


def _values_of(plan: GroupPlan) -> dict[str, Any]:
    wish = plan.wish
    return {
        "pack_key": wish.pack_key,
        "due_from_on": wish.due_from_on,
        "due_until_on": wish.due_until_on,
        "organization_id": wish.organization_id,
        "gives": wish.tell(),
        "from_on": wish.from_on,
        "given_by": wish.given_by,
        "letter_on": wish.letter_on,
        "words": wish.words,
        "state": "under_way",
        "places": dict(Counter(str(one.member.organization_id) for one in plan.members)),
        "members": [one.tell() for one in plan.members],
        "done": 0,
        "skipped": [],
        "undone_until": 0,
        "kept": [],
        "no": 1,
    }


def lock_act(session: Session, act_id: int) -> GroupAct:
    """The act as it is now, locked until the transaction ends: whoever else works at it waits."""
    query = select(GroupAct).where(GroupAct.id == act_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_cycles(session: Session, numbers: Sequence[int]) -> dict[int, Cycle]:
    """These cycles as they are now, with their certifications, locked likewise."""
    query = select(Cycle).where(Cycle.id.in_(numbers)).order_by(Cycle.id).with_for_update(of=Cycle)
    query = query.options(joinedload(Cycle.certification, innerjoin=True))
    return {cycle.id: cycle for cycle in session.scalars(query.execution_options(populate_existing=True))}


def _find_obstacle(session: Session, cycle: Cycle, member: Mapping[str, Any], basis: str) -> str | None:
    if cycle.closed_on is not None or cycle.is_withdrawn:
        return "over"
    if basis != member["basis"]:
        return "changed"
    others = list_cycles(session, cycle.certification_id) if "due_on" in member else []
    is_taken = any(one.due_on.isoformat() == member.get("due_on") for one in others)
    return "day_taken" if is_taken else None


def _give(
    session: Session,
    rulebook: Rulebook,
    act: GroupAct,
    cycle: Cycle,
    member: Mapping[str, Any],
    today: date,
    at: datetime,
) -> None:
    said: dict[str, Any] = {"from_on": act.from_on, "given_by": act.given_by, "words": act.words}
    news = [NewWaiver("waiver", requirement=key, **said) for key in member.get("waives", ())]
    news += [
        NewWaiver("reduction", requirement=key, minutes=minutes, **said)
        for key, minutes in member.get("takes_off", {}).items()
    ]
    if "due_on" in member:
        news.append(NewWaiver("extension", due_on=date.fromisoformat(member["due_on"]), **said))
    for new in news:
        put_on_record(
            session, rulebook, cycle, new, today, group_act_id=act.id, cause_key=f"group:{act.id}",
            actor=in_its_name(act.recorded_by), at=at,
        )  # fmt: skip


def record_act(
    session: Session,
    act: GroupAct,
    what: str,
    people: Sequence[int],
    more: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The act's one event, `group_act.WHAT`, with everybody whom it is about."""
    told = act.gives | {"pack": act.pack_key, "due_from_on": act.due_from_on, "due_until_on": act.due_until_on}
    told |= {"from_on": act.from_on, "given_by": act.given_by, "letter_on": act.letter_on, "words": act.words}
    event = NewEvent(f"group_act.{what}", ("group_act", act.id), tuple(people), {**told, **more, "no": act.no})
    record_events(session, [event], at=at, actor=actor.key)
