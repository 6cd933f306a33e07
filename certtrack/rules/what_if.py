"""What if: the hours of a cycle with credits that are only planned, and the least that would still be needed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from certtrack.rules.calendar import add_days
from certtrack.rules.facts import CertificationFacts, CreditFact
from certtrack.rules.hours_rule import Unit
from certtrack.rules.judging import do_hours_count
from certtrack.rules.pack import Holds, Pack
from certtrack.rules.requirements import AREAS, TOTAL, CreditCount, HoursCount, Requirement
from certtrack.rules.standing import Standing, stand

_EARNING = ("on_time", "grace", "late")
_BESIDE = ("service", "supervision")


@dataclass(frozen=True, slots=True)
class PlannedCount:
    """What one planned credit would count by the day that is asked for, and why.

    `then` is what it would count on its own last day, None where that isn't after the day that is asked for.
    """

    count: CreditCount
    then: CreditCount | None = None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The hours at the end of `by`, without and with what is planned; `planned` in the order in which it was given.

    `by` is the next last day to act by, `date.max` where it never ends: then the hours are those of the last day that
    is planned. None where nothing can be earned any more, no cycle is open, or the record has ended: then they are
    those of the day on which it was asked, and nothing that is planned counts. `was_by` is an earlier reading of `by`
    that has passed, None where none has. `counts_now` says whether hours that are earned on the day on which it was
    asked count; None where that isn't published.
    """

    by: date | None
    was_by: date | None
    counts_now: Holds | None
    before: HoursCount
    after: HoursCount
    planned: tuple[PlannedCount, ...]


@dataclass(frozen=True, slots=True)
class LeastLine:
    """What one requirement but the total still asks for at the least: minutes, or separate credits, by its `unit`."""

    key: str
    amount: int
    unit: Unit = "minutes"


@dataclass(frozen=True, slots=True)
class Least:
    """The least that would make the hours complete. `minutes` in all, those of the `lines` among them.

    `anywhere` are minutes of these that may be in any area. `beside` is asked for beside hours, such as service.
    `unknown` are requirements of which nobody has published how much they ask for: what they need comes on top, so that
    completeness can't be promised.
    """

    minutes: int
    anywhere: int
    lines: tuple[LeastLine, ...]
    unknown: tuple[str, ...]
    beside: tuple[LeastLine, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """True where all that is published is met."""
        return not (self.minutes or self.lines or self.beside)


def what_if(pack: Pack, facts: CertificationFacts, planned: Sequence[CreditFact], as_of: date) -> WhatIf:
    """The hours with `planned` beside what is on record, at the end of the next last day to act by, as seen on `as_of`.

    The ids of planned credits are the caller's own, and none on record has them. A planned credit that ends after that
    day counts for nothing in `after`. With nothing planned `before` and `after` are the same.
    """
    now = stand(pack, facts, as_of)
    by = find_last_day(now)
    if by is None or now.days is None or (facts.died_on is not None and facts.died_on <= as_of):
        return WhatIf(None, None, "no", now.counted, now.counted, ())
    on = by if by != date.max else max([as_of, *(one.last_on for one in planned)])
    # what begins between the two days doesn't speak of the cycle that is asked about
    begun = replace(facts, cycles=tuple(cycle for cycle in facts.cycles if cycle.start_on <= as_of))
    before, after = (_count_with(pack, begun, more, on) for more in ((), planned))
    counts = {count.id: count for count in after.credits}
    then = {one.id: _count_then(pack, begun, one) for one in planned if one.last_on > by}
    return WhatIf(
        by=by,
        was_by=now.was_by,
        counts_now=do_hours_count(pack, now.days, as_of),
        before=before,
        after=after,
        planned=tuple(PlannedCount(counts[one.id], then.get(one.id)) for one in planned),
    )


def find_last_day(standing: Standing) -> date | None:
    """The next last day by which hours can be of use, included; `date.max` where it never ends.

    None where none can be earned any more: no cycle is open, the next one is on record, only an exam or the whole way
    leads back, or an act of the authority has ended the certification.
    """
    cycle = standing.cycle
    if cycle is None or standing.following is not None or standing.phase not in _EARNING:
        return None
    last_on = standing.next_on or date.max
    return min(last_on, add_days(cycle.closed_on, -1)) if cycle.closed_on else last_on


def least_needed(pack: Pack, count: HoursCount, *, surely: bool = False) -> Least:
    """The least that would make these hours complete, as few minutes as can be, and what of it has to be in which area.

    A minute counts once within a dimension, and in each dimension besides, so the most demanding one says how many
    there have to be in all. What may count is taken to count, and of two readings the lower one asks; with `surely` it
    is taken not to, and the higher one asks.
    """
    asked = [line for line in count.requirements if not line.is_waived]
    missing = {line.key: _miss(line, surely) for line in asked}
    clocks = {one.key: one.every_years for one in pack.hours.minima} if pack.hours else {}
    groups: Counter[tuple[str, int | None]] = Counter()
    for line in asked:
        if line.unit == "minutes" and not is_beside(line):
            group = TOTAL if line.key == TOTAL else line.dimension
            groups[group, clocks.get(line.key)] += missing[line.key]
    minutes = max(groups.values(), default=0)
    lines = [line for line in asked if missing[line.key] and line.key != TOTAL]
    hours, beside = ([line for line in lines if is_beside(line) is apart] for apart in (False, True))
    return Least(
        minutes=minutes,
        anywhere=minutes - groups[AREAS, None],
        lines=tuple(LeastLine(line.key, missing[line.key], line.unit) for line in hours),
        unknown=tuple(line.key for line in asked if line.needed is None),
        beside=tuple(LeastLine(line.key, missing[line.key], line.unit) for line in beside),
    )


def is_beside(line: Requirement) -> bool:
    """True for what is asked for beside hours of continuing education, and isn't met by credits."""
    return line.key in _BESIDE and line.dimension == line.key


def _miss(line: Requirement, surely: bool) -> int:
    if surely and line.needed is not None:
        return max(0, (line.needed_most or line.needed) - line.counted)
    return line.open or 0


def _count_with(pack: Pack, facts: CertificationFacts, planned: Sequence[CreditFact], on: date) -> HoursCount:
    return stand(pack, replace(facts, credits=(*facts.credits, *planned)), on).counted


def _count_then(pack: Pack, facts: CertificationFacts, one: CreditFact) -> CreditCount:
    counted = _count_with(pack, facts, [one], one.last_on)
    return next(count for count in counted.credits if count.id == one.id)
