"""How far the hours of a cycle are, as its holder may be told: nothing that isn't certain, and what isn't known."""

from dataclasses import dataclass, replace

from certtrack.rules.facts import CertificationFacts
from certtrack.rules.judging import do_hours_count
from certtrack.rules.pack import Holds, Pack
from certtrack.rules.provisional import is_provisional
from certtrack.rules.requirements import TOTAL, Hours, HoursCount, Requirement
from certtrack.rules.standing import Standing
from certtrack.rules.what_if import Least, LeastLine, find_last_day, is_beside, least_needed


@dataclass(frozen=True, slots=True)
class SoFar:
    """The hours of an open cycle on one day; what is asked for beside them, such as service, is left out.

    `counted` is empty where no hours are asked for at all. `waiting` are minutes of the total that are counted and that
    nobody has checked. `least` is what is still needed at the best, `most` at the worst, of what is published.
    `may_be_less`: nothing says how many are asked for in this cycle. `counts_now` says whether hours that are earned on
    this day still count; None where that isn't published.
    """

    counted: HoursCount
    waiting: int
    least: Least
    most: Least
    may_be_less: bool
    counts_now: Holds | None

    @property
    def total(self) -> Requirement | None:
        """The hours in all; None where none are asked for."""
        return next((line for line in self.counted.requirements if line.key == TOTAL), None)

    @property
    def is_short(self) -> bool:
        """True where something is still to do, whatever the reading."""
        return self.counted.hours == "short"

    @property
    def may_be_more(self) -> bool:
        """True where it may be more that is still to do than `least` says."""
        return bool(self.least.unknown) or self.most.minutes > self.least.minutes


def find_so_far(pack: Pack, facts: CertificationFacts, standing: Standing, cycle_id: int) -> SoFar | None:
    """The hours of that cycle by `standing`, which is that of these facts by `pack`.

    None where there is nothing to be told: the rules say nothing of hours, another cycle speaks, the next one is on
    record, or none can be earned for it any more.
    """
    cycle, days = standing.cycle, standing.days
    if pack.hours is None or cycle is None or days is None or cycle.id != cycle_id or find_last_day(standing) is None:
        return None
    lines = tuple(line for line in standing.counted.requirements if not is_beside(line))
    if not lines and not is_provisional(pack, facts, cycle):
        return None
    counted = replace(standing.counted, requirements=lines)
    least, most = (least_needed(pack, counted, surely=surely) for surely in (False, True))
    may_be_less = not least.is_nothing and standing.hours == "unconfirmed"
    is_complete = most.is_nothing and not most.unknown
    is_short = not least.is_nothing and not may_be_less
    hours: Hours = "short" if is_short else "complete" if is_complete else "unconfirmed"
    return SoFar(
        counted=replace(counted, hours=hours),
        waiting=_count_waiting(facts, counted),
        least=least,
        most=most,
        may_be_less=may_be_less,
        counts_now=do_hours_count(pack, days, standing.as_of),
    )


def find_only_area(pack: Pack, so_far: SoFar) -> LeastLine | None:
    """The only requirement that asks for some of the hours still to do, where it is an area with a name."""
    lines, rule = so_far.least.lines, pack.hours
    named = {area.key for area in rule.areas if area.name is not None and area.minimum is not None} if rule else set()
    return lines[0] if len(lines) == 1 and lines[0].key in named and lines[0].unit == "minutes" else None


def _count_waiting(facts: CertificationFacts, counted: HoursCount) -> int:
    """Of what is counted, what is checked comes first."""
    total = next((line for line in counted.requirements if line.key == TOTAL), None)
    if total is None:
        return 0
    unchecked = {credit.id for credit in facts.credits if credit.decision == "waiting"}
    waiting = sum(one.sure for one in counted.credits if one.id in unchecked)
    checked = sum(one.sure for one in counted.credits if one.id not in unchecked)
    return min(waiting, max(0, total.counted - checked))
