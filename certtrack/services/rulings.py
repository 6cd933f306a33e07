"""What is decided about each stage of one cycle on one day. Nothing is read or written here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from certtrack.clock import end_of
from certtrack.packs import make_days_off
from certtrack.rules.calendar import IsDayOff
from certtrack.rules.cycles import CycleDays
from certtrack.rules.reminders import Decision, Policy, StageDay, StageKey, decide, stage_days
from certtrack.services.arming import UNSENT
from certtrack.services.judging import Judge, Verdict
from certtrack.services.obstacles import FOR_GOOD, POLICY_CHANGED, is_over, list_readings
from certtrack.services.sending_hours import QuietHours, at_hour, find_send_after
from certtrack.services.subjects import MOVED, SPOKEN, Move, Row_, Subject

OVERTAKEN = "overtaken"
"""A later stage was reached before this one was sent."""
BEFORE_RECORD = "before_record"
"""The stage's day had passed when the due day came on record here."""

_WAITING = ("planned", "held")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one reminder. `row` is the one that is there already, None for a new one."""

    row: Row_ | None
    stage: str
    occurrence: int
    anchor_on: date
    stage_on: date
    state: str
    reason: str | None
    cause_id: int | None
    send_after: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Rulings:
    """All that one look at a cycle decides; rows for which nothing changes are not among them.

    `recalled` are unsent reminders that are superseded with one reason. `next_stage_on` is the day of the next look.
    """

    made: tuple[Ruling, ...]
    recalled: tuple[tuple[Row_, str], ...]
    next_stage_on: date | None


def rule(subject: Subject, at: datetime) -> Rulings:
    """Decide on every stage of the cycle that has come, as of the subject's day."""
    days = subject.days
    if days is None or is_over(subject.cycle, subject.standing):
        return Rulings((), tuple((row, "cycle_closed") for row in subject.rows if row.state in UNSENT), None)
    stages = stage_days(subject.policy, days, days_off(subject.policy))
    rows = _list_current(subject, stages)
    decision = decide(stages, subject.today, _armed_on(subject, stages), _done(rows, stages))
    judge = Judge(subject, _ask_former(subject, days))
    made = [*_rule_stages(judge, subject.policy, decision, rows, at)]
    made += _rule_move(judge, subject.policy, days, [*made, *rows.values()], at)
    said = [decision.next_stage_on, subject.next_act_on, *(each.next_stage_on for each in judge.former.values())]
    next_on = min((day for day in said if day is not None), default=None)
    return Rulings(tuple(made), tuple(_recall(subject, rows, {stage.key for stage in stages})), next_on)


def _ask_former(subject: Subject, days: CycleDays) -> dict[int, Decision]:
    """What the policies that changes replaced would have told by now: a change is not to delay that."""
    found = {}
    for wide in subject.wide:
        policy = wide.before.get(subject.certification.pack_key)
        if policy is not None:
            stages = stage_days(policy, days, days_off(policy))
            rows = _list_current(subject, stages)
            told = frozenset(key for key, row in rows.items() if row.state in (*SPOKEN, "expired"))
            found[wide.cause.id] = decide(stages, subject.today, _armed_on(subject, stages), told)
    return found


@cache
def days_off(policy: Policy) -> IsDayOff:
    """The days off of a policy, its holidays computed once a process."""
    return make_days_off(policy)


def _list_current(subject: Subject, stages: tuple[StageDay, ...]) -> dict[StageKey, Row_]:
    """The holder's reminders of the days as they are now, by stage; one that was sent goes before any other.

    One that was sent by another reading of the same day is among them: a rule that was settled since is no news.
    """
    anchors, readings = {stage.key: stage.anchor_on for stage in stages}, list_readings(subject.cycle)
    mine = [row for row in subject.rows if row.recipient_id in subject.holder_ids and _key_of(row) in anchors]
    found = [row for row in mine if anchors[_key_of(row)] == row.anchor_on or _was_told(row, readings)]
    found = [row for row in found if row.state in SPOKEN or row.recipient_id == subject.holder.id]
    return {_key_of(row): row for row in sorted(found, key=lambda row: row.state in SPOKEN)}


def _key_of(row: Row_) -> StageKey:
    return row.stage, row.occurrence


def _was_told(row: Row_, readings: set[date]) -> bool:
    return row.state in SPOKEN and row.anchor_on in readings


def _done(rows: dict[StageKey, Row_], stages: Iterable[StageDay]) -> frozenset[StageKey]:
    """Those that have had their say; somebody who told a stage in another way said it for its repeats too."""
    told = {stage for (stage, _), row in rows.items() if row.state == "told"}
    return frozenset(
        [key for key, row in rows.items() if not _is_open(row)] + [stage.key for stage in stages if stage.stage in told]
    )


def _is_open(row: Row_) -> bool:
    return row.state in UNSENT or (row.state == "superseded" and row.reason in FOR_GOOD)


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


def _rule_stages(
    judge: Judge, policy: Policy, decision: Decision, rows: dict[StageKey, Row_], at: datetime
) -> Iterator[Ruling]:
    subject = judge.subject
    has_come = bool(decision.reached or decision.overtaken)
    for stage in decision.unarmed:
        row = rows.get(stage.key)
        if row is None or row.state in _WAITING:
            reason = OVERTAKEN if row is not None and has_come else BEFORE_RECORD
            yield _set_aside(subject, policy, stage, row, reason)
    for stage in decision.overtaken:
        row = rows.get(stage.key)
        if row is None or row.state not in ("suppressed", "failed"):  # those keep the word that says why
            is_last = decision.reached is None and stage is decision.overtaken[-1]
            is_expired = is_last and stage.valid_until < subject.today
            yield _set_aside(subject, policy, stage, row, None if is_expired else OVERTAKEN)
    if decision.reached is not None:
        row = rows.get(decision.reached.key)
        verdict = judge.judge(decision.reached, row)
        yield from _make(subject, policy, decision.reached, row, verdict, at)


def _set_aside(subject: Subject, policy: Policy, stage: StageDay, row: Row_ | None, reason: str | None) -> Ruling:
    """A stage that is not to be told any more: superseded for a reason, or with None expired."""
    return Ruling(
        row=row,
        stage=stage.stage,
        occurrence=stage.occurrence,
        anchor_on=stage.anchor_on,
        stage_on=stage.stage_on,
        state="superseded" if reason else "expired",
        reason=reason,
        cause_id=subject.cycle.cause_id if row is None else row.cause_id,
        send_after=at_hour(stage.stage_on, policy.send_at, subject.zone),
        valid_until=end_of(stage.valid_until, subject.pack.zone),
    )


def _rule_move(
    judge: Judge, policy: Policy, days: CycleDays, stages: Sequence[Ruling | Row_], at: datetime
) -> Iterator[Ruling]:
    """The one mail that says which day it is now; a stage of that day which was reached since says so too."""
    subject, move = judge.subject, judge.subject.move
    if move is None:
        return
    stage = StageDay(MOVED, days.due_on, move.moved_on, move.moved_on, days.due_on, occurrence=move.no)
    row = _find_move_row(subject, move)
    if row is not None and not _is_open(row):
        return
    if any(it.state in (*_WAITING, *SPOKEN) and it.stage_on > move.moved_on for it in stages):
        if row is None or row.state in _WAITING:
            yield _set_aside(subject, policy, stage, row, OVERTAKEN)
        return
    verdict = judge.judge(stage, row)
    is_operation = subject.cause is not None and subject.cause.state != "released"
    if verdict.state == "planned" and is_operation and not subject.is_released:
        verdict = Verdict("held", "moved", verdict.cause_id)
    yield from _make(subject, policy, stage, row, verdict, at)


def _find_move_row(subject: Subject, move: Move) -> Row_ | None:
    rows = [row for row in subject.rows if row.stage == MOVED and row.occurrence == move.no]
    return next((row for row in rows if row.recipient_id == subject.holder.id), None)


def _make(
    subject: Subject, policy: Policy, stage: StageDay, row: Row_ | None, verdict: Verdict, at: datetime
) -> Iterator[Ruling]:
    send_after = find_send_after(stage.stage_on, policy.send_at, quiet_of(policy), subject.zone, at)
    valid_until = end_of(stage.valid_until, subject.pack.zone)
    if verdict.state in _WAITING and send_after > valid_until:
        verdict = Verdict("expired", None, verdict.cause_id)
    if row is not None and _stays(subject, row, verdict, send_after, at):
        return
    yield Ruling(
        row=row,
        stage=stage.stage,
        occurrence=stage.occurrence,
        anchor_on=stage.anchor_on,
        stage_on=stage.stage_on,
        state=verdict.state,
        reason=verdict.reason,
        cause_id=verdict.cause_id,
        send_after=send_after,
        valid_until=valid_until,
    )


def _stays(subject: Subject, row: Row_, verdict: Verdict, send_after: datetime, at: datetime) -> bool:
    """True where the reminder that is there says the same already, or its address was refused and is still the same."""
    if row.state == "failed":
        return subject.refused.get(row.email_id) == subject.holder.address
    if (row.state, row.reason) != (verdict.state, verdict.reason):
        return False
    if row.state == "held" and row.cause_id != verdict.cause_id:
        return False
    is_to_wait = row.retry_at is None and row.send_after > at
    return not (is_to_wait and row.send_after != send_after)


def quiet_of(policy: Policy) -> QuietHours:
    """The quiet hours of a policy."""
    return QuietHours(policy.quiet_from, policy.quiet_until)


def _recall(subject: Subject, current: dict[StageKey, Row_], stages: set[StageKey]) -> Iterator[tuple[Row_, str]]:
    """Unsent reminders of days or stages that are no more, of moves that were moved, or to somebody else's name."""
    kept = {row.id for row in current.values()}
    if subject.move is not None and (row := _find_move_row(subject, subject.move)) is not None:
        kept.add(row.id)
    for row in subject.rows:
        if row.id not in kept and row.state in UNSENT:
            if row.recipient_id != subject.holder.id:
                yield row, "merged"
            else:
                is_known = row.stage == MOVED or _key_of(row) in stages
                yield row, "day_moved" if is_known else POLICY_CHANGED
