"""Which hours count in a cycle, how far each requirement is met, and why a credit counts or doesn't."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.allocation import Allocation
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CreditFact
from certtrack.rules.filling import Filled, Given, fill_minima, group_minima, shares_by_credit
from certtrack.rules.hours_rule import HoursRule, Minimum, Unit
from certtrack.rules.judging import Clock, CountCode, Counts, Judged, judge_credits, looking_back
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import AREAS, TOTAL, CreditCount, Hours, HoursCount, Line, Requirement, Under

__all__ = ["TOTAL", "CountCode", "Counts", "CreditCount", "Hours", "HoursCount", "Line", "Requirement", "Under"]

PLAIN = Under()


def count_hours(
    pack: Pack,
    days: CycleDays | None,
    claimed: Sequence[CreditFact],
    as_of: date,
    taken: frozenset[int] = frozenset(),
    waived: frozenset[str] = frozenset(),
    under: Under = PLAIN,
) -> HoursCount:
    """Count the hours of the cycle with these days, at the end of `as_of`.

    `taken` are credits that the end of an earlier cycle rested on: an hour counts once. `waived` are requirements that
    needn't be met; with `total` none of them need be.

    `complete` only where no reading says otherwise, `short` only where none says that it is; else `unconfirmed`, as
    without a cycle or without published rules. One more credit never makes the answer worse.
    """
    rule = pack.hours
    lines = tuple(_make(Asked(one.key, one.key, "minutes", one.needed), one.sure, one.best) for one in under.lines)
    if under.is_provisional:
        idle = tuple(CreditCount(credit.id, "no", "provisional_term", 0) for credit in claimed)
        return HoursCount(_answer(lines, under) if lines else "unconfirmed", lines, idle)
    if rule is None or (days is None and rule.counted_over == "cycle"):
        return HoursCount(_answer(lines, under) if lines and days else "unconfirmed", lines, ())
    start_on = _find_start(rule, days)
    clock = Clock(start_on) if under.since is None else Clock(under.since, as_of)
    judged = judge_credits(pack, rule, days, clock, claimed, as_of, taken, under.bars)
    counted = _Counted(rule, under, _list_waived(rule, waived, under), judged)
    others = _Others(pack, rule, days, claimed, as_of, under, judged)
    requirements = (*counted.list_requirements(), *others.list_requirements(waived), *lines)
    return HoursCount(
        hours=_answer(requirements, under),
        requirements=requirements,
        credits=tuple(counted.list_credits(judged, others)),
    )


def _find_start(rule: HoursRule, days: CycleDays | None) -> date | None:
    """The first day that counts; None where everything that was ever earned does."""
    return None if days is None or rule.counted_over == "ever" else days.start_on


@dataclass(frozen=True, slots=True)
class Taken:
    """Minutes of one part of a credit that a certification needs, and how many of them in each area."""

    credit_id: int
    part: int
    minutes: int
    shares: Mapping[str, int]


def list_needed(
    pack: Pack, days: CycleDays | None, claimed: Sequence[CreditFact], as_of: date, taken: frozenset[int], under: Under
) -> list[Taken]:
    """What a certification takes of its credits, sure or not: no more than it needs."""
    rule = pack.hours
    if rule is None or under.is_provisional or under.is_exempt or (days is None and rule.counted_over == "cycle"):
        return []
    judged = judge_credits(pack, rule, days, Clock(_find_start(rule, days)), claimed, as_of, taken, under.bars)
    asks = Asks(rule, under, frozenset())
    given = [(one.credit, one.best) for one in judged if one.best]
    filled = Filled(rule, {area.key: area.needed for area in asks.areas}, given, asks.total.most)
    origins = {one.credit.id: one.origins for one in judged}
    return [
        Taken(credit_id, origins[credit_id][place], minutes, shares)
        for credit_id, place, minutes, shares in filled.list_taken()
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement before anything is counted; `needed_most` is the highest of two readings."""

    key: str
    dimension: str
    unit: Unit
    needed: int | None
    needed_most: int | None = None
    is_waived: bool = False

    @property
    def most(self) -> int | None:
        """The highest reading; None where nothing is published."""
        return self.needed_most if self.needed_most is not None else self.needed


class Asks:
    """The total and the areas as they are asked for here: with what a role adds, less what was taken off."""

    def __init__(self, rule: HoursRule, under: Under, waived: frozenset[str]) -> None:
        added = [one for one in rule.minima if one.role in under.roles and one.unit == "minutes" and one.needed.value]
        on_top = sum(one.needed.value or 0 for one in added if one.adds == "yes")
        perhaps = sum(one.needed.value or 0 for one in added if one.adds is None)
        total = less(rule.total.value, TOTAL, under)
        least = None if total is None else total + on_top
        most = least + perhaps if least is not None and perhaps else None
        self.total = Asked(TOTAL, AREAS, "minutes", least, most, TOTAL in waived)
        self.areas = [
            Asked(area.key, AREAS, "minutes", less(area.minimum.value, area.key, under), None, area.key in waived)
            for area in rule.areas
            if area.minimum is not None
        ]


class _Counted:
    """The total and the areas: what counts for sure, and at best."""

    def __init__(self, rule: HoursRule, under: Under, waived: frozenset[str], judged: Sequence[Judged]) -> None:
        self._elsewhere = frozenset(one.key for one in rule.minima)
        self._asks = Asks(rule, under, waived)
        self._carried = under.carried
        needed = {area.key: None if area.is_waived else area.needed for area in self._asks.areas}
        sure = [(one.credit, one.sure) for one in judged if one.sure]
        self._sure = Filled(rule, needed, sure)
        may_be_more = any(one.sure != one.best for one in judged)
        best = [(one.credit, one.best) for one in judged if one.best]
        self._best = Filled(rule, needed, best) if may_be_more else self._sure

    def list_requirements(self) -> Iterable[Requirement]:
        yield _make(self._asks.total, self._sure.total + self._carried, self._best.total + self._carried)
        for area in self._asks.areas:
            yield _make(area, self._sure.counted(area.key), self._best.counted(area.key))

    def list_credits(self, judged: Sequence[Judged], others: "_Others") -> Iterable[CreditCount]:
        shares, totals = self._list_shares(self._best), self._best.list_totals()
        sure_shares, sure_totals = shares, totals
        if self._sure is not self._best:
            sure_shares, sure_totals = self._list_shares(self._sure), self._sure.list_totals()
        for one in judged:
            number = one.credit.id
            minutes = totals.get(number, 0)
            is_cut = one.code == "counts" and minutes < sum(part.minutes for part in one.best)
            code: CountCode = "over_limit" if is_cut else one.code
            by_area, sure_by_area = (tuple(found.get(number, {}).items()) for found in (shares, sure_shares))
            sure = sure_totals.get(number, 0)
            yield CreditCount(number, one.counts, code, minutes, by_area, others.shares_of(number), sure, sure_by_area)

    def _list_shares(self, filled: Filled) -> Mapping[int, Mapping[str, int]]:
        """Minutes by area of each credit; what another clock, a role or a number goes by is told there instead."""
        if not self._elsewhere:
            return filled.list_shares()
        return {
            number: {key: minutes for key, minutes in shares.items() if key not in self._elsewhere}
            for number, shares in filled.list_shares().items()
        }


class _Others:
    """The requirements of other dimensions that are asked of this holder."""

    def __init__(
        self,
        pack: Pack,
        rule: HoursRule,
        days: CycleDays | None,
        claimed: Sequence[CreditFact],
        as_of: date,
        under: Under,
        judged: Sequence[Judged],
    ) -> None:
        self._under = under
        self._asked = [one for one in rule.minima if one.role is None or one.role in under.roles]
        self._needed = {one.key: less(one.needed.value, one.key, under) for one in self._asked}
        self._counted: dict[str, tuple[int, int]] = {}
        self._shares: dict[int, dict[str, int]] = {}
        for group in group_minima(self._asked):
            mine = judged
            if group[0].every_years is not None and days is not None:
                clock = looking_back(days, group[0].every_years)
                mine = judge_credits(pack, rule, days, clock, claimed, as_of, frozenset(), under.bars)
            self._fill(group, mine)

    def list_requirements(self, waived: frozenset[str]) -> Iterable[Requirement]:
        for one in self._asked:
            is_waived = bool(waived & {TOTAL, one.key}) or self._under.is_exempt
            asked = Asked(one.key, one.dimension, one.unit, self._needed[one.key], None, is_waived)
            yield _make(asked, *self._counted[one.key])

    def shares_of(self, credit_id: int) -> tuple[tuple[str, int], ...]:
        return tuple(self._shares.get(credit_id, {}).items())

    def _fill(self, group: Sequence[Minimum], judged: Sequence[Judged]) -> None:
        ordered = sorted(judged, key=lambda one: (one.credit.last_on, one.credit.id))
        sure: Given = [(one.credit, one.sure) for one in ordered if one.sure]
        best: Given = [(one.credit, one.best) for one in ordered if one.best]
        certain = fill_minima(group, self._needed, sure)
        most: Allocation = certain if sure == best else fill_minima(group, self._needed, best)
        for one in group:
            self._counted[one.key] = certain.counted[one.key], most.counted[one.key]
        for number, shares in shares_by_credit(most, best).items():
            self._shares.setdefault(number, {}).update(shares)


def _list_waived(rule: HoursRule, waived: frozenset[str], under: Under) -> frozenset[str]:
    if TOTAL not in waived and not under.is_exempt:
        return waived
    return frozenset({TOTAL, *(area.key for area in rule.areas)})


def less(needed: int | None, key: str, under: Under) -> int | None:
    """What is asked for under a key by these conditions, of what the pack says; None where that isn't known."""
    if needed is None:
        return None
    months, of = under.share or (1, 1)
    return max(0, needed * months // of - under.reduced.get(key, 0))


def _make(asked: Asked, sure: int, best: int) -> Requirement:
    needed, most = asked.needed, asked.most
    if needed is None or most is None:
        counted, highest, still = min(sure, best), best, None
    else:
        counted, highest, still = min(sure, most), min(best, most), max(0, needed - best)
    return Requirement(
        key=asked.key,
        needed=needed if still is not None else None,
        counted=counted,
        unsure=max(0, highest - counted),
        open=0 if asked.is_waived else still,
        is_waived=asked.is_waived,
        dimension=asked.dimension,
        unit=asked.unit,
        needed_most=asked.needed_most if still is not None else None,
    )


def _answer(requirements: Sequence[Requirement], under: Under) -> Hours:
    if any(requirement.open for requirement in requirements):
        return "unconfirmed" if under.may_be_less else "short"
    asked = [requirement for requirement in requirements if not requirement.is_waived]
    is_sure = all(one.needed is not None and one.counted >= (one.needed_most or one.needed) for one in asked)
    return "complete" if is_sure else "unconfirmed"
