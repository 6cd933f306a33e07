"""Where a certification stands as of a day, on each axis, and why."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from certtrack.rules.applications import find_step, list_intentions
from certtrack.rules.counting import count_cycle
from certtrack.rules.cycles import CycleDays, PhaseDays, days_of, find_speaking, get_phase, is_open, phases_of
from certtrack.rules.exams import explain_exams, find_way_back
from certtrack.rules.facts import CertificationFacts, CycleFact, ExamFact, IntentionFact, StepFact, StepKind
from certtrack.rules.pack import Pack, Phase
from certtrack.rules.reasons import (
    Reason,
    explain_application,
    explain_cycle,
    explain_followed,
    explain_no_cycle,
    explain_phase,
    explain_records,
    explain_statuses,
    explain_waivers,
    in_order,
)
from certtrack.rules.requirements import Hours, HoursCount
from certtrack.rules.terms import first_rule

__all__ = [
    "Application",
    "Hours",
    "NextCode",
    "Position",
    "Reason",
    "Standing",
    "Validity",
    "find_position",
    "has_ended",
    "stand",
]

Validity = Literal[
    "not_yet",
    "not_established",
    "current",
    "grace",
    "late",
    "exam_route",
    "full_route",
    "suspended",
    "revoked",
    "retired",
]
Application = Literal["none"] | StepKind
NextCode = Literal["starts", "due", "grace_ends", "late_ends", "exam_route_ends"]

_BY_PHASE: dict[Phase, Validity] = {
    "on_time": "current",
    "grace": "grace",
    "late": "late",
    "exam_route": "exam_route",
    "full_route": "full_route",
}
_NEXT: dict[Phase, NextCode] = {
    "on_time": "due",
    "grace": "grace_ends",
    "late": "late_ends",
    "exam_route": "exam_route_ends",
}
_KEPT = 2_000  # some kilobytes each: whoever looks at a team looks again, and asks the same of it
_WAYS_BACK = ("exam_route", "full_route")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where one certification stands at the end of `as_of` by its days, its acts and what was said: hours aside.

    `now`, `phase`, `cycle` and `days` are None where no cycle speaks; `phase` also once revoked or retired.
    `following` is the last cycle on record that takes over when this one is closed, None where there is none: then
    nothing is to be done for this one any more. `step` is what the application axis rests on, None where nothing has
    happened. `intentions` are what the holder of the speaking cycle says of going on.
    """

    as_of: date
    validity: Validity
    application: Application
    now: PhaseDays | None
    phase: Phase | None
    cycle: CycleFact | None
    days: CycleDays | None
    following: CycleFact | None
    step: StepFact | None
    intentions: tuple[IntentionFact, ...]

    @property
    def was_by(self) -> date | None:
        """The last day to act by in a reading of it that has passed, while another hasn't; None where none has."""
        if self.now is None or self.following is not None or not self.now.is_between(self.as_of):
            return None
        return self.now.act_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Position):
    """Where one certification stands at the end of `as_of`, on all three axes.

    `next_on` is the next last day to act by, included, in its earliest reading that hasn't passed ("starts": the first
    day of a cycle to come); None where nothing more is to come. `counted` is what the hours axis rests on. `passed_on`
    is the day of an exam passed on the way back, while no newer cycle answers it.
    """

    hours: Hours
    next_code: NextCode | None
    next_on: date | None
    because: tuple[Reason, ...]
    counted: HoursCount
    passed_on: date | None


def find_position(pack: Pack, facts: CertificationFacts, as_of: date) -> Position:
    """Where the certification stands on `as_of`, by `pack`, without counting hours: mail asks for no more.

    An act of the authority goes before the days. Of several open cycles the one that started last speaks. A phase
    lasts until its latest published reading has passed.
    """
    cycle = find_speaking(facts, as_of)
    days = days_of(pack, cycle) if cycle else None
    now = get_phase(phases_of(days), as_of) if days else None
    validity = judge_validity(pack, facts, now, as_of)
    step = find_step(facts, cycle, as_of) if cycle else None
    return Position(
        as_of=as_of,
        validity=validity,
        application=step.kind if step else "none",
        now=now,
        phase=now.phase if now and validity not in ("revoked", "retired") else None,
        cycle=cycle,
        days=days,
        following=find_following(facts, cycle) if cycle else None,
        step=step,
        intentions=list_intentions(facts, cycle, as_of) if cycle else (),
    )


def stand(pack: Pack, facts: CertificationFacts, as_of: date) -> Standing:
    """Where the certification stands on `as_of`, by `pack`, and why: its position, its hours, and what comes next."""
    return _stand(pack, facts, as_of)


@lru_cache(maxsize=_KEPT)
def _stand(pack: Pack, facts: CertificationFacts, as_of: date) -> Standing:
    at = find_position(pack, facts, as_of)
    cycle, days, now, following = at.cycle, at.days, at.now, at.following
    next_code, next_on = find_next(pack, facts, now, following, at.validity, as_of)
    counted = count_cycle(pack, facts, cycle, days, as_of)
    way_back = find_way_back(facts.exams, cycle, as_of) if now and now.phase in _WAYS_BACK and cycle else None
    return Standing(
        as_of=as_of,
        validity=at.validity,
        application=at.application,
        now=now,
        phase=at.phase,
        cycle=cycle,
        days=days,
        following=following,
        step=at.step,
        intentions=at.intentions,
        hours=counted.hours,
        next_code=next_code,
        next_on=next_on,
        because=_because(pack, facts, as_of, cycle, days, now, following, way_back),
        counted=counted,
        passed_on=way_back.taken_on if way_back else None,
    )


def find_following(facts: CertificationFacts, speaking: CycleFact) -> CycleFact | None:
    """The last cycle on record that takes over once this one is closed; None where there is none."""
    found: CycleFact | None = None
    last = speaking
    while last.closed_on is not None:
        closed_on, due_on = last.closed_on, last.due_on
        heirs = [c for c in facts.cycles if last.start_on < c.start_on <= closed_on and c.due_on > due_on]
        heirs = [c for c in heirs if is_open(c, closed_on)]
        if not heirs:
            break
        found = last = max(heirs, key=lambda cycle: (cycle.start_on, cycle.due_on, cycle.id))
    return found


def judge_validity(pack: Pack, facts: CertificationFacts, now: PhaseDays | None, as_of: date) -> Validity:
    """How valid the certification is in this phase of its speaking cycle; None where none speaks."""
    if status := _status_on(facts, as_of):
        return status
    if facts.issued_on and as_of < facts.issued_on:
        return "not_yet"
    if now:
        return _BY_PHASE[now.phase]
    is_ahead = bool(facts.cycles) and all(as_of < cycle.start_on for cycle in facts.cycles)
    if is_ahead and facts.issued_on and _is_before_first(pack, facts, facts.issued_on):
        return "current"
    return "not_yet" if is_ahead else "not_established"


def _is_before_first(pack: Pack, facts: CertificationFacts, issued_on: date) -> bool:
    """True where the first cycle begins after the credential was given: between the two it holds."""
    first_on = min(cycle.start_on for cycle in facts.cycles)
    return first_rule(pack).starts == "next_january" and first_on.year == issued_on.year + 1


def has_ended(facts: CertificationFacts, as_of: date) -> bool:
    """True where by the end of `as_of` the authority has revoked or retired the certification as a whole."""
    return _status_on(facts, as_of) in ("revoked", "retired")


def _status_on(facts: CertificationFacts, as_of: date) -> Literal["suspended", "revoked", "retired"] | None:
    """The act that stands: revoked outlasts retired, and both outlast suspended, until a restoration ends them all."""
    standing: set[str] = set()
    for status in in_order(facts.statuses):
        if status.from_on > as_of:
            break
        if status.kind == "restored":
            standing.clear()
        standing.add(status.kind)
    if "revoked" in standing:
        return "revoked"
    if "retired" in standing:
        return "retired"
    return "suspended" if "suspended" in standing else None


def find_next(
    pack: Pack,
    facts: CertificationFacts,
    now: PhaseDays | None,
    following: CycleFact | None,
    validity: Validity,
    as_of: date,
) -> tuple[NextCode | None, date | None]:
    """The next last day to act by, and what it is; None where nothing more is to come."""
    if validity in ("revoked", "retired"):
        return None, None
    if following is not None:
        due_on = days_of(pack, following).due_on
        return ("due", due_on) if as_of <= due_on else (None, None)
    if now is None:
        start_on = min((c.start_on for c in facts.cycles if c.start_on > as_of), default=None)
        return ("starts", start_on) if start_on else (None, None)
    if now.until_on == date.max:
        return None, None
    return _NEXT[now.phase], now.act_by if as_of <= now.act_by else now.until_on


def _because(
    pack: Pack,
    facts: CertificationFacts,
    as_of: date,
    cycle: CycleFact | None,
    days: CycleDays | None,
    now: PhaseDays | None,
    following: CycleFact | None,
    way_back: ExamFact | None,
) -> tuple[Reason, ...]:
    reasons = [*explain_statuses(facts, as_of)]
    if cycle and days:
        reasons += explain_application(pack, facts, cycle, days, as_of)
        reasons += explain_waivers(facts, cycle, as_of)
    if cycle and following:
        reasons += explain_followed(cycle, following)
    elif cycle and days and now:
        reasons += explain_phase(pack, cycle, now, as_of)
        reasons += explain_cycle(pack, facts, cycle, days, as_of)
    else:
        reasons += explain_no_cycle(facts, as_of)
    return (*reasons, *explain_records(facts, as_of), *explain_exams(facts, way_back, as_of))
