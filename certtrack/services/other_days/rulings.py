"""What is decided about each stage of a day beside those of cycles. Nothing is read or written here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from certtrack.db.models import Reminder
from certtrack.mail.content import CALLED_OFF, DAY_MOVED
from certtrack.rules.other_days import make_days
from certtrack.rules.reminders import Policy, StageDay, StageKey, decide, stage_days
from certtrack.services.other_days.copying import DayCopies, make_recipient
from certtrack.services.other_days.judging import (
    ask_former,
    find_obstacle,
    judge,
    list_current,
    list_own,
    list_told_by_cycle,
)
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.records import word_of
from certtrack.services.reminders.arming import UNSENT
from certtrack.services.reminders.copy_rulings import rule_copies
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.reminders.obstacles import ON_AGAIN, POLICY_CHANGED
from certtrack.services.reminders.rows import Ruling, days_off, is_open
from certtrack.services.reminders.rulings import list_copied
from certtrack.services.reminders.subject_rows import AnyRow


@dataclass(frozen=True, slots=True)
class Rulings:
    """All that one look decides. `recalled` are unsent reminders with why they are none any more.

    `next_on` is the day of the next look, None where nothing is to come.
    """

    made: tuple[Ruling, ...]
    recalled: tuple[tuple[AnyRow, str], ...]
    next_on: date | None


def list_dropped(looked: Looked) -> list[tuple[Reminder, str]]:
    """The unsent reminders of a day of which the policy says nothing any more, with why; where there is none, none."""
    return [(row, POLICY_CHANGED) for row in looked.rows if looked.is_dropped and row.state in UNSENT]


def rule_day(looked: Looked, policy: Policy, at: datetime) -> Rulings:
    """Decide on every stage of the day that has come; one that has moved since a mail about it is told once.

    So is one that was called off.
    """
    if looked.day.closed_on is not None:
        return _rule_closed(looked, policy, at)
    stages = stage_days(policy, make_days(looked.day.due_on), days_off(policy))
    rows = list_current(looked)
    done = frozenset(key for key, row in rows.items() if not is_open(row)) | list_told_by_cycle(looked, stages)
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
    copies = rule_copies(DayCopies(looked, policy), _list_copied(looked, stages, rows), rows, made, at)
    known = {*(stage.key for stage in stages), *((DAY_MOVED, row.occurrence) for row in rows.values())}
    nexts = [decision.next_stage_on, *(each.next_stage_on for each in ask_former(looked).values())]
    next_on = min((day for day in (*nexts, copies.next_look_on) if day is not None), default=None)
    return Rulings((*made, *copies.made), (*_recall(looked, rows, known), *copies.recalled), next_on)


def list_coming(looked: Looked) -> Iterator[tuple[StageDay, str | None]]:
    """The stages after today that are to be told, each with the code of what keeps it back as things are now."""
    if looked.policy is None:
        return
    for stage in stage_days(looked.policy, make_days(looked.day.due_on), days_off(looked.policy)):
        if stage.stage_on > looked.today and stage.nominal_on >= looked.day.armed_on:
            yield stage, find_obstacle(looked, looked.holder, stage.anchor_on, stage.stage)


def _rule_closed(looked: Looked, policy: Policy, at: datetime) -> Rulings:
    """Whoever was told of a day that is called off is told so; nothing else is."""
    stage = _find_calling_off(looked)
    rows = list_current(looked)
    row = rows.get(stage.key) if stage is not None else None
    made = tuple(_tell(looked, policy, stage, row, at)) if stage is not None else ()
    kept = row.id if row is not None else None
    unsent = [one for one in looked.rows if one.id != kept and one.state in UNSENT]
    gone = [(one, "merged" if _is_former(looked, one) else word_of(looked.day)) for one in unsent]
    return Rulings(made, tuple(gone), None)


def _rule_reached(
    looked: Looked, policy: Policy, reached: StageDay | None, rows: dict[StageKey, Reminder], at: datetime
) -> Iterator[Ruling]:
    """The stage reached; where the day has moved since a mail about it, the mail that says so goes in its place.

    Where an operation on many moved it that mail waits for release, and a stage that comes meanwhile goes in its place.
    """
    moved = _find_move(looked)
    by_stage = looked.is_to_be_released
    if moved is not None and by_stage and reached is not None and reached.stage_on > moved.stage_on:
        if (row := rows.get(moved.key)) is None or row.state in ("planned", "held"):
            yield _set_aside(looked, policy, moved, row, "overtaken")
    elif moved is not None:
        yield from _tell(looked, policy, moved, rows.get(moved.key), at)
    if reached is not None and moved is not None and not by_stage:
        yield _set_aside(looked, policy, reached, rows.get(reached.key), "overtaken")
    elif reached is not None:
        yield from _tell(looked, policy, reached, rows.get(reached.key), at)


def _find_move(looked: Looked) -> StageDay | None:
    """The mail that says which day it is now; None where the last mail said so, or none was ever sent.

    It says so, too, where the last mail was that the day is called off; not where no act moved it, but another look at
    the rules did. Hours that are added to others move a requirement's day on and on: that it is later once more is told
    by its next stage.
    """
    told, due_on = _list_told(looked), looked.day.due_on
    if not told or due_on < looked.today or (told[-1].anchor_on == due_on and told[-1].stage != CALLED_OFF):
        return None
    is_later_again = told[-1].stage == DAY_MOVED and told[-1].anchor_on < looked.day.due_on
    by_itself = looked.day.moved_by_many and looked.day.cause_id is None
    if by_itself or (looked.kind == "requirement" and is_later_again):
        return None
    times = sum(row.stage == DAY_MOVED for row in told)
    return StageDay(DAY_MOVED, due_on, looked.day.armed_on, looked.day.armed_on, due_on, occurrence=times + 1)


def _find_calling_off(looked: Looked) -> StageDay | None:
    """The mail that says that the day is called off; None where the last one said so, or none was ever sent."""
    told, day = _list_told(looked), looked.day
    if day.closed_for != CALLED_OFF or day.due_on < looked.today or not told or told[-1].stage == CALLED_OFF:
        return None
    times, closed_on = sum(row.stage == CALLED_OFF for row in told), day.closed_on or looked.today
    return StageDay(CALLED_OFF, day.due_on, closed_on, closed_on, day.due_on, occurrence=times + 1)


def was_told(looked: Looked) -> bool:
    """True where the holder was told of the day, or may have been."""
    return bool(_list_told(looked))


def _list_told(looked: Looked) -> list[Reminder]:
    """What the holder was told, or may have been, in the order of telling; a row may have been told anew."""
    told = [row for row in list_own(looked) if row.state in SPOKEN or row.email_id in looked.doubtful]
    return sorted(told, key=lambda row: (row.settled_at is None, row.settled_at or row.planned_at, row.id))


def _set_aside(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, reason: str) -> Ruling:
    return make_recipient(looked, policy, looked.holder, "holder").set_aside(stage, row, reason, looked.day.cause_id)


def _tell(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, at: datetime) -> Iterator[Ruling]:
    verdict = judge(looked, policy, stage, row)
    return make_recipient(looked, policy, looked.holder, "holder").decide(stage, row, verdict, at)


def _list_copied(looked: Looked, stages: Iterable[StageDay], rows: Mapping[StageKey, Reminder]) -> tuple[StageDay, ...]:
    """The stages of which copies go, where there are any; none that the cycle told, and copied as far as it was to."""
    by_cycle = list_told_by_cycle(looked, stages)
    return tuple(stage for stage in list_copied(stages, rows, looked.day.armed_on) if stage.key not in by_cycle)


def _is_former(looked: Looked, row: Reminder) -> bool:
    """True for what was to be told to the holder under a number that was merged."""
    return row.audience == "holder" and row.recipient_id != looked.holder.id


def _recall(looked: Looked, current: dict[StageKey, Reminder], known: set[StageKey]) -> Iterator[tuple[Reminder, str]]:
    """Unsent reminders of days or stages that are no more, or to somebody else's name."""
    kept = {row.id for key, row in current.items() if key in known}
    for row in list_own(looked):
        if row.id not in kept and row.state in UNSENT:
            if row.recipient_id != looked.holder.id:
                yield row, "merged"
            elif row.stage == CALLED_OFF:
                yield row, ON_AGAIN
            else:
                yield row, DAY_MOVED if row.anchor_on != looked.day.due_on else POLICY_CHANGED
