"""Whether a stage that was reached is planned, held or suppressed, and because of which cause. Nothing is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from certtrack.db.models import Person
from certtrack.rules.reminders import Decision, StageDay
from certtrack.services.reminders.moves import MOVED
from certtrack.services.reminders.obstacles import find_obstacle, state_of
from certtrack.services.reminders.sending_hours import at_hour
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject
from certtrack.services.reminders.wide_causes import WideCause


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is decided of a stage, and why; `cause_id` is the cause that it counts for, None where it has none."""

    state: str
    reason: str | None
    cause_id: int | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the stages of one cycle. `former` is what policies that were replaced say of its day, by their cause."""

    subject: Subject
    former: Mapping[int, Decision]

    def judge(self, stage: StageDay, row: AnyRow | None) -> Verdict:
        """Planned, held or suppressed. What several causes hold waits for all of them, the first of them by name."""
        subject, own = self.subject, self.subject.cycle.cause_id
        obstacle = find_obstacle(
            *(subject.holder, subject.standing, subject.cycle, stage.anchor_on, stage.stage),
            occurrence=stage.occurrence,
            policy=subject.policy,
        )
        if obstacle is not None:
            return Verdict(state_of(obstacle), obstacle, own)
        if subject.cycle.release_by_name and not subject.is_released:
            return Verdict("held", "by_name", own)
        causes = [wide.cause for wide in subject.wide if self._is_set_going(wide, stage, row)]
        cause_id = causes[0].id if causes else own
        if any(cause.state == "held" for cause in causes) or self._is_own_held():
            return Verdict("held", "cause", cause_id)
        return Verdict("planned", None, cause_id)

    @property
    def waits_for_release(self) -> bool:
        """True while nobody is to be told of the cycle, by mail or by a copy, until somebody releases it."""
        by_name = self.subject.cycle.release_by_name and not self.subject.is_released
        return by_name or self._is_own_held()

    def judge_copy(self, stage: StageDay, row: AnyRow | None, recipient: Person) -> Verdict:
        """The same for a copy of the stage, once `waits_for_release` is over: no cause of the cycle's own holds it."""
        subject = self.subject
        obstacle = find_obstacle(
            subject.holder, subject.standing, subject.cycle, stage.anchor_on, stage.stage, copy_to=recipient
        )
        if obstacle is not None:
            return Verdict(state_of(obstacle), obstacle, None)
        causes = [wide.cause for wide in subject.wide if self._is_set_going(wide, stage, row)]
        cause_id = causes[0].id if causes else None
        if any(cause.state == "held" for cause in causes):
            return Verdict("held", "cause", cause_id)
        return Verdict("planned", None, cause_id)

    def _is_own_held(self) -> bool:
        subject = self.subject
        is_held = subject.cause is not None and subject.cause.state == "held"
        return is_held and not subject.is_told and not subject.is_released

    def _is_set_going(self, wide: WideCause, stage: StageDay, row: AnyRow | None) -> bool:
        """True where the stage would not be mailed but for the cause; never for what was put on record since."""
        if self.subject.cycle.recorded_at > wide.at:
            return False
        return self._may_be_sent(wide, stage, row) if wide.kind == "restored" else self._is_new(wide, stage)

    def _may_be_sent(self, wide: WideCause, stage: StageDay, row: AnyRow | None) -> bool:
        """True where its hour had come when the restored database was noticed: nobody knows what was mailed since."""
        subject = self.subject
        if row is not None and row.state == "planned" and row.send_after > wide.at:
            return False
        if stage.stage == MOVED:
            return subject.move is not None and subject.move.moved_at <= wide.at
        return at_hour(stage.stage_on, subject.policy.send_at, subject.zone) <= wide.at

    def _is_new(self, wide: WideCause, stage: StageDay) -> bool:
        """True for a stage that had come on the day of the change, where the former policy has nothing to tell now."""
        changed_on = wide.at.astimezone(ZoneInfo(self.subject.pack.zone)).date()
        if stage.stage == MOVED or stage.stage_on > changed_on:
            return False
        former = self.former.get(wide.cause.id)
        return former is None or former.reached is None
