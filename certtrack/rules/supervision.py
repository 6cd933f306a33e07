"""How much supervision a service pack asks for in a week or month, what counts for it, and what is still to hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from certtrack.rules.calendar import FIRST_DAY, add_days, add_months
from certtrack.rules.facts import ServiceFact
from certtrack.rules.service import DutyFact, PerService, ServicePack, SessionFact

Met = Literal["met", "open", "unsure"]
Counts = Literal["yes", "waiting", "unsure", "no"]
CountCode = Literal[
    "counted", "kind_not_named", "way_excluded", "not_signed", "way_unknown", "way_not_published", "not_qualified",
    "edge_of_week",
]  # fmt: skip

_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class SessionCount:
    """One session in a period: whether its minutes count there, and why. `waiting`: only a signature is missing."""

    id: int
    held_on: date
    minutes: int
    counts: Counts
    code: CountCode


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """Hours of service since the last hour of supervision that was completed, from `from_on` to the period's end.

    `least` and `most` are minutes by every reading of spans that lie across the ends or overlap. `is_whole`: each of
    the days has a span. `due_at`: from how many on supervision is due. `open`: how much of it then isn't held for sure.
    """

    from_on: date
    least: int
    most: int
    is_whole: bool
    due_at: int
    state: Met


@dataclass(frozen=True, slots=True)
class PeriodResult:
    """One week or month, both days included; minutes. `open`: what neither counts nor waits nor may count.

    `by_period` and `by_service` are the two tests, `by_service` None where only one is published; `state` is the answer
    of both. `is_part`: the duty holds on some of its days only. `is_running`: it isn't over on the day that is asked
    for.
    """

    from_on: date
    until_on: date
    needed: int
    counted: int
    waiting: int
    unsure: int
    by_period: Met
    by_service: ServiceCount | None
    state: Met
    is_part: bool
    is_running: bool
    sessions: tuple[SessionCount, ...]

    @property
    def open(self) -> int:
        """Minutes that are still to hold."""
        return max(self.needed - self.counted - self.waiting - self.unsure, 0)


def period_of(pack: ServicePack, day: date) -> tuple[date, date]:
    """The first and last day of the week or month that `day` lies in; a week begins on Monday where nobody says."""
    if pack.period.value.unit == "month":
        first = day.replace(day=1)
        return first, add_days(add_months(first, 1), -1)
    since = (day.weekday() + 1) % 7 if pack.week_begins.value == "sunday" else day.weekday()
    first = FIRST_DAY if since > (day - FIRST_DAY).days else add_days(day, -since)
    return first, add_days(first, 6)


def list_periods(
    pack: ServicePack,
    duty: DutyFact,
    sessions: Sequence[SessionFact],
    service: Sequence[ServiceFact],
    as_of: date,
    count: int,
) -> tuple[PeriodResult, ...]:
    """The period of `as_of` and those before it, the latest first, `count` at most; those without a day of duty aren't.

    `sessions` and `service` are of one affiliation; what lies after `as_of` is left out. The order of neither matters.
    """
    held = sorted((one for one in sessions if one.held_on <= as_of), key=lambda one: (one.held_on, one.id))
    served = [one for one in service if one.from_on <= as_of]
    found: list[PeriodResult] = []
    day = as_of
    for _ in range(count):
        first, last = period_of(pack, day)
        if last < max(duty.from_on, pack.applies_from):
            break
        if first <= (duty.until_on or date.max):
            found.append(_judge(pack, duty, held, served, first, last, as_of))
        day = add_days(first, -1)
    return tuple(found)


def list_overlaps(service: Iterable[ServiceFact]) -> tuple[tuple[ServiceFact, ServiceFact], ...]:
    """Spans that share a day, each with the earliest one before it that reaches into it."""
    found: list[tuple[ServiceFact, ServiceFact]] = []
    longest: ServiceFact | None = None
    for one in sorted(service, key=lambda span: (span.from_on, span.until_on, span.id)):
        if longest is not None and one.from_on <= longest.until_on:
            found.append((longest, one))
        if longest is None or one.until_on > longest.until_on:
            longest = one
    return tuple(found)


def count_session(pack: ServicePack, one: SessionFact) -> SessionCount:
    """Whether a session's minutes count, and why; in which period is not asked."""
    code = _find_code(pack, one)
    counts: dict[CountCode, Counts] = {
        "counted": "yes", "kind_not_named": "no", "way_excluded": "no", "not_signed": "waiting",
    }  # fmt: skip
    return SessionCount(one.id, one.held_on, one.minutes, counts.get(code, "unsure"), code)


def _find_code(pack: ServicePack, one: SessionFact) -> CountCode:
    rule = pack.ways.get(one.way) if one.way else None
    if one.kind not in pack.kinds.value:
        return "kind_not_named"
    if rule is not None and rule.value == "no":
        return "way_excluded"
    if not set(pack.signed_by.value) <= one.signed:
        return "not_signed"
    if one.way is None and any(value.value != "yes" for value in pack.ways.values()):
        return "way_unknown"
    if rule is not None and rule.value is None:
        return "way_not_published"
    return "counted" if one.is_qualified or pack.qualified.value == "no" else "not_qualified"


def _judge(
    pack: ServicePack,
    duty: DutyFact,
    sessions: Sequence[SessionFact],
    service: Sequence[ServiceFact],
    first: date,
    last: date,
    as_of: date,
) -> PeriodResult:
    counts = _count(pack, sessions, first, last)
    sums = {kind: sum(one.minutes for one in counts if one.counts == kind) for kind in ("yes", "waiting", "unsure")}
    needed = pack.period.value.minutes
    is_part = first < duty.from_on or last > (duty.until_on or date.max)
    by_period = _compare(sums["yes"], sum(sums.values()), needed)
    if is_part and by_period == "open":
        by_period = "unsure"  # no page says what a part of a week asks for
    rule = pack.per_service
    by_service = _test_service(pack, rule.value, duty, sessions, service, last) if rule else None
    return PeriodResult(
        from_on=first,
        until_on=last,
        needed=needed,
        counted=sums["yes"],
        waiting=sums["waiting"],
        unsure=sums["unsure"],
        by_period=by_period,
        by_service=by_service,
        state=_join(pack.met_by.value, by_period, by_service.state) if by_service else by_period,
        is_part=is_part,
        is_running=last > as_of,
        sessions=counts,
    )


def _count(pack: ServicePack, sessions: Sequence[SessionFact], first: date, last: date) -> tuple[SessionCount, ...]:
    """What lies in the period; a Sunday may be another week's where nobody says with which day a week begins."""
    is_open = pack.period.value.unit == "week" and pack.week_begins.value is None
    found: list[SessionCount] = []
    for one in sessions:
        is_edge = is_open and one.held_on.weekday() == _SUNDAY
        if (add_days(first, -1) if is_edge else first) <= one.held_on <= last:
            count = count_session(pack, one)
            if is_edge and count.counts == "yes":
                count = SessionCount(one.id, one.held_on, one.minutes, "unsure", "edge_of_week")
            found.append(count)
    return tuple(found)


def _compare(sure: int, most: int, needed: int) -> Met:
    if sure >= needed:
        return "met"
    return "unsure" if most >= needed else "open"


def _join(met_by: str | None, one: Met, other: Met) -> Met:
    if one == other:
        return one
    if met_by == "either":
        return "met" if "met" in (one, other) else "unsure"
    if met_by == "both":
        return "open" if "open" in (one, other) else "unsure"
    return "unsure"


def _test_service(
    pack: ServicePack,
    rule: PerService,
    duty: DutyFact,
    sessions: Sequence[SessionFact],
    service: Sequence[ServiceFact],
    last: date,
) -> ServiceCount:
    """Nothing is due before so much service; what was held beyond an hour is carried nowhere, since nobody says so."""
    from_on, may_be_later = _find_start(pack, rule, duty, sessions, last)
    until_on = min(last, duty.until_on or date.max)
    least, most = _sum_service(service, from_on, until_on)
    is_whole = _is_covered(service, from_on, until_on)
    state: Met = "unsure"
    if is_whole and most < rule.service_minutes:
        state = "met"
    elif least >= rule.service_minutes and not may_be_later:
        state = "open"
    return ServiceCount(from_on, least, most, is_whole, rule.service_minutes, state)


def _find_start(
    pack: ServicePack, rule: PerService, duty: DutyFact, sessions: Sequence[SessionFact], last: date
) -> tuple[date, bool]:
    """The day after the last completed hour; True where sessions that aren't sure would complete one later."""
    start, so_far, unsure = duty.from_on, 0, 0
    for one in sessions:
        if not duty.from_on <= one.held_on <= last:
            continue
        counts = count_session(pack, one).counts
        so_far += one.minutes if counts == "yes" else 0
        unsure += one.minutes if counts in ("waiting", "unsure") else 0
        if so_far >= rule.minutes:
            start, so_far, unsure = add_days(one.held_on, 1), 0, 0
    return start, so_far + unsure >= rule.minutes


def _sum_service(service: Sequence[ServiceFact], first: date, last: date) -> tuple[int, int]:
    touching = [one for one in service if one.from_on <= last and first <= one.until_on]
    overlapping = {span.id for pair in list_overlaps(touching) for span in pair}
    inside = [one for one in touching if first <= one.from_on and one.until_on <= last]
    alone = sum(one.minutes for one in inside if one.id not in overlapping)
    doubled = max((one.minutes for one in inside if one.id in overlapping), default=0)
    return alone + doubled, sum(one.minutes for one in touching)


def _is_covered(service: Sequence[ServiceFact], first: date, last: date) -> bool:
    day = first
    for one in sorted(service, key=lambda span: span.from_on):
        if one.from_on <= day <= one.until_on:
            day = add_days(one.until_on, 1)
    return day > last
