"""What is decided about each stage of one cycle on one day. Nothing is read or written here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from certtrack.rules.cycles import CycleDays
from certtrack.rules.reminders import ALL_SET, Decision, StageDay, StageKey, decide, stage_days
from certtrack.services.reminders.all_set import recall_all_set, rule_all_set
from certtrack.services.reminders.arming import UNSENT
from certtrack.services.reminders.copy_rulings import rule_copies
from certtrack.services.reminders.copy_subjects import CycleCopies
from certtrack.services.reminders.judging import Judge, Verdict
from certtrack.services.reminders.moves import MOVED, SPOKEN, Move
from certtrack.services.reminders.obstacles import POLICY_CHANGED, is_over, list_readings
from certtrack.services.reminders.rows import (
    OVERTAKEN,
    WAITING,
    Recipient,
    Ruling,
    days_off,
    is_open,
    key_of,
    quiet_of,
    recipient_of,
)
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject

__all__ = ["BEFORE_RECORD", "OVERTAKEN", "Ruling", "Rulings", "days_off", "quiet_of", "rule"]

BEFORE_RECORD = "before_record"
"""The stage's day had passed when the due day came on record here."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """All that one look at a cycle decides; rows for which nothing changes are not among them.

    `recalled` are unsent reminders that are superseded with one reason. `next_stage_on` is the day of the next look.
    """

    made: tuple[Ruling, ...]
    recalled: tuple[tuple[AnyRow, str], ...]
    next_stage_on: date | None


def rule(subject: Subject, at: datetime) -> Rulings:
    """Decide on every stage of the cycle that has come, as of the subject's day, and on the copies of each."""
    days = subject.days
    if days is None or is_over(subject.cycle, subject.standing):
        return Rulings((), tuple((row, "cycle_closed") for row in subject.rows if row.state in UNSENT), None)
    if subject.is_told_apart:
        return Rulings((), tuple((row, POLICY_CHANGED) for row in subject.rows if row.state in UNSENT), None)
    stages = stage_days(subject.policy, days, days_off(subject.policy))
    armed_on, rows = _armed_on(subject, stages), _list_current(subject, stages)
    decision = decide(stages, subject.today, armed_on, _done(rows, stages) | _list_told_apart(subject, stages))
    judge = Judge(subject, _ask_former(subject, days))
    made = [*_rule_stages(judge, decision, rows, at)]
    copies = rule_copies(CycleCopies(subject), list_copied(stages, rows, armed_on), rows, made, at)
    made += _rule_move(judge, days, [*((one.stage.stage_on, one.state) for one in made), *_list_said(rows)], at)
    made += rule_all_set(judge, days, at)
    said = [decision.next_stage_on, subject.next_act_on, copies.next_look_on]
    said += [each.next_stage_on for each in judge.former.values()]
    return Rulings(
        made=(*made, *copies.made),
        recalled=(
            *_recall(subject, rows, {stage.key for stage in stages}),
            *copies.recalled,
            *recall_all_set(subject, days),
        ),
        next_stage_on=min((day for day in said if day is not None), default=None),
    )


def _ask_former(subject: Subject, days: CycleDays) -> dict[int, Decision]:
    """What the policies that changes replaced would have told by now: a change is not to delay that."""
    found = {}
    for wide in subject.wide:
        policy = wide.before.get(subject.certification.pack_key)
        apart = policy.find_for("provisional_term") if policy is not None and subject.is_in_term else None
        if policy is not None:
            stages = stage_days(apart or policy, days, days_off(policy))
            rows = _list_current(subject, stages)
            told = frozenset(key for key, row in rows.items() if row.state in (*SPOKEN, "expired"))
            found[wide.cause.id] = decide(stages, subject.today, _armed_on(subject, stages), told)
    return found


def _list_current(subject: Subject, stages: tuple[StageDay, ...]) -> dict[StageKey, AnyRow]:
    """The holder's reminders of the days as they are now, by stage; one that was sent goes before any other.

    One that was sent by another reading of the same day is among them: a rule that was settled since is no news.
    """
    anchors, readings = {stage.key: stage.anchor_on for stage in stages}, list_readings(subject.cycle)
    mine = [row for row in _list_own(subject) if row.recipient_id in subject.holder_ids and key_of(row) in anchors]
    found = [row for row in mine if anchors[key_of(row)] == row.anchor_on or _was_told(row, readings)]
    found = [row for row in found if row.state in SPOKEN or row.recipient_id == subject.holder.id]
    return {key_of(row): row for row in sorted(found, key=lambda row: row.state in SPOKEN)}


def _list_own(subject: Subject) -> list[AnyRow]:
    """The reminders that are no copies."""
    return [row for row in subject.rows if row.audience == "holder"]


def _was_told(row: AnyRow, readings: set[date]) -> bool:
    return row.state in SPOKEN and row.anchor_on in readings


def _done(rows: dict[StageKey, AnyRow], stages: Iterable[StageDay]) -> frozenset[StageKey]:
    """Those that have had their say; somebody who told a stage in another way said it for its repeats too."""
    told = _list_told(rows)
    return frozenset(
        [key for key, row in rows.items() if not is_open(row)] + [stage.key for stage in stages if stage.stage in told]
    )


def _list_told_apart(subject: Subject, stages: Iterable[StageDay]) -> frozenset[StageKey]:
    """What the day of a provisional term told, while a policy had stages for that: its cycle tells it no more."""
    told = subject.told_in_term
    return frozenset(stage.key for stage in stages if stage.stage_on <= told.get(stage.anchor_on, date.min))


def list_copied(stages: Iterable[StageDay], rows: Mapping[StageKey, AnyRow], armed_on: date) -> tuple[StageDay, ...]:
    """The stages of which copies go, where there are any: none of those that somebody told in another way."""
    told, spoken = _list_told(rows), {key for key, row in rows.items() if row.state in SPOKEN}
    open_ = [stage for stage in stages if stage.nominal_on >= armed_on or stage.key in spoken]
    return tuple(stage for stage in open_ if stage.stage not in told)


def _list_told(rows: Mapping[StageKey, AnyRow]) -> set[str]:
    return {stage for (stage, _), row in rows.items() if row.state == "told"}


def _armed_on(subject: Subject, stages: tuple[StageDay, ...]) -> date:
    """From which day on stages are told; whoever was past the day as it came is told of the stage that they are in.

    That is somebody to be released by name, and somebody whose day a person's own act moved into the past.
    """
    come = [stage.nominal_on for stage in stages if stage.stage_on <= subject.today]
    if not come or not (subject.cycle.release_by_name or _is_moved_into_past(subject)):
        return subject.cycle.armed_on
    return min(subject.cycle.armed_on, max(come))


def _is_moved_into_past(subject: Subject) -> bool:
    move, days = subject.move, subject.days
    return move is not None and days is not None and subject.cycle.cause_id is None and days.due_on < move.moved_on


def _rule_stages(judge: Judge, decision: Decision, rows: dict[StageKey, AnyRow], at: datetime) -> Iterator[Ruling]:
    holder, own = _holder_of(judge.subject), judge.subject.cycle.cause_id
    has_come = bool(decision.reached or decision.overtaken)
    for stage in decision.unarmed:
        row = rows.get(stage.key)
        if row is None or row.state in WAITING:
            reason = OVERTAKEN if row is not None and has_come else BEFORE_RECORD
            yield holder.set_aside(stage, row, reason, own)
    for stage in decision.overtaken:
        row = rows.get(stage.key)
        if row is None or row.state not in ("suppressed", "failed"):  # those keep the word that says why
            is_last = decision.reached is None and stage is decision.overtaken[-1]
            is_expired = is_last and stage.valid_until < judge.subject.today
            yield holder.set_aside(stage, row, None if is_expired else OVERTAKEN, own)
    if decision.reached is not None:
        row = rows.get(decision.reached.key)
        verdict = judge.judge(decision.reached, row)
        yield from holder.decide(decision.reached, row, verdict, at)


def _holder_of(subject: Subject) -> Recipient:
    return recipient_of(subject, subject.holder, "holder")


def _list_said(rows: dict[StageKey, AnyRow]) -> list[tuple[date, str]]:
    return [(row.stage_on, row.state) for row in rows.values()]


def _rule_move(judge: Judge, days: CycleDays, said: Sequence[tuple[date, str]], at: datetime) -> Iterator[Ruling]:
    """The one mail that says which day it is now; a stage of that day which was reached since says so too.

    `said` are the days and states of all stages.
    """
    subject, move = judge.subject, judge.subject.move
    if move is None:
        return
    stage = StageDay(MOVED, days.due_on, move.moved_on, move.moved_on, days.due_on, occurrence=move.no)
    row, holder = _find_move_row(subject, move), _holder_of(subject)
    if row is not None and not is_open(row):
        return
    if any(state in (*WAITING, *SPOKEN) and stage_on > move.moved_on for stage_on, state in said):
        if row is None or row.state in WAITING:
            yield holder.set_aside(stage, row, OVERTAKEN, subject.cycle.cause_id)
        return
    verdict = judge.judge(stage, row)
    is_operation = subject.cause is not None and subject.cause.state != "released"
    if verdict.state == "planned" and is_operation and not subject.is_released:
        verdict = Verdict("held", "moved", verdict.cause_id)
    yield from holder.decide(stage, row, verdict, at)


def _find_move_row(subject: Subject, move: Move) -> AnyRow | None:
    rows = [row for row in subject.rows if row.stage == MOVED and row.occurrence == move.no]
    return next((row for row in rows if row.recipient_id == subject.holder.id), None)


def _recall(subject: Subject, current: dict[StageKey, AnyRow], stages: set[StageKey]) -> Iterator[tuple[AnyRow, str]]:
    """Unsent reminders of days or stages that are no more, of moves that were moved, or to somebody else's name."""
    kept = {row.id for row in current.values()}
    if subject.move is not None and (row := _find_move_row(subject, subject.move)) is not None:
        kept.add(row.id)
    for row in _list_own(subject):
        if row.id not in kept and row.state in UNSENT and row.stage != ALL_SET:
            if row.recipient_id != subject.holder.id:
                yield row, "merged"
            else:
                is_known = row.stage == MOVED or key_of(row) in stages
                yield row, "day_moved" if is_known else POLICY_CHANGED
