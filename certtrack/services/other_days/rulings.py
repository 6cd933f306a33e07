"""What is decided about each stage of a day beside those of cycles. Nothing is read or written here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from certtrack.clock import end_of
from certtrack.db.models import OtherDay, Person, Reminder
from certtrack.mail.content import DAY_MOVED
from certtrack.rules.other_days import make_days
from certtrack.rules.reminders import Policy, StageDay, StageKey, decide, stage_days
from certtrack.services.arming import UNSENT
from certtrack.services.judging import Verdict
from certtrack.services.other_days.loading import Looked
from certtrack.services.other_days.records import CLOSED
from certtrack.services.reminder_rows import stays
from certtrack.services.rulings import days_off, quiet_of
from certtrack.services.sending_hours import at_hour, find_send_after
from certtrack.services.subjects import SPOKEN

FOR_GOOD = frozenset({CLOSED, "day_moved", "policy_changed"})
"""Codes that mean another decision has taken this one's place: the reminder is superseded, not suppressed."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one reminder. `row` is the one that is there already, None for a new one."""

    row: Reminder | None
    stage: StageDay
    state: str
    reason: str | None
    send_after: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Rulings:
    """All that one look decides. `recalled` are unsent reminders with why they are none any more.

    `next_on` is the day of the next look, None where nothing is to come.
    """

    made: tuple[Ruling, ...]
    recalled: tuple[tuple[Reminder, str], ...]
    next_on: date | None


def find_obstacle(day: OtherDay, person: Person, validity: str | None, anchor_on: date, today: date) -> str | None:
    """The code of what keeps the person from being told of the day now; None for nothing.

    `day_closed`: nothing is due on it any more. `day_moved`: it is another day than `anchor_on` by now.
    """
    if person.died_on is not None and person.died_on <= today:
        return "died"
    if day.closed_on is not None:
        return CLOSED
    if day.due_on != anchor_on:
        return "day_moved"
    return validity or (None if person.address else "no_address")


def rule_day(looked: Looked, policy: Policy, at: datetime) -> Rulings:
    """Decide on every stage of the day that has come; one that has moved since a mail about it is told once."""
    stages = stage_days(policy, make_days(looked.day.due_on), days_off(policy))
    rows = _list_current(looked)
    done = frozenset(key for key, row in rows.items() if not _is_open(row))
    decision = decide(stages, looked.today, looked.day.armed_on, done)
    made: list[Ruling] = []
    for stage in decision.unarmed:
        row = rows.get(stage.key)
        if row is None or row.state in ("planned", "held"):
            made.append(_set_aside(looked, policy, stage, row, "before_record"))
    for stage in decision.overtaken:
        row = rows.get(stage.key)
        if row is None or row.state not in ("suppressed", "failed"):  # those keep the word that says why
            made.append(_set_aside(looked, policy, stage, row, "overtaken"))
    made += _rule_reached(looked, policy, decision.reached, rows, at)
    known = {*(stage.key for stage in stages), *((DAY_MOVED, row.occurrence) for row in rows.values())}
    return Rulings(tuple(made), tuple(_recall(looked, rows, known)), decision.next_stage_on)


def _rule_reached(
    looked: Looked, policy: Policy, reached: StageDay | None, rows: dict[StageKey, Reminder], at: datetime
) -> Iterator[Ruling]:
    """The stage reached; where the day has moved since a mail about it, the mail that says so goes in its place."""
    moved = _find_move(looked)
    if moved is not None:
        yield from _tell(looked, policy, moved, rows.get(moved.key), at)
    if reached is not None and moved is not None:
        yield _set_aside(looked, policy, reached, rows.get(reached.key), "overtaken")
    elif reached is not None:
        yield from _tell(looked, policy, reached, rows.get(reached.key), at)


def _list_current(looked: Looked) -> dict[StageKey, Reminder]:
    """The reminders of the day as it is now, by stage; one that was sent goes before any other."""
    mine = [row for row in looked.rows if row.anchor_on == looked.day.due_on and row.recipient_id in looked.holder_ids]
    mine = [row for row in mine if row.state in SPOKEN or row.recipient_id == looked.holder.id]
    return {(row.stage, row.occurrence): row for row in sorted(mine, key=lambda row: row.state in SPOKEN)}


def _is_open(row: Reminder) -> bool:
    return row.state in UNSENT or (row.state == "superseded" and row.reason in FOR_GOOD)


def _find_move(looked: Looked) -> StageDay | None:
    """The mail that says which day it is now; None where the last mail said so, or none was ever sent."""
    told = [row for row in looked.rows if row.state in SPOKEN]
    if not told or told[-1].anchor_on == looked.day.due_on or looked.day.due_on < looked.today:
        return None
    times = sum(row.stage == DAY_MOVED for row in told)
    due_on = looked.day.due_on
    return StageDay(DAY_MOVED, due_on, looked.day.armed_on, looked.day.armed_on, due_on, occurrence=times + 1)


def _set_aside(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, reason: str) -> Ruling:
    send_after = at_hour(stage.stage_on, policy.send_at, looked.zone)
    return Ruling(row, stage, "superseded", reason, send_after, end_of(stage.valid_until, looked.office_zone))


def _tell(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, at: datetime) -> Iterator[Ruling]:
    obstacle = find_obstacle(looked.day, looked.holder, looked.validity, stage.anchor_on, looked.today)
    send_after = find_send_after(stage.stage_on, policy.send_at, quiet_of(policy), looked.zone, at)
    valid_until = end_of(stage.valid_until, looked.office_zone)
    state = "suppressed" if obstacle else "expired" if send_after > valid_until else "planned"
    verdict = Verdict(state, obstacle, None)
    if row is None or not stays(row, verdict, send_after, at, looked.refused, looked.holder.address):
        yield Ruling(row, stage, state, obstacle, send_after, valid_until)


def _recall(looked: Looked, current: dict[StageKey, Reminder], known: set[StageKey]) -> Iterator[tuple[Reminder, str]]:
    """Unsent reminders of days or stages that are no more, or to somebody else's name."""
    kept = {row.id for key, row in current.items() if key in known}
    for row in looked.rows:
        if row.id not in kept and row.state in UNSENT:
            if row.recipient_id != looked.holder.id:
                yield row, "merged"
            else:
                yield row, "day_moved" if row.anchor_on != looked.day.due_on else "policy_changed"
