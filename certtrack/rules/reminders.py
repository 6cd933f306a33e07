"""Which stage of a reminder policy falls on which day, and which of them a day has reached."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from certtrack.rules.calendar import IsDayOff, add_days, add_years, move_earlier
from certtrack.rules.cycles import CycleDays, PhaseDays, get_phase, phases_of
from certtrack.rules.other_days import OtherKind
from certtrack.rules.pack import Phase

CopyTo = Literal["supervisor", "organization"]
Audience = Literal["holder", CopyTo]
"""As whom somebody gets a reminder: the one whom it is about, or with a copy because of it."""

StageKey = tuple[str, int]
"""A stage's key and its occurrence: 0 for the first time, 1 and up where it is repeated."""

DUE_DAY = "due_day"
"""The stage on the due day itself."""
ALL_SET = "all_set"
"""What somebody is told who was reminded, once a new day is on record: no stage of a policy, but said by it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: so many days before the due day (0: on it), so many after it, or the entry into a phase after it.

    Exactly one of the three is set. It comes again every `repeat_every_days`, at most `repeats` times. `copies` say who
    is told of it too, some days after the holder. `can_switch_off`: the holder may do without it. `both_addresses`: it
    goes to both of the holder's addresses where they have two.
    """

    key: str
    days_before: int | None = None
    days_after: int | None = None
    enters: Phase | None = None
    copies: tuple[CopyTo, ...] = ()
    repeat_every_days: int = 0
    repeats: int = 0
    can_switch_off: bool = False
    both_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a reminder policy, for the packs named in `credentials`.

    In force from `from_on` (None: at once) until a newer version is. `lead_times` are the stages of single packs that
    have others than `stages`; `for_pack` chooses. `subjects` are those of what falls due beside cycles; `find_for`
    chooses. Copies come `copy_after_days` after the holder's own mail. `all_set`: whoever was reminded is told once
    when a new day is on record.
    Mail goes out from `send_at`, and never from `quiet_from` to `quiet_until`, in the recipient's zone. `calendar` and
    `subdivision` name the public holidays, as ISO 3166 does. `guard_above`: a cause of more first mails than that waits
    for release. `weekend`: stages before the due day move "earlier" over days off, or not at all ("none").
    """

    key: str
    version: int
    from_on: date | None
    credentials: tuple[str, ...]
    stages: tuple[Stage, ...]
    lead_times: tuple[tuple[str, tuple[Stage, ...]], ...]
    subjects: tuple[tuple[OtherKind, tuple[Stage, ...]], ...]
    copy_after_days: int
    all_set: bool
    send_at: time
    quiet_from: time
    quiet_until: time
    calendar: str
    subdivision: str | None
    guard_above: int
    weekend: Literal["earlier", "none"]
    sha256: str = field(repr=False)
    raw: str = field(repr=False)

    def __hash__(self) -> int:
        return hash((self.key, self.version, self.sha256))  # asked for at each look at a cycle; the whole is long

    @property
    def ref(self) -> str:
        """Key and version, as records store them: `KEY@1`."""
        return f"{self.key}@{self.version}"

    @property
    def has_copies(self) -> bool:
        """True where anybody but the holder may be told of a stage."""
        return any(stage.copies for stage in self.stages)

    def for_pack(self, key: str) -> "Policy":
        """The policy with the stages that the pack of that key goes by."""
        return next((replace(self, stages=stages) for pack, stages in self.lead_times if pack == key), self)

    def find_for(self, kind: OtherKind) -> "Policy | None":
        """The policy with the stages of that kind of day; None where it says nothing of it."""
        return next((replace(self, stages=stages) for one, stages in self.subjects if one == kind), None)

    def find_stage(self, key: str) -> Stage | None:
        """The stage of that key; None where the policy has none such."""
        return next((stage for stage in self.stages if stage.key == key), None)


@dataclass(frozen=True, slots=True)
class StageDay:
    """One stage of one cycle, or one repeat of it.

    `anchor_on` is the due day itself: its earliest reading for stages up to it, its latest for those after it.
    `nominal_on` is the day that the policy names, `stage_on` the one after moving over days off. `valid_until` is the
    last day, included, on which a mail about it can say what is true, by the latest reading: between two readings it
    names both. `occurrence` is 0 for the first time, then 1, 2 ...
    """

    stage: str
    anchor_on: date
    nominal_on: date
    stage_on: date
    valid_until: date
    occurrence: int = 0

    @property
    def key(self) -> StageKey:
        """What tells it from the others of the cycle."""
        return self.stage, self.occurrence


@dataclass(frozen=True, slots=True)
class Decision:
    """What a day means for one cycle's stages: at most one is reached, and no stage is in two of the lists.

    `unarmed` lie before the record came under this policy. `next_stage_on` is None where nothing is still to come.
    """

    overtaken: tuple[StageDay, ...]
    reached: StageDay | None
    unarmed: tuple[StageDay, ...]
    next_stage_on: date | None


@lru_cache(maxsize=2048)  # one cycle is looked at again and again, and many people are due on one day
def stage_days(policy: Policy, days: CycleDays, is_day_off: IsDayOff) -> tuple[StageDay, ...]:
    """The stages of one cycle in order of their days, with their repeats.

    Those before the due day move earlier over days off, but for the last of them; the due day itself and those after it
    never move. A stage is left out where the pack has no such phase, or where by some reading the phase is over before
    it begins. A repeat is left out from the next stage's day on, where it would move back to the time before it, and
    before the due day once the earliest reading of that has passed.
    """
    moves = is_day_off if policy.weekend == "earlier" else _never
    last = min((stage.days_before for stage in policy.stages if stage.days_before), default=0)
    found = [(stage, day) for stage in policy.stages if (day := _find_day(stage, days, _moving(stage, last, moves)))]
    found.sort(key=lambda pair: _order(pair[1]))
    ends = [following.stage_on for _, (_, following) in pairwise(found)] + [date.max]
    repeated = [
        repeat
        for (stage, day), ends_on in zip(found, ends, strict=True)
        for repeat in _repeat(stage, day, ends_on, _moving(stage, last, moves))
    ]
    return tuple(sorted([*(day for _, day in found), *repeated], key=_order))


@lru_cache(maxsize=2048)
def copy_days(policy: Policy, stages: tuple[StageDay, ...], audience: CopyTo) -> tuple[StageDay, ...]:
    """When that audience is told of these stages of the holder's: `copy_after_days` after each that has such a copy.

    The first time of a stage alone is copied. A copy is left out where the stage's sentences are no longer true then.
    """
    copied = {stage.key for stage in policy.stages if audience in stage.copies}
    return tuple(
        replace(day, nominal_on=add_days(day.nominal_on, policy.copy_after_days), stage_on=copy_on)
        for day in sorted(stages, key=_order)
        if day.stage in copied and day.occurrence == 0
        if (copy_on := add_days(day.stage_on, policy.copy_after_days)) <= day.valid_until
    )


def decide(
    stages: Iterable[StageDay], as_of: date, armed_on: date, done: frozenset[StageKey] = frozenset()
) -> Decision:
    """What `as_of` means for `stages`; `done` are those that have had their say.

    The most urgent stage that has come is reached, unless it is done or its last valid day has passed. Those before
    it are overtaken, and so is an expired one. Whatever was named for a day before `armed_on` is unarmed.
    """
    ordered = sorted(stages, key=_order)
    armed = [stage for stage in ordered if stage.nominal_on >= armed_on]
    come = [stage for stage in armed if stage.stage_on <= as_of]
    reached = _find_reached(come, as_of, done)
    return Decision(
        overtaken=tuple(stage for stage in come if stage.key not in done and stage != reached),
        reached=reached,
        unarmed=tuple(stage for stage in ordered if stage.nominal_on < armed_on and stage.key not in done),
        next_stage_on=min((s.stage_on for s in armed if s.stage_on > as_of and s.key not in done), default=None),
    )


def _find_reached(come: Sequence[StageDay], as_of: date, done: frozenset[StageKey]) -> StageDay | None:
    if not come or come[-1].key in done or come[-1].valid_until < as_of:
        return None
    return come[-1]


def _order(stage: StageDay) -> tuple[date, date, str, int]:
    return stage.stage_on, stage.nominal_on, stage.stage, stage.occurrence


def _never(_day: date) -> bool:
    return False


def _moving(stage: Stage, last: int, is_day_off: IsDayOff) -> IsDayOff:
    """Over which days this stage moves: the last one before the due day doesn't, nor any that isn't before it."""
    return is_day_off if stage.days_before and stage.days_before > last else _never


def _find_day(stage: Stage, days: CycleDays, is_day_off: IsDayOff) -> StageDay | None:
    """The first time of a stage; None where it is left out."""
    if stage.days_before is not None:
        nominal_on = add_days(days.due_on, -stage.days_before)
        stage_on = move_earlier(nominal_on, is_day_off)
        return StageDay(stage.key, days.due_on, nominal_on, stage_on, days.due_on_latest)
    if stage.days_after is not None:
        return _find_day_after(stage.key, stage.days_after, days)
    phase = next((phase for phase in phases_of(days) if phase.phase == stage.enters), None)
    if phase is None or phase.act_by < phase.from_on:
        return None
    valid_until = _end_of(phase, phase.from_on)
    return StageDay(stage.key, days.due_on_latest, phase.from_on, phase.from_on, valid_until)


def _find_day_after(key: str, days_after: int, days: CycleDays) -> StageDay:
    """So many days after the last reading of the due day; true until the phase of that day is over."""
    on = add_days(days.due_on_latest, days_after)
    return StageDay(key, days.due_on_latest, on, on, _end_of(get_phase(phases_of(days), on), on))


def _end_of(phase: PhaseDays, on: date) -> date:
    """The last day on which a mail of `on` is worth while: the end of its phase, or a year on where that has none.

    Where one reading alone has no end, that of the other is meant: nobody could be told until when it goes on.
    """
    if phase.until_on < date.max:
        return phase.until_on
    return phase.act_by if on <= phase.act_by < date.max else add_years(on, 1)


def _repeat(stage: Stage, first: StageDay, ends_on: date, is_day_off: IsDayOff) -> Iterator[StageDay]:
    """The later times of a stage, counted from the day that the policy names: a delay of one delays none after it."""
    before, last_on = first.stage_on, first.valid_until if stage.days_before is None else first.anchor_on
    for number in range(1, stage.repeats + 1):
        nominal_on = add_days(first.nominal_on, number * stage.repeat_every_days)
        stage_on = move_earlier(nominal_on, is_day_off)
        if stage_on >= ends_on or stage_on > last_on:
            return
        if stage_on > before:
            yield replace(first, nominal_on=nominal_on, stage_on=stage_on, occurrence=number)
            before = stage_on
