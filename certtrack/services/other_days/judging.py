"""Whether a stage of a day beside those of cycles is told, and because of which cause. Nothing is read here."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from certtrack.db.models import Person, Reminder
from certtrack.mail.content import CALLED_OFF, DAY_MOVED
from certtrack.rules.other_days import make_days
from certtrack.rules.reminders import Decision, Policy, StageDay, StageKey, decide, stage_days
from certtrack.rules.wishes import find_group
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.records import word_of
from certtrack.services.reminders.judging import Verdict
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.reminders.obstacles import ON_AGAIN, POLICY_CHANGED, state_of
from certtrack.services.reminders.rows import days_off
from certtrack.services.reminders.sending_hours import at_hour
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.wide_causes import WideCause


def find_obstacle(
    looked: Looked, person: Person, anchor_on: date, stage: str, copy_to: Person | None = None
) -> str | None:
    """The code of what keeps the person from being told that stage of the day now; None for nothing.

    With `copy_to`: what keeps that one from being told with a copy; `person` is the holder.
    `day_closed`: nothing is due on it any more; `called_off`: it doesn't take place, which is a stage of its own, and
    none where it is `on_again`. `day_moved`: it is another day than `anchor_on` by now. `policy_changed`: the policy
    has no such stage any more, or none at all of such a day. Else what on record of the certification keeps it from
    being told. `switched_off`: they do without it, and by the policy they may; a copy is somebody else's.
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
    if looked.silence:
        return looked.silence
    if copy_to is None and find_group(stage, looked.policy) in (person.switched_off or ()):
        return "switched_off"
    return None if (copy_to or person).address else "no_address"


def _has_no_such(looked: Looked, stage: str) -> bool:
    if looked.policy is None:
        return looked.is_dropped
    return stage not in (DAY_MOVED, CALLED_OFF) and looked.policy.find_stage(stage) is None


def judge(looked: Looked, policy: Policy, stage: StageDay, row: Reminder | None) -> Verdict:
    """Planned, suppressed, or held by a cause: its own, or one that concerns everybody and has set it going."""
    obstacle = find_obstacle(looked, looked.holder, stage.anchor_on, stage.stage)
    if obstacle is not None:
        return Verdict("suppressed", obstacle, looked.day.cause_id)
    former = ask_former(looked) if looked.wide else {}
    causes = [wide.cause for wide in looked.wide if _is_set_going(looked, policy, former, stage, row, wide)]
    cause_id = causes[0].id if causes else looked.day.cause_id
    if any(cause.state == "held" for cause in causes) or looked.is_own_held:
        return Verdict("held", "cause", cause_id)
    if stage.stage == DAY_MOVED and looked.is_to_be_released:
        return Verdict("held", "moved", cause_id)
    return Verdict("planned", None, cause_id)


def judge_copy(
    looked: Looked,
    policy: Policy,
    former: Mapping[int, Decision],
    stage: StageDay,
    row: AnyRow | None,
    recipient: Person,
) -> Verdict:
    """The same for a copy of the stage, while no cause of the day's own holds it.

    `former` is what the policies that changes replaced would have copied, by the cause.
    """
    obstacle = find_obstacle(looked, looked.holder, stage.anchor_on, stage.stage, copy_to=recipient)
    if obstacle is not None:
        return Verdict(state_of(obstacle), obstacle, None)
    causes = [wide.cause for wide in looked.wide if _is_set_going(looked, policy, former, stage, row, wide)]
    cause_id = causes[0].id if causes else None
    if any(cause.state == "held" for cause in causes):
        return Verdict("held", "cause", cause_id)
    return Verdict("planned", None, cause_id)


def list_own(looked: Looked) -> list[Reminder]:
    """The reminders that are no copies."""
    return [row for row in looked.rows if row.audience == "holder"]


def list_current(looked: Looked) -> dict[StageKey, Reminder]:
    """The reminders of the day as it is now, by stage; one that was sent goes before any other."""
    mine = [
        row for row in list_own(looked) if row.anchor_on == looked.day.due_on and row.recipient_id in looked.holder_ids
    ]
    mine = [row for row in mine if row.state in SPOKEN or row.recipient_id == looked.holder.id]
    return {(row.stage, row.occurrence): row for row in sorted(mine, key=lambda row: row.state in SPOKEN)}


def ask_former(looked: Looked) -> dict[int, Decision]:
    """What the policies that changes replaced would have told by now, by the cause: a change is not to delay that."""
    told = frozenset(key for key, row in list_current(looked).items() if row.state in (*SPOKEN, "expired"))
    found = {}
    for number, _, stages in list_former(looked):
        done = told | list_told_by_cycle(looked, stages)
        found[number] = decide(stages, looked.today, looked.day.armed_on, done)
    return found


def list_former(looked: Looked) -> list[tuple[int, Policy, tuple[StageDay, ...]]]:
    """The policies that changes replaced and what they say of the day, with the number of the change's cause."""
    return [
        (number, policy, stage_days(policy, make_days(looked.day.due_on), days_off(policy)))
        for number, policy in looked.former.items()
        if policy is not None
    ]


def list_told_by_cycle(looked: Looked, stages: Iterable[StageDay]) -> frozenset[StageKey]:
    """What the cycle of a provisional term told, while the policy had no stages for that: its day tells it no more."""
    return frozenset(stage.key for stage in stages if stage.stage_on <= looked.told_until)


def _is_set_going(
    looked: Looked,
    policy: Policy,
    former: Mapping[int, Decision],
    stage: StageDay,
    row: AnyRow | None,
    wide: WideCause,
) -> bool:
    """True where the stage would not be mailed but for the cause."""
    if wide.kind == "restored":
        return _may_be_sent(looked, policy, stage, row, wide)
    changed_on = wide.at.astimezone(ZoneInfo(looked.office_zone)).date()
    if stage.stage in (DAY_MOVED, CALLED_OFF) or stage.stage_on > changed_on:
        return False
    before = former.get(wide.cause.id)
    return before is None or before.reached is None


def _may_be_sent(looked: Looked, policy: Policy, stage: StageDay, row: AnyRow | None, wide: WideCause) -> bool:
    """True where its hour had come when the restored database was noticed; never for what was put on record since."""
    if row is not None and row.cause_id == wide.cause.id:
        return True
    if row is not None and (row.planned_at > wide.at or (row.state == "planned" and row.send_after > wide.at)):
        return False
    if row is None and looked.look_at is not None and looked.look_at > wide.at:
        return False
    return at_hour(stage.stage_on, policy.send_at, looked.zone) <= wide.at
