"""The days of a cycle: when it is due, and how long each phase after that lasts, in every published reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from certtrack.rules.calendar import add_days, add_months, add_years, make_day, skip_weekend
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.pack import Length, Pack, Phase, Value


@dataclass(frozen=True, slots=True)
class CycleDays:
    """Last days, each included. Where readings differ the plain name is the earliest and `_latest` the last of them.

    None where the pack has no such phase, or publishes no window. Days to act by are the earliest; nobody is told that
    a right is gone before the latest has passed.
    """

    start_on: date
    window_opens_on: date | None
    due_on: date
    due_on_latest: date
    grace_until: date | None
    grace_until_latest: date | None
    late_until: date | None
    late_until_latest: date | None
    exam_route_until: date | None
    exam_route_until_latest: date | None


@dataclass(frozen=True, slots=True)
class PhaseDays:
    """One phase, both days included; `act_by` is its end by the earliest reading, `date.max` where it never ends.

    `act_by` may lie before `from_on`: then a reading has it that the phase is over before it can begin.
    """

    phase: Phase
    from_on: date
    act_by: date
    until_on: date

    def is_between(self, as_of: date) -> bool:
        """True on a day of the phase on which it is over by one reading, and by another isn't."""
        return self.act_by < as_of <= self.until_on


def get_phase(phases: Iterable[PhaseDays], as_of: date) -> PhaseDays:
    """The phase of that day: the first that isn't over. They go on to the end of days, so there always is one."""
    return next(phase for phase in phases if as_of <= phase.until_on)


def is_open(cycle: CycleFact, as_of: date) -> bool:
    """True from the cycle's first day until the day before it was closed."""
    return cycle.start_on <= as_of and (cycle.closed_on is None or as_of < cycle.closed_on)


def find_speaking(facts: CertificationFacts, as_of: date) -> CycleFact | None:
    """The cycle that speaks on `as_of`: of several open ones that which started last; None where none is open."""
    open_ones = [cycle for cycle in facts.cycles if is_open(cycle, as_of)]
    if len(open_ones) < 2:
        return open_ones[0] if open_ones else None
    return max(open_ones, key=lambda cycle: (cycle.start_on, cycle.due_on, cycle.id), default=None)


def find_newest(facts: CertificationFacts) -> CycleFact | None:
    """The cycle that starts last, whether it has begun or not; None where there is none."""
    return max(facts.cycles, key=lambda cycle: (cycle.start_on, cycle.due_on, cycle.id), default=None)


def days_of(pack: Pack, cycle: CycleFact) -> CycleDays:
    """The days of `cycle` by `pack`.

    A stated day and a computed one that differ are two readings; an authority's extension stands alone.
    """
    due = _due_readings(cycle)
    late = _ends(pack.late, due)
    grace = _ends(pack.grace, due)
    exam = _exam_route_ends(pack, due, late)
    return CycleDays(
        start_on=cycle.start_on,
        window_opens_on=_window_opens_on(pack, due[0], cycle.start_on),
        due_on=due[0],
        due_on_latest=_put_off(pack, due[-1]),
        grace_until=_first(grace),
        grace_until_latest=_last(pack, grace),
        late_until=_first(late),
        late_until_latest=_last(pack, late),
        exam_route_until=_first(exam),
        exam_route_until_latest=_last(pack, exam),
    )


def phases_of(days: CycleDays) -> tuple[PhaseDays, ...]:
    """The phases in order, without gap from the start to `date.max`; those that the pack doesn't have are left out."""
    ends: tuple[tuple[Phase, date | None, date | None], ...] = (
        ("on_time", days.due_on, days.due_on_latest),
        ("grace", days.grace_until, days.grace_until_latest),
        ("late", days.late_until, days.late_until_latest),
        ("exam_route", days.exam_route_until, days.exam_route_until_latest),
        ("full_route", date.max, date.max),
    )
    phases: list[PhaseDays] = []
    from_on = days.start_on
    for phase, act_by, until_on in ends:
        if act_by is None or until_on is None or until_on < from_on:
            continue
        phases.append(PhaseDays(phase, from_on, act_by, until_on))
        if until_on == date.max:
            break
        from_on = add_days(until_on, 1)
    return tuple(phases)


def _due_readings(cycle: CycleFact) -> list[date]:
    readings = {cycle.due_on}
    if cycle.due_source == "stated" and cycle.computed_due_on is not None:
        readings.add(cycle.computed_due_on)
    return sorted(readings)


def _window_opens_on(pack: Pack, due_on: date, start_on: date) -> date | None:
    window = pack.window.value
    if window is None:
        return None
    if window.opens is not None:
        opens_on = make_day(due_on.year, window.opens.month, window.opens.day)
        return max(start_on, opens_on if opens_on <= due_on else add_years(opens_on, -1))
    return max(start_on, add_days(due_on, -(window.days_before or 0)))


def _ends(lengths: Value[tuple[Length, ...] | None] | None, due: list[date]) -> list[date]:
    """Every reading of a phase's end; a length that isn't published has none: for all that is known it goes on."""
    if lengths is None:
        return []
    return [_end(day, length) for day in due for length in lengths.value] if lengths.value else [date.max]


def _end(due_on: date, length: Length) -> date:
    if length.until is not None:
        until = make_day(due_on.year, length.until.month, length.until.day)
        return until if until > due_on else make_day(due_on.year + 1, length.until.month, length.until.day)
    return add_months(due_on, length.months) if length.months else add_days(due_on, length.days)


def _exam_route_ends(pack: Pack, due: list[date], late: list[date]) -> list[date]:
    if pack.exam_route is None:
        return []
    route = pack.exam_route.value
    begins = [day for reading in route.counts_from for day in (due if reading == "due" else late)]
    return [_less_a_day(add_years(day, route.years)) for day in begins]


def _less_a_day(day: date) -> date:
    return day if day == date.max else add_days(day, -1)


def _first(ends: list[date]) -> date | None:
    return min(ends, default=None)


def _last(pack: Pack, ends: list[date]) -> date | None:
    return _put_off(pack, max(ends)) if ends else None


def _put_off(pack: Pack, day: date) -> date:
    return skip_weekend(day) if pack.weekend.value == "next_day" else day
