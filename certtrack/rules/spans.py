"""The standing of a certification on every day, as few spans: computed where it can change, and nowhere else."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from certtrack.rules.applications import find_step
from certtrack.rules.calendar import FIRST_DAY, add_days, add_months
from certtrack.rules.counting import count_cycle
from certtrack.rules.cycles import CycleDays, PhaseDays, days_of, find_speaking, get_phase, phases_of
from certtrack.rules.enough import Enough, find_enough
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.judging import has_twins
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import Hours
from certtrack.rules.standing import Application, Validity, find_following, find_next, judge_validity
from certtrack.rules.under import make_under

_MOST_KEPT = 5_000
_UNCONFIRMED: Hours = "unconfirmed"
_COMPLETE: Hours = "complete"

_Projected = tuple[Validity, Hours, Application, date | None]


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, on which a certification stands the same; the last span ends on `date.max`.

    `next_on` is the standing's: a phase with two readings of its end has a span for each.
    """

    from_on: date
    until_on: date
    validity: Validity
    hours: Hours
    application: Application
    next_on: date | None


class SpanMaker:
    """Makes spans by one pack, for one certification after the other: those with the same days share them."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._days: dict[tuple[object, ...], _Days] = {}

    def make(self, facts: CertificationFacts) -> tuple[Span, ...]:
        """The standing on every day from the first that anything is known of, without gap, each span as long as can be.

        Where no day at all is on record there is one span, from 1900 on.
        """
        return _make_spans(self._pack, facts, {cycle.id: self._days_of(cycle) for cycle in facts.cycles})

    def _days_of(self, cycle: CycleFact) -> "_Days":
        said = (cycle.start_on, cycle.due_on, cycle.due_source, cycle.computed_due_on)
        found = self._days.get(said)
        if found is None:
            if len(self._days) >= _MOST_KEPT:
                self._days.clear()
            found = self._days[said] = _Days.of(self._pack, cycle)
        return found


def spans(pack: Pack, facts: CertificationFacts) -> tuple[Span, ...]:
    """The spans of one certification, as `SpanMaker` makes them."""
    return SpanMaker(pack).make(facts)


def _make_spans(pack: Pack, facts: CertificationFacts, days: Mapping[int, "_Days"]) -> tuple[Span, ...]:
    turns = {day for day in _list_turns(facts, days) if day >= FIRST_DAY}
    earned = {day for day in _list_earned(pack, facts) if day >= FIRST_DAY}
    turns.add(min(turns | earned, default=FIRST_DAY))
    changes = _list_changes(pack, facts, days, sorted(turns), sorted(earned - turns))
    starts = [next(group) for _, group in groupby(changes, key=lambda change: change[1])]
    ends = [add_days(from_on, -1) for from_on, _ in starts[1:]] + [date.max]
    return tuple(
        Span(from_on, until_on, *projected) for (from_on, projected), until_on in zip(starts, ends, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of one cycle, and its phases."""

    days: CycleDays
    phases: tuple[PhaseDays, ...]

    @classmethod
    def of(cls, pack: Pack, cycle: CycleFact) -> "_Days":
        days = days_of(pack, cycle)
        return cls(days, phases_of(days))


@dataclass(frozen=True, slots=True)
class _Run:
    """Days on which one cycle speaks, or none. `turns`: where anything may change, the first day among them.

    `earned`: where hours alone may. `until` is the day after its last, None where it has no end.
    """

    cycle: CycleFact | None
    turns: Sequence[date]
    earned: Sequence[date]
    until: date | None


def _list_changes(
    pack: Pack, facts: CertificationFacts, days: Mapping[int, _Days], turns: Sequence[date], earned: Sequence[date]
) -> Iterator[tuple[date, _Projected]]:
    """What is projected on each day on which it may be another, in their order."""
    for run in _list_runs(facts, turns, earned):
        own = days[run.cycle.id] if run.cycle else None
        following = find_following(facts, run.cycle) if run.cycle else None
        hours = dict(_list_hours(pack, facts, run, own))
        now: Hours = "unconfirmed"
        for day in sorted({*run.turns, *hours}):
            now = hours.get(day, now)
            phase = get_phase(own.phases, day) if own else None
            validity = judge_validity(pack, facts, phase, day)
            step = find_step(facts, run.cycle, day) if run.cycle else None
            next_on = find_next(pack, facts, phase, following, validity, day)[1]
            yield day, (validity, now, step.kind if step else "none", next_on)


def _list_runs(facts: CertificationFacts, turns: Sequence[date], earned: Sequence[date]) -> Iterator[_Run]:
    speaking = [find_speaking(facts, day) for day in turns]
    begins = [at for at, cycle in enumerate(speaking) if at == 0 or cycle is not speaking[at - 1]]
    for at, end in zip(begins, [*begins[1:], len(turns)], strict=True):
        until = turns[end] if end < len(turns) else None
        last = len(earned) if until is None else bisect_left(earned, until)
        yield _Run(speaking[at], turns[at:end], earned[bisect_left(earned, turns[at]) : last], until)


def _list_hours(pack: Pack, facts: CertificationFacts, run: _Run, own: _Days | None) -> Iterable[tuple[date, Hours]]:
    """The hours on the run's first day, and on each on which they become others."""
    first = run.turns[0]

    def count(day: date) -> Hours:
        return count_cycle(pack, facts, run.cycle, own.days if own else None, day).hours

    if not _is_growing(pack, facts):
        return [(day, count(day)) for day in sorted({*run.turns, *run.earned})]
    if run.cycle is not None and own is not None:
        under = make_under(pack, facts, run.cycle, own.days, first)
        if enough := find_enough(pack, facts, run.cycle, own.days, under):
            return _tell(enough, run)
    return _search(count, [first, *run.earned])


def _is_growing(pack: Pack, facts: CertificationFacts) -> bool:
    """True where hours that are enough on one day of a cycle are so on each later one."""
    if pack.late_hours_months is not None or facts.beside:
        return False
    return pack.hours is None or not has_twins(pack.hours, facts.credits)


def _tell(enough: Enough, run: _Run) -> Iterator[tuple[date, Hours]]:
    first = run.turns[0]
    found: list[tuple[date, Hours]] = [(first, "short")]
    for on, hours in ((enough.best_on, _UNCONFIRMED), (enough.sure_on, _COMPLETE)):
        if on is not None and (run.until is None or on < run.until):
            found.append((max(on, first), hours))
    return iter(found)


def _search(count: Callable[[date], Hours], days: Sequence[date]) -> Iterator[tuple[date, Hours]]:
    """The answers that differ from the one before, asked for as few days as can be: they never get worse."""
    known: dict[int, Hours] = {}

    def ask(at: int) -> Hours:
        if at not in known:
            known[at] = count(days[at])
        return known[at]

    def walk(low: int, high: int) -> Iterator[tuple[date, Hours]]:
        if ask(low) == ask(high):
            return
        if high - low == 1:
            yield days[high], ask(high)
            return
        middle = (low + high) // 2
        yield from walk(low, middle)
        yield from walk(middle, high)

    yield days[0], ask(0)
    yield from walk(0, len(days) - 1)


def _list_turns(facts: CertificationFacts, days: Mapping[int, _Days]) -> Iterator[date]:
    """The days on which anything but hours may change."""
    yield from (status.from_on for status in facts.statuses)
    yield from (exam.taken_on for exam in facts.exams)
    yield from (step.on for step in facts.steps)
    if facts.issued_on:
        yield facts.issued_on
    for cycle in facts.cycles:
        yield cycle.start_on
        if cycle.closed_on:
            yield cycle.closed_on
        for phase in days[cycle.id].phases:
            yield phase.from_on
            yield max(phase.from_on, add_days(phase.act_by, 1))


def _list_earned(pack: Pack, facts: CertificationFacts) -> Iterator[date]:
    """The days on which hours may change."""
    yield from (credit.last_on for credit in facts.credits)
    yield from (given.from_on for given in facts.waivers)
    yield from (day for one in facts.service for day in (one.from_on, one.until_on))
    yield from (one.held_on for one in facts.supervision)
    for other in facts.beside:
        yield from (credit.last_on for credit in other.facts.credits)
        yield from (day for cycle in other.facts.cycles for day in (cycle.start_on, cycle.closed_on) if day)
    if pack.late_hours_months is not None:
        yield from _list_fading(facts, pack.late_hours_months.value)


def _list_fading(facts: CertificationFacts, months: int) -> Iterator[date]:
    """The days about which a credit is older than so many months: near a month's end it isn't one day alone."""
    for credit in facts.credits:
        yield from (add_days(add_months(credit.last_on, months), days) for days in range(-1, 5))
