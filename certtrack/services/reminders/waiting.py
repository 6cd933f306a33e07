"""Who waits for a release, and letting them go: at once where the planner has nothing newer to decide."""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Cycle, OtherDay, PackVersion, Reminder
from certtrack.db.together import ask_together
from certtrack.services.people import get_person
from certtrack.services.reminders.arming import earliest_day, latest_day
from certtrack.services.reminders.guard import list_released
from certtrack.services.reminders.sending_hours import QuietHours, after_quiet, known_zone
from certtrack.services.reminders.wide_causes import list_unsettled
from certtrack.services.waits import HeldMail, Waiting, make_waits, select_waits

__all__ = ["HeldMail", "Waiting", "let_go", "list_waiting", "lock_subjects"]


def list_waiting(session: Session, organization_id: int | None = None) -> list[Waiting]:
    """Everybody who waits, in the order of names; with None in every organization; one query."""
    places = None if organization_id is None else [organization_id]
    return list(make_waits(ask_together(session, *select_waits(places)), places).found)


def lock_subjects(session: Session, waits: Iterable[Waiting]) -> None:
    """Lock what they are about, in order, before its causes: a planner that holds one waits for nobody's."""
    found = list(waits)
    for table, numbers in ((Cycle, _list_cycles(found)), (OtherDay, _list_days(found))):
        query = select(table).where(table.id.in_(numbers)).order_by(table.id).with_for_update(key_share=True)
        session.scalars(query.execution_options(populate_existing=True)).all()


def _list_cycles(waits: Iterable[Waiting]) -> set[int]:
    return {one.subject_id for one in waits if one.is_of_cycle}


def _list_days(waits: Iterable[Waiting]) -> set[int]:
    return {one.subject_id for one in waits if not one.is_of_cycle}


def let_go(session: Session, waits: Sequence[Waiting], at: datetime) -> int:
    """Plan what waits and is still true; how many reminders waited.

    Where a later stage may have been reached, the last day has passed, or another cause may hold it too, the planner
    decides at its next look.
    """
    cycles = _load_cycles(session, _list_cycles(waits))
    due = {("cycle", number) for number, cycle in cycles.items() if _is_due(cycle.next_stage_on, at)}
    due |= _list_due_days(session, _list_days(waits), at)
    numbers = [one.reminder_id for one in waits if one.reminder_id is not None]
    quiet: dict[str, QuietHours] = {}
    bound = _find_bound(session, cycles.values()) | _find_bound_days(session, waits)
    for reminder in _load_reminders(session, numbers):
        subject = (reminder.subject_kind, reminder.subject_id)
        if reminder.policy_ref not in quiet:
            quiet[reminder.policy_ref] = _load_quiet(session, reminder.policy_ref)
        zone = known_zone(get_person(session, reminder.recipient_id).zone, "UTC")
        send_after = after_quiet(max(at, reminder.send_after), quiet[reminder.policy_ref], zone)
        is_true = send_after <= reminder.valid_until and subject not in due
        if reminder.state == "held" and is_true and (*subject, reminder.recipient_id) not in bound:
            reminder.state, reminder.reason, reminder.send_after = "planned", None, send_after
            reminder.planned_at = at
    session.flush()
    _look_again(session, waits, at)
    return len(numbers)


def _list_due_days(session: Session, numbers: Collection[int], at: datetime) -> set[tuple[str, int]]:
    query = select(OtherDay.kind, OtherDay.id).where(OtherDay.id.in_(numbers), OtherDay.next_look_at <= at)
    return {(kind, number) for kind, number in session.execute(query)}


def _find_bound_days(session: Session, waits: Iterable[Waiting]) -> set[tuple[str, int, int]]:
    """Days beside those of cycles that some cause may still hold, as for cycles, with their people."""
    found = [one for one in waits if not one.is_of_cycle]
    wide, query = set(list_unsettled(session)), select(OtherDay.id, OtherDay.cause_id)
    query = query.join(Cause, Cause.id == OtherDay.cause_id).where(Cause.state == "held")
    own = {row.id: row.cause_id for row in session.execute(query.where(OtherDay.id.in_(_list_days(found))))}
    released = list_released(session, wide | {*own.values()})
    return {
        (one.kind, one.subject_id, one.person_id)
        for one in found
        for number in wide | ({own[one.subject_id]} if one.subject_id in own else set())
        if (number, one.person_id) not in released
    }


def _find_bound(session: Session, cycles: Iterable[Cycle]) -> set[tuple[str, int, int]]:
    """Cycles and holders that some cause may still hold: one that concerns everybody, or a held one of their own."""
    wide, owners = set(list_unsettled(session)), {cycle.id: cycle.cause_id for cycle in cycles}
    own = select(Cause.id).where(Cause.id.in_({number for number in owners.values() if number}), Cause.state == "held")
    holding = wide | set(session.scalars(own))
    released = list_released(session, holding)
    query = select(Reminder.subject_id, Reminder.recipient_id).where(
        Reminder.subject_kind == "cycle", Reminder.subject_id.in_(owners), Reminder.state == "held"
    )
    return {
        ("cycle", cycle_id, person_id)
        for cycle_id, person_id in session.execute(query)
        if any((number, person_id) not in released for number in wide | ({owners[cycle_id]} & holding))
    }


def _is_due(next_on: date | None, at: datetime) -> bool:
    return next_on is not None and next_on <= latest_day(at)


def _look_again(session: Session, waits: Iterable[Waiting], at: datetime) -> None:
    found = list(waits)
    today, numbers = earliest_day(at), _list_cycles(found)
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(numbers), or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
    )
    session.execute(
        update(OtherDay)
        .where(OtherDay.id.in_(_list_days(found)))
        .where(or_(OtherDay.next_look_at.is_(None), OtherDay.next_look_at > at))
        .values(next_look_at=at)
    )
    nameless = {one.subject_id for one in found if one.is_by_name and one.cause_id is None}
    session.execute(update(Cycle).where(Cycle.id.in_(nameless)).values(release_by_name=False))


def _load_cycles(session: Session, cycle_ids: Collection[int]) -> dict[int, Cycle]:
    return {cycle.id: cycle for cycle in session.scalars(select(Cycle).where(Cycle.id.in_(cycle_ids)))}


def _load_reminders(session: Session, numbers: Collection[int]) -> list[Reminder]:
    query = select(Reminder).where(Reminder.id.in_(numbers)).order_by(Reminder.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _load_quiet(session: Session, policy_ref: str) -> QuietHours:
    """The quiet hours of the policy by which the reminder was planned, as its text was then."""
    key, _, version = policy_ref.rpartition("@")
    query = select(PackVersion.content).where(
        PackVersion.kind == "policy", PackVersion.key == key, PackVersion.version == int(version)
    )
    policy = tomllib.loads(session.scalars(query).one())
    return QuietHours(policy["quiet_from"], policy["quiet_until"])
