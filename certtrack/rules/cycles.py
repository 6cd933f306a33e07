"""The days of a cycle: when it is due, and how long each phase after that lasts, in every published reading."""

from dataclasses import dataclass
from datetime import date

from certtrack.rules.calendar import add_days, add_months, add_years, check_day, make_day, skip_weekend
from certtrack.rules.facts import CycleFact
from certtrack.rules.pack import Pack, Phase

_NEAR_DAYS = 31
_SMALL_GAP_DAYS = 31


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


def days_of(pack: Pack, cycle: CycleFact) -> CycleDays:
    """The days of `cycle` by `pack`.

    A stated day and a computed one that differ are two readings; an authority's extension stands alone.
    """
    due = _due_readings(cycle)
    late = _late_ends(pack, due)
    grace = _grace_ends(pack, due)
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


def compute_due_on(pack: Pack, passed_on: date) -> date | None:
    """The first due day after an exam passed on `passed_on`: the deadline in the exam's year and one term on.

    The exam's day within its year changes nothing. None where the pack doesn't say which years are due.
    """
    if pack.parity.value is None:
        return None
    return _deadline_in(pack, check_day(passed_on).year + pack.term_years.value)


def first_start_on(pack: Pack, due_on: date, passed_on: date | None = None) -> date:
    """The first day of a first cycle: the day of the passed exam, else the due day less a term, plus a day.

    Raises ValueError where the exam wasn't passed before the due day: a cycle ends after it starts.
    """
    if passed_on is None:
        return add_days(add_years(due_on, -pack.term_years.value), 1)
    if passed_on >= due_on:
        raise ValueError(f"a cycle from {passed_on.isoformat()} can't be due on {due_on.isoformat()}")
    return passed_on


def next_start_on(due_on: date) -> date:
    """The first day of the cycle that follows one due on `due_on`, whenever the recertification came."""
    return add_days(due_on, 1)


def following_start_on(pack: Pack, old_due_on: date, due_on: date, today: date) -> date:
    """The first day of a cycle due on `due_on` that comes on record `today`, after one that was due on `old_due_on`.

    The day after the former due day; where terms are missing between the two, not longer ago than one term.
    """
    following, first = next_start_on(old_due_on), first_start_on(pack, due_on)
    if (first - following).days <= _SMALL_GAP_DAYS:
        return following
    return max(following, min(first, today))


def is_parity_odd_one_out(pack: Pack, exam_on: date, due_on: date) -> bool:
    """True where the pack ties due years to the exam's year and this due year is none of them.

    With a term of two years: one is odd and the other even. False where the pack doesn't say.
    """
    return pack.parity.value is not None and (due_on.year - exam_on.year) % pack.term_years.value != 0


def is_plausible_due_on(pack: Pack, day: date) -> bool:
    """True where `day` is the pack's deadline in its year."""
    return day == _deadline_in(pack, day.year)


def computed_due_on_near(pack: Pack, stated: date) -> date | None:
    """The pack's deadline nearest to a stated day; `stated` itself where it is one.

    None where the nearest is more than 31 days away: then the rule can't tell which one was meant.
    """
    nearest = min(_deadlines_around(pack, stated), key=lambda day: (abs((day - stated).days), day))
    return nearest if abs((nearest - stated).days) <= _NEAR_DAYS else None


def _deadlines_around(pack: Pack, day: date) -> list[date]:
    return [_deadline_in(pack, year) for year in (day.year - 1, day.year, day.year + 1)]


def _deadline_in(pack: Pack, year: int) -> date:
    return make_day(year, pack.deadline.value.month, pack.deadline.value.day)


def _due_readings(cycle: CycleFact) -> list[date]:
    readings = {cycle.due_on}
    if cycle.due_source == "stated" and cycle.computed_due_on is not None:
        readings.add(cycle.computed_due_on)
    return sorted(readings)


def _window_opens_on(pack: Pack, due_on: date, start_on: date) -> date | None:
    if pack.window_days.value is None:
        return None
    return max(start_on, add_days(due_on, -pack.window_days.value))


def _grace_ends(pack: Pack, due: list[date]) -> list[date]:
    return [add_months(day, pack.grace.value) for day in due] if pack.grace else []


def _late_ends(pack: Pack, due: list[date]) -> list[date]:
    return [add_months(day, months) for day in due for months in pack.late.value] if pack.late else []


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
