"""The guard: first mails of one cause to more people than the policy says wait until a person releases the cause."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, literal, null, or_, select, union, update
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Certification, Cycle, GroupAct, OtherDay, Person, Reminder
from certtrack.db.queries.merges import same_people
from certtrack.services.reminders.arming import earliest_day

_TOLD = ("in_mail", "sent", "told")
COUNTED = ("planned", "held", *_TOLD)
"""States in which a reminder counts for its cause."""

Numbers = Collection[int] | Select[Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """A locked cause to be counted. `is_concerned` says which cycles may be mailed by it; certifications are joined.

    `is_whole`: no more cycles come to it. `can_pass`: it is settled once all were looked at, and it isn't too many.
    `days` says which days beside those of cycles may be mailed by it; None: none of them.
    """

    cause: Cause
    guard_above: int
    is_concerned: ColumnElement[bool]
    is_whole: bool = True
    can_pass: bool = False
    days: ColumnElement[bool] | None = None


def watch_import(cause: Cause, guard_above: int, *, is_whole: bool = True) -> Watched:
    """Watch a cause that cycles and other days name as theirs: an import, an operation on many."""
    is_concerned = and_(Cycle.cause_id == cause.id, Cycle.release_by_name.is_(False))
    return Watched(cause, guard_above, is_concerned, is_whole=is_whole, days=OtherDay.cause_id == cause.id)


def list_growing(session: Session, cause_ids: Collection[int]) -> set[int]:
    """Those of these causes to which more cycles come: what was given to a group isn't written whole yet."""
    if not cause_ids:
        return set()
    ours = or_(GroupAct.cause_id.in_(cause_ids), GroupAct.undo_cause_id.in_(cause_ids))
    query = select(GroupAct.state, GroupAct.cause_id, GroupAct.undo_cause_id).where(ours)
    found = session.execute(query.where(GroupAct.state.in_(("under_way", "undoing"))))
    growing = {cause_id if state == "under_way" else undo_id for state, cause_id, undo_id in found}
    return {number for number in growing if number is not None}


def lock_causes(session: Session, cause_ids: Collection[int]) -> dict[int, Cause]:
    """The causes by number, locked one after the other until the transaction ends: no planner slips past another."""
    if not cause_ids:
        return {}
    query = select(Cause).where(Cause.id.in_(cause_ids)).order_by(Cause.id).with_for_update(key_share=True)
    causes = session.scalars(query.execution_options(populate_existing=True))
    return {cause.id: cause for cause in causes}


def load_causes(session: Session, cause_ids: Collection[int]) -> dict[int, Cause]:
    """The causes by number, for a look: nobody is kept waiting."""
    if not cause_ids:
        return {}
    return {cause.id: cause for cause in session.scalars(select(Cause).where(Cause.id.in_(cause_ids)))}


def load_mailed(session: Session, cause_ids: Collection[int]) -> tuple[set[int], dict[int, set[int]]]:
    """Those of these causes that are open still, and whom each of those has mailed, or is about to; one query.

    They are counted as the guard counts them: what was held or let go is decided.
    """
    is_open = select(Cause.id.label("cause_id"), cast(null(), BigInteger).label("person_id")).where(
        Cause.id.in_(cause_ids), Cause.state == "open"
    )
    mailed = (
        _mailed(number).with_only_columns(literal(number, BigInteger), Reminder.recipient_id) for number in cause_ids
    )
    rows = session.execute(union(is_open, *mailed)).all()
    found: dict[int, set[int]] = {row.cause_id: set() for row in rows if row.person_id is None}
    for cause_id, person_id in rows:
        if person_id is not None and cause_id in found:
            found[cause_id].add(person_id)
    return set(found), found


def list_released(session: Session, cause_ids: Collection[int]) -> set[tuple[int | None, int]]:
    """Who was released by name: cause and person, in pairs."""
    if not cause_ids:
        return set()
    query = select(CauseRelease.cause_id, CauseRelease.person_id).where(CauseRelease.cause_id.in_(cause_ids))
    return {(cause_id, person_id) for cause_id, person_id in session.execute(query)}


def list_told(session: Session, cause_ids: Collection[int]) -> set[tuple[int | None, int]]:
    """Whom these causes have mailed already: cause and person, in pairs. Their later mails are no first ones."""
    if not cause_ids:
        return set()
    return {(cause_id, person_id) for cause_id, person_id in session.execute(_select_told(cause_ids))}


def select_told(cause_ids: Numbers, people: Collection[int]) -> Select[int | None, int]:
    """Which of these people, and of whoever is the same person as one of them, these causes have mailed already."""
    them = same_people(select(Person.id).where(Person.id.in_(people)))
    return _select_told(cause_ids).where(Reminder.recipient_id.in_(them))


def _select_told(cause_ids: Numbers) -> Select[int | None, int]:
    query = select(Reminder.cause_id, Reminder.recipient_id).distinct()
    return query.where(Reminder.cause_id.in_(cause_ids), Reminder.state.in_(_TOLD))


def hold_where_many(session: Session, watched: Iterable[Watched], is_due: ColumnElement[bool], at: datetime) -> int:
    """Hold each cause by which more people are mailed than its number says; how many reminders that stopped.

    Only first mails are stopped: whoever was mailed because of it before goes on being told.
    `is_due` says which cycles are still to be looked at. While they might make it too many, what was planned waits,
    so that nobody is mailed before the last of them was looked at; then it is looked at again.
    """
    held = 0
    for one in watched:
        cause = one.cause
        if cause.state != "open":
            continue
        mailed, to_look_at = _mailed(cause.id), _to_look_at(one, is_due, at)
        if _is_more(session, one.guard_above, mailed):
            cause.state, cause.held_at = "held", at
            held += _hold(session, cause.id, at)
        elif not one.is_whole or _is_more(session, one.guard_above, mailed, *to_look_at):
            held += _hold(session, cause.id, at)
        else:
            look_again(session, cause.id, at)
            if one.can_pass and not _is_more(session, 0, *to_look_at):
                cause.state = "passed"
    session.flush()
    return held


def look_again(session: Session, cause_id: int, at: datetime) -> None:
    """What only waited for the rest of its cause is decided on anew; lock the cause before."""
    today = earliest_day(at)
    waited = select(Reminder.subject_id).where(
        Reminder.cause_id == cause_id, Reminder.state == "held", Reminder.reason == "cause"
    )
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(waited.where(Reminder.subject_kind == "cycle")))
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        # one that is to be looked at already may be in the hands of a planner who waits for this cause
        .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(OtherDay)
        .where(OtherDay.id.in_(waited.where(Reminder.subject_kind == OtherDay.kind).correlate(OtherDay)))
        .where(or_(OtherDay.next_look_at.is_(None), OtherDay.next_look_at > at))
        .values(next_look_at=at)
        .execution_options(synchronize_session="fetch")
    )


def _is_more(session: Session, number: int, *whom: Select[int]) -> bool:
    """True where more people than that are in all of these, each counted once; no more are read than that takes."""
    some = [select(each.distinct().limit(number + 1).subquery()) for each in whom]
    people = (union(*some) if len(some) > 1 else some[0]).subquery()
    return (session.scalar(select(func.count()).select_from(people)) or 0) > number


def _mailed(cause_id: int) -> Select[int]:
    """Whom this cause has mailed, or is about to.

    Those who wait by name, or were released so, don't count: somebody decides on each of them.
    """
    return select(Reminder.recipient_id.label("person_id")).where(
        Reminder.cause_id == cause_id,
        Reminder.state.in_(COUNTED),
        or_(Reminder.reason.is_(None), Reminder.reason != "by_name"),
        Reminder.recipient_id.not_in(_released(cause_id)),
    )


def _to_look_at(watched: Watched, is_due: ColumnElement[bool], at: datetime) -> list[Select[int]]:
    """Whom it might still mail today."""
    released = _released(watched.cause.id)
    of_cycles = (
        select(Certification.person_id)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .where(watched.is_concerned, is_due)
        .where(Certification.person_id.not_in(released))
    )
    if watched.days is None:
        return [of_cycles]
    is_due_day = (OtherDay.next_look_at <= at, OtherDay.person_id.not_in(released))
    of_days = select(OtherDay.person_id).where(watched.days, *is_due_day)
    return [of_cycles, of_days]


def _hold(session: Session, cause_id: int, at: datetime) -> int:
    stopped = session.execute(
        update(Reminder)
        .where(Reminder.cause_id == cause_id, Reminder.state == "planned")
        .where(Reminder.recipient_id.not_in(_released(cause_id)), Reminder.recipient_id.not_in(_told(cause_id)))
        .values(state="held", reason="cause", planned_at=at)
        .returning(Reminder.id)
        .execution_options(synchronize_session=False)
    )
    return len(stopped.all())


def _told(cause_id: int) -> Select[int]:
    return select(Reminder.recipient_id).where(Reminder.cause_id == cause_id, Reminder.state.in_(_TOLD))


def _released(cause_id: int) -> Select[int]:
    return select(CauseRelease.person_id).where(CauseRelease.cause_id == cause_id)
