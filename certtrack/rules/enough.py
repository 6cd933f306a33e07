"""From which day on the hours of a cycle are enough: found at once, without counting them anew for every day.

Requirements that share hours are all met exactly when, whichever of them are taken together, what may count for any of
these is as much as they ask for: a maximum flow is as large as the smallest cut. With the days it only grows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from certtrack.rules.applications import list_taken
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.filling import group_minima, is_capped, is_meant
from certtrack.rules.hours import Asked, Asks, less
from certtrack.rules.hours_rule import HoursRule, Limit, Minimum
from certtrack.rules.judging import Clock, Judged, judge_credits, looking_back
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import Under
from certtrack.rules.under import NO_BARS

_EVER = date.min
_MOST_TOGETHER = 8  # of more requirements that share hours there are too many choices

Offer = tuple[date, int, int, tuple[int, ...]]
"""The day of a part of a credit, its minutes, the requirements that it fits (a bit each), the limits that hold it."""


@dataclass(frozen=True, slots=True)
class Enough:
    """The first day at whose end nothing is open at best, and the first at whose end all is met for sure.

    None: no day, by what is on record. `date.min`: nothing has to be earned for it.
    """

    best_on: date | None
    sure_on: date | None


def find_enough(
    pack: Pack, facts: CertificationFacts, cycle: CycleFact, days: CycleDays, under: Under
) -> Enough | None:
    """From which days on the hours of this cycle are enough; None where they have to be counted for each day.

    That is so where more than the credits' own days changes what is asked for. `under` is that of any day; the hours
    only grow with the days.
    """
    rule = pack.hours
    if rule is None or not _is_plain(rule, facts, cycle, under):
        return None
    judged = _judge(pack, rule, facts, days, Clock(days.start_on), list_taken(facts, cycle))
    is_open, pools = False, [_pool_areas(rule, Asks(rule, under, frozenset()), under.carried, judged)]
    for group in group_minima(one for one in rule.minima if one.role is None or one.role in under.roles):
        mine = judged
        if group[0].every_years is not None:
            clock = looking_back(days, group[0].every_years)
            mine = _judge(pack, rule, facts, days, clock, frozenset())
        pools.append(_pool_minima(group, [less(one.needed.value, one.key, under) for one in group], mine))
        # one that asks for nothing known takes what others of its group need
        is_open |= len(group) > 1 and any(one.needed.value is None for one in group)
    if is_open or any(pool.is_too_much for pool in pools):
        return None
    return Enough(_last(pool.find_best() for pool in pools), _last(pool.find_sure() for pool in pools))


def _is_plain(rule: HoursRule, facts: CertificationFacts, cycle: CycleFact, under: Under) -> bool:
    if under.is_provisional or under.is_exempt or under.may_be_less or under.lines:
        return False
    return rule.counted_over == "cycle" and not any(given.cycle_id == cycle.id for given in facts.waivers)


def _judge(
    pack: Pack, rule: HoursRule, facts: CertificationFacts, days: CycleDays, clock: Clock, taken: frozenset[int]
) -> list[Judged]:
    """The credits that count or may, at the end of days, in the order of theirs."""
    judged = judge_credits(pack, rule, days, clock, facts.credits, date.max, taken, NO_BARS)
    return sorted((one for one in judged if one.best), key=lambda one: one.credit.last_on)


class _Pool:
    """Requirements that share hours, each a bit, and what is offered to them: for sure, and at best."""

    def __init__(
        self, needed: Sequence[int | None], best: Sequence[Offer], sure: Sequence[Offer], most: Sequence[int] = ()
    ) -> None:
        self._is_known = None not in needed
        self._wants = [one or 0 for one in needed]
        self._best, self._sure, self._most = best, sure, most
        self._total: tuple[int | None, int | None] = (0, 0)
        self._groups = _list_groups([1 << at for at, want in enumerate(self._wants) if want], best, len(most))

    def ask_total(self, asked: Asked, carried: int) -> None:
        """Ask for so many minutes in all as well, of which `carried` are there already."""
        if asked.needed is None or asked.most is None:
            self._is_known = False
        else:
            self._total = (asked.needed - carried, asked.most - carried)

    @property
    def is_too_much(self) -> bool:
        return any(group.bit_count() > _MOST_TOGETHER for group in self._groups)

    def find_best(self) -> date | None:
        return self._find(self._best, self._total[0] or 0)

    def find_sure(self) -> date | None:
        if not self._is_known:
            return None
        is_all_sure = len(self._sure) == len(self._best) and self._total[0] == self._total[1]
        return self.find_best() if is_all_sure else self._find(self._sure, self._total[1] or 0)

    def _find(self, offers: Sequence[Offer], total: int) -> date | None:
        return _last(
            _find_first(offers, chosen, minutes, self._most) for chosen, minutes in ((-1, total), *self._list_choices())
        )

    def _list_choices(self) -> Iterator[tuple[int, int]]:
        for group in self._groups:
            chosen = group
            while chosen:
                yield chosen, sum(want for at, want in enumerate(self._wants) if chosen >> at & 1)
                chosen = (chosen - 1) & group


def _pool_areas(rule: HoursRule, asks: Asks, carried: int, judged: Sequence[Judged]) -> _Pool:
    bits = {area.key: 1 << at for at, area in enumerate(asks.areas)}
    limits = _find_binding(rule.limits, judged)
    best: list[Offer] = []
    sure: list[Offer] = []
    for one in judged:
        for part in one.best:
            fits = 0
            for area in part.areas:
                fits |= bits.get(area, 0)
            held = tuple(at for at, limit in enumerate(limits) if is_capped(limit, one.credit, part)) if limits else ()
            best.append((one.credit.last_on, part.minutes, fits, held))
        if one.counts == "yes":
            sure += best[-len(one.best) :]
    pool = _Pool([area.needed for area in asks.areas], best, sure, [limit.minutes.value for limit in limits])
    pool.ask_total(asks.total, carried)
    return pool


def _pool_minima(group: Sequence[Minimum], needed: Sequence[int | None], judged: Sequence[Judged]) -> _Pool:
    best: list[Offer] = []
    sure: list[Offer] = []
    for one in judged:
        fits = [sum(1 << at for at, each in enumerate(group) if is_meant(each.kinds, one.credit, p)) for p in one.best]
        if group[0].unit == "credits":
            own: list[Offer] = [(one.credit.last_on, 1, reduce(or_, fits), ())]
        else:
            own = [(one.credit.last_on, part.minutes, fit, ()) for part, fit in zip(one.best, fits, strict=True)]
        best += own
        if one.counts == "yes":
            sure += own
    return _Pool(needed, best, sure)


def _find_binding(limits: Iterable[Limit], judged: Sequence[Judged]) -> list[Limit]:
    """The limits that hold back anything at all."""
    held = (
        (limit, sum(part.minutes for one in judged for part in one.best if is_capped(limit, one.credit, part)))
        for limit in limits
    )
    return [limit for limit, minutes in held if minutes > limit.minutes.value]


def _list_groups(bits: Sequence[int], offers: Sequence[Offer], limits: int) -> list[int]:
    """The requirements, by those that share an offer, or offers under one limit."""
    wanted = sum(bits)
    shared = {fits & wanted for _, _, fits, _ in offers}
    for at in range(limits):
        shared.add(reduce(or_, (fits & wanted for _, _, fits, held in offers if at in held), 0))
    groups = list(bits)
    for fits in shared:
        if fits & (fits - 1):
            apart = [group for group in groups if not group & fits]
            groups = [*apart, sum(group for group in groups if group & fits)]
    return groups


def _find_first(offers: Sequence[Offer], chosen: int, minutes: int, most: Sequence[int]) -> date | None:
    """The first day on which so many minutes may count for any of what is chosen; -1 stands for every offer."""
    if minutes <= 0:
        return _EVER
    room, left = list(most), minutes
    for on, own, fits, held in offers:
        if chosen != -1 and not fits & chosen:
            continue
        counting = own
        for at in held:
            if room[at] < counting:
                counting = room[at]
        for at in held:
            room[at] -= counting
        left -= counting
        if left <= 0:
            return on
    return None


def _last(days: Iterable[date | None]) -> date | None:
    latest = _EVER
    for day in days:
        if day is None:
            return None
        latest = max(latest, day)
    return latest
