"""Which stage of a reminder policy falls on which day, and which of them a day has reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from certtrack.rules.calendar import IsDayOff, add_days, add_years, move_earlier
from certtrack.rules.cycles import CycleDays, PhaseDays, phases_of
from certtrack.rules.pack import Phase


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: so many days before the due day, or the entry into a phase after it; exactly one of the two is set."""

    key: str
    days_before: int | None = None
    enters: Phase | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a reminder policy, for the packs named in `credentials`.

    Mail goes out from `send_at`, and never from `quiet_from` to `quiet_until`, in the recipient's zone. `calendar` and
    `subdivision` name the public holidays, as ISO 3166 does. `guard_above`: a cause of more first mails than that waits
    for release. `weekend`: stages before the due day move "earlier" over days off, or not at all ("none").
    """

    key: str
    version: int
    credentials: tuple[str, ...]
    stages: tuple[Stage, ...]
    send_at: time
    quiet_from: time
    quiet_until: time
    calendar: str
    subdivision: str | None
    guard_above: int
    weekend: Literal["earlier", "none"]
    sha256: str = field(repr=False)
    raw: str = field(repr=False)

    @property
    def ref(self) -> str:
        """Key and version, as records store them: `KEY@1`."""
        return f"{self.key}@{self.version}"


@dataclass(frozen=True, slots=True)
class StageDay:
    """One stage of one cycle.

    `anchor_on` is the due day itself: its earliest reading for stages before it, its latest for those after it.
    `nominal_on` is the day that the policy names, `stage_on` the one after moving over days off. `valid_until` is the
    last day, included, on which what the mail says is true.
    """

    stage: str
    anchor_on: date
    nominal_on: date
    stage_on: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Decision:
    """What a day means for one cycle's stages: at most one is reached, and no stage is in two of the lists.

    `unarmed` lie before the record came under this policy. `next_stage_on` is None where nothing is still to come.
    """

    overtaken: tuple[StageDay, ...]
    reached: StageDay | None
    unarmed: tuple[StageDay, ...]
    next_stage_on: date | None


def stage_days(policy: Policy, days: CycleDays, is_day_off: IsDayOff) -> tuple[StageDay, ...]:
    """The stages of one cycle in order of their days.

    Those before the due day move earlier over days off, but for the last of them; those after it never move. A stage
    is left out where the pack has no such phase, or where by some reading its sentences would be untrue from the start.
    """
    moves = is_day_off if policy.weekend == "earlier" else _never
    stages = [*_before(policy, days, moves), *_after(policy, days)]
    return tuple(sorted(stages, key=_order))


def decide(stages: Iterable[StageDay], as_of: date, armed_on: date, done: frozenset[str] = frozenset()) -> Decision:
    """What `as_of` means for `stages`; `done` are the keys that have had their say.

    The most urgent stage that has come is reached, unless it is done or its last valid day has passed. Those before
    it are overtaken, and so is an expired one. Whatever was named for a day before `armed_on` is unarmed.
    """
    ordered = sorted(stages, key=_order)
    armed = [stage for stage in ordered if stage.nominal_on >= armed_on]
    come = [stage for stage in armed if stage.stage_on <= as_of]
    reached = _find_reached(come, as_of, done)
    return Decision(
        overtaken=tuple(stage for stage in come if stage.stage not in done and stage != reached),
        reached=reached,
        unarmed=tuple(stage for stage in ordered if stage.nominal_on < armed_on and stage.stage not in done),
        next_stage_on=min((s.stage_on for s in armed if s.stage_on > as_of and s.stage not in done), default=None),
    )


def _find_reached(come: Sequence[StageDay], as_of: date, done: frozenset[str]) -> StageDay | None:
    if not come or come[-1].stage in done or come[-1].valid_until < as_of:
        return None
    return come[-1]


def _order(stage: StageDay) -> tuple[date, date, str]:
    return stage.stage_on, stage.nominal_on, stage.stage


def _never(_day: date) -> bool:
    return False


def _before(policy: Policy, days: CycleDays, is_day_off: IsDayOff) -> list[StageDay]:
    steps = [(stage.key, stage.days_before) for stage in policy.stages if stage.days_before is not None]
    last = min((step for _, step in steps), default=0)
    return [_before_stage(key, step, days, _never if step == last else is_day_off) for key, step in steps]


def _before_stage(key: str, days_before: int, days: CycleDays, is_day_off: IsDayOff) -> StageDay:
    nominal_on = add_days(days.due_on, -days_before)
    return StageDay(
        stage=key,
        anchor_on=days.due_on,
        nominal_on=nominal_on,
        stage_on=move_earlier(nominal_on, is_day_off),
        valid_until=days.due_on,
    )


def _after(policy: Policy, days: CycleDays) -> list[StageDay]:
    phases = {phase.phase: phase for phase in phases_of(days)}
    stages = [_entry(stage.key, phases[stage.enters], days) for stage in policy.stages if stage.enters in phases]
    return [stage for stage in stages if stage.stage_on <= stage.valid_until]


def _entry(key: str, phase: PhaseDays, days: CycleDays) -> StageDay:
    ends_on = add_years(phase.from_on, 1) if phase.act_by == date.max else phase.act_by
    return StageDay(
        stage=key,
        anchor_on=days.due_on_latest,
        nominal_on=phase.from_on,
        stage_on=phase.from_on,
        valid_until=ends_on,
    )
