"""What is decided about each stage of a day beside those of cycles. Nothing is read or written here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from certtrack.clock import end_of
from certtrack.db.models import Person, Reminder
from certtrack.mail.content import CALLED_OFF, DAY_MOVED
from certtrack.rules.other_days import make_days
from certtrack.rules.reminders import Decision, Policy, StageDay, StageKey, decide, stage_days
from certtrack.services.arming import UNSENT
from certtrack.services.judging import Verdict
from certtrack.services.obstacles import POLICY_CHANGED
from certtrack.services.other_days.loading import Looked
from certtrack.services.other_days.records import CLOSED, word_of
from certtrack.services.reminder_rows import stays
from certtrack.services.rulings import days_off, quiet_of
from certtrack.services.sending_hours import at_hour, find_send_after
from certtrack.services.subjects import SPOKEN
from certtrack.services.wide_causes import WideCause

ON_AGAIN = "on_again"
"""What was called off takes place after all."""

FOR_GOOD = frozenset({CLOSED, CALLED_OFF, ON_AGAIN, DAY_MOVED, POLICY_CHANGED})
"""Codes that mean another decision has taken this one's place: the reminder is superseded, not suppressed."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one reminder. `row` is the one that is there already, None for a new one.

    `cause_id` is the cause that it counts for, None where it has none.
    """

    row: Reminder | None
    stage: StageDay
    state: str
    reason: str | None
    cause_id: int | None
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


def find_obstacle(looked: Looked, person: Person, anchor_on: date, stage: str) -> str | None:
    """The code of what keeps the person from being told that stage of the day now; None for nothing.

    `day_closed`: nothing is due on it any more; `called_off`: it doesn't take place, which is a stage of its own, and
    none where it is `on_again`. `day_moved`: it is another day than `anchor_on` by now. `policy_changed`: the policy
    has no such stage any more, or none at all of such a day. Else what on record of the certification keeps it from
    being told.
    """
    day = looked.day
    if person.died_on is not None and person.died_on <= looked.today:
        return "died"
    if stage == CALLED_OFF and day.closed_for != CALLED_OFF:
        return ON_AGAIN
    if stage != CALLED_OFF and day.closed_on is not None:
        return word_of(day)
    if day.due_on != anchor_on:
        return DAY_MOVED
    if _has_no_such(looked, stage):
        return POLICY_CHANGED
    return looked.silence or (None if person.address else "no_address")


def _has_no_such(looked: Looked, stage: str) -> bool:
    if looked.policy is None:
        return looked.is_dropped
    return stage not in (DAY_MOVED, CALLED_OFF) and looked.policy.find_stage(stage) is None


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
    rows = _list_current(looked)
    done = frozenset(key for key, row in rows.items() if not _is_open(row)) | _list_told_by_cycle(looked, stages)
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
    nexts = [decision.next_stage_on, *(each.next_stage_on for each in _ask_former(looked).values())]
    next_on = min((day for day in nexts if day is not None), default=None)
    return Rulings(tuple(made), tuple(_recall(looked, rows, known)), next_on)


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
    rows = _list_current(looked)
    row = rows.get(stage.key) if stage is not None else None
    made = tuple(_tell(looked, policy, stage, row, at)) if stage is not None else ()
    kept = row.id if row is not None else None
    unsent = [one for one in looked.rows if one.id != kept and one.state in UNSENT]
    gone = [(one, "merged" if one.recipient_id != looked.holder.id else word_of(looked.day)) for one in unsent]
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


def _list_current(looked: Looked) -> dict[StageKey, Reminder]:
    """The reminders of the day as it is now, by stage; one that was sent goes before any other."""
    mine = [row for row in looked.rows if row.anchor_on == looked.day.due_on and row.recipient_id in looked.holder_ids]
    mine = [row for row in mine if row.state in SPOKEN or row.recipient_id == looked.holder.id]
    return {(row.stage, row.occurrence): row for row in sorted(mine, key=lambda row: row.state in SPOKEN)}


def _is_open(row: Reminder) -> bool:
    return row.state in UNSENT or (row.state == "superseded" and row.reason in FOR_GOOD)


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
    told = [row for row in looked.rows if row.state in SPOKEN or row.email_id in looked.doubtful]
    return sorted(told, key=lambda row: (row.settled_at is None, row.settled_at or row.planned_at, row.id))


def _set_aside(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, reason: str) -> Ruling:
    send_after = at_hour(stage.stage_on, policy.send_at, looked.zone)
    valid_until = end_of(stage.valid_until, looked.office_zone)
    cause_id = row.cause_id if row is not None else looked.day.cause_id
    return Ruling(row, stage, "superseded", reason, cause_id, send_after, valid_until)


def _tell(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, at: datetime) -> Iterator[Ruling]:
    obstacle = find_obstacle(looked, looked.holder, stage.anchor_on, stage.stage)
    send_after = find_send_after(stage.stage_on, policy.send_at, quiet_of(policy), looked.zone, at)
    valid_until = end_of(stage.valid_until, looked.office_zone)
    if obstacle is not None:
        verdict = Verdict("suppressed", obstacle, looked.day.cause_id)
    elif send_after > valid_until:
        verdict = Verdict("expired", None, looked.day.cause_id)
    else:
        verdict = _ask_causes(looked, policy, stage, row)
    if row is None or not stays(row, verdict, send_after, at, looked.refused, looked.holder.address):
        yield Ruling(row, stage, verdict.state, verdict.reason, verdict.cause_id, send_after, valid_until)


def _ask_causes(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None) -> Verdict:
    """Planned, or held where a cause holds it: its own, or one that concerns everybody and has set it going."""
    causes = [wide.cause for wide in looked.wide if _is_set_going(looked, policy, stage, row, wide)]
    cause_id = causes[0].id if causes else looked.day.cause_id
    if any(cause.state == "held" for cause in causes) or looked.is_own_held:
        return Verdict("held", "cause", cause_id)
    if stage.stage == DAY_MOVED and looked.is_to_be_released:
        return Verdict("held", "moved", cause_id)
    return Verdict("planned", None, cause_id)


def _is_set_going(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, wide: WideCause) -> bool:
    """True where the stage would not be mailed but for the cause."""
    if wide.kind == "restored":
        return _may_be_sent(looked, policy, stage, row, wide)
    changed_on = wide.at.astimezone(ZoneInfo(looked.office_zone)).date()
    if stage.stage in (DAY_MOVED, CALLED_OFF) or stage.stage_on > changed_on:
        return False
    former = _ask_former(looked).get(wide.cause.id)
    return former is None or former.reached is None


def _ask_former(looked: Looked) -> dict[int, Decision]:
    """What the policies that changes replaced would have told by now, by the cause: a change is not to delay that."""
    told = frozenset(key for key, row in _list_current(looked).items() if row.state in (*SPOKEN, "expired"))
    found = {}
    for number, policy in looked.former.items():
        if policy is not None:
            stages = stage_days(policy, make_days(looked.day.due_on), days_off(policy))
            done = told | _list_told_by_cycle(looked, stages)
            found[number] = decide(stages, looked.today, looked.day.armed_on, done)
    return found


def _list_told_by_cycle(looked: Looked, stages: Iterable[StageDay]) -> frozenset[StageKey]:
    """What the cycle of a provisional term told, while the policy had no stages for that: its day tells it no more."""
    return frozenset(stage.key for stage in stages if stage.stage_on <= looked.told_until)


def _may_be_sent(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None, wide: WideCause) -> bool:
    """True where its hour had come when the restored database was noticed; never for what was put on record since."""
    if row is not None and row.cause_id == wide.cause.id:
        return True
    if row is not None and (row.planned_at > wide.at or (row.state == "planned" and row.send_after > wide.at)):
        return False
    if row is None and looked.look_at is not None and looked.look_at > wide.at:
        return False
    return at_hour(stage.stage_on, policy.send_at, looked.zone) <= wide.at


def _recall(looked: Looked, current: dict[StageKey, Reminder], known: set[StageKey]) -> Iterator[tuple[Reminder, str]]:
    """Unsent reminders of days or stages that are no more, or to somebody else's name."""
    kept = {row.id for key, row in current.items() if key in known}
    for row in looked.rows:
        if row.id not in kept and row.state in UNSENT:
            if row.recipient_id != looked.holder.id:
                yield row, "merged"
            elif row.stage == CALLED_OFF:
                yield row, ON_AGAIN
            else:
                yield row, DAY_MOVED if row.anchor_on != looked.day.due_on else POLICY_CHANGED
