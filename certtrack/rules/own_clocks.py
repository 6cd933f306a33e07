"""Requirements with a clock of their own: until which day each is met by the hours on record, if none are added.

A pack asks for such hours "every so many years" (`every_years`). Against a cycle they are held on its due day, over the
years up to it; read on every day, hours grow too old from one day to the next. That is the earlier of the two readings,
and the one that somebody has to act by.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from certtrack.rules.bars import list_bars
from certtrack.rules.calendar import add_days, add_years
from certtrack.rules.cycles import days_of, find_newest
from certtrack.rules.facts import CertificationFacts, CreditFact
from certtrack.rules.filling import Given, fill_minima, group_minima, is_meant, shares_by_credit
from certtrack.rules.hours import less
from certtrack.rules.hours_rule import Minimum
from certtrack.rules.judging import Clock, Judged, judge_credits
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import TOTAL, Under
from certtrack.rules.standing import has_ended
from certtrack.rules.under import make_under
from certtrack.rules.waivers import list_waived


@dataclass(frozen=True, slots=True)
class ClockDay:
    """Until when one requirement is met, that day included; it may have passed.

    `until_on` is by what counts for sure, `latest_on` by what may count as well: later, or the same day. Where nothing
    is met for sure both are by what may count. `needed` is what is asked for here, in minutes or credits; `credit_ids`
    are the credits that meet it on `until_on`, the oldest first.
    """

    minimum: Minimum
    needed: int
    until_on: date
    latest_on: date
    credit_ids: tuple[int, ...]


def list_clock_days(pack: Pack, facts: CertificationFacts, as_of: date) -> tuple[ClockDay, ...]:
    """The days of a certification's requirements with a clock of their own, in the pack's order, as of `as_of`.

    One that was never met has no day: nothing says from when on it is counted, and the cycle's own due day tells of it.
    There is none for one that is waived or taken off, of which the pack doesn't say how much it asks for, or that is of
    a role which the holder hasn't; and none at all where no cycle is open, in a first or provisional one for which no
    hours are asked, and once the authority has revoked or retired the certification.
    """
    own = [one for one in pack.hours.minima if one.every_years is not None] if pack.hours else []
    cycle = find_newest(facts)
    if not own or cycle is None or cycle.closed_on is not None or has_ended(facts, as_of):
        return ()
    under = make_under(pack, facts, cycle, days_of(pack, cycle), as_of, list_bars(pack, facts, as_of))
    waived = list_waived(facts, cycle, as_of)
    if under.is_provisional or under.is_exempt or TOTAL in waived:
        return ()
    asked = [one for one in own if one.role is None or one.role in under.roles]
    found = {
        day.minimum.key: day
        for group in group_minima(asked)
        for day in _Group(pack, facts, as_of, under, group).list_days()
        if day.minimum.key not in waived
    }
    return tuple(found[one.key] for one in own if one.key in found)


@dataclass(frozen=True, slots=True)
class _Group:
    """Requirements of one clock, in which an hour counts once."""

    pack: Pack
    facts: CertificationFacts
    as_of: date
    under: Under
    minima: Sequence[Minimum]

    def list_days(self) -> Iterator[ClockDay]:
        for one in self.minima:
            needed = less(one.needed.value, one.key, self.under)
            if not needed:
                continue
            ends = self._list_ends(one)
            sure_on = self._find_last(ends, one, needed, is_sure=True)
            best_on = self._find_last(ends, one, needed, is_sure=False)
            until_on, latest_on = sure_on or best_on, best_on or sure_on
            if until_on is not None and latest_on is not None:
                credit_ids = self._list_met_by(one, until_on, is_sure=sure_on is not None)
                yield ClockDay(one, needed, until_on, max(until_on, latest_on), credit_ids)

    def _list_ends(self, minimum: Minimum) -> list[date]:
        """The days on which a credit counts for the last time, the latest first: on the next one less may be met."""
        meant = (one for one in self.facts.credits if any(is_meant(minimum.kinds, one, part) for part in one.parts))
        return sorted(
            {_find_end(credit, self._years) for credit in meant if credit.last_on <= self.as_of}, reverse=True
        )

    def _find_last(self, ends: Iterable[date], minimum: Minimum, needed: int, *, is_sure: bool) -> date | None:
        return next((on for on in ends if self._count(minimum, on, is_sure=is_sure) >= needed), None)

    def _count(self, minimum: Minimum, on: date, *, is_sure: bool) -> int:
        return fill_minima(self.minima, self._needed, self._list_given(on, is_sure=is_sure)).counted[minimum.key]

    def _list_met_by(self, minimum: Minimum, on: date, *, is_sure: bool) -> tuple[int, ...]:
        given = self._list_given(on, is_sure=is_sure)
        shares = shares_by_credit(fill_minima(self.minima, self._needed, given), given)
        return tuple(credit.id for credit, _ in given if shares.get(credit.id, {}).get(minimum.key))

    def _list_given(self, on: date, *, is_sure: bool) -> Given:
        judged = sorted(self._judge(on), key=lambda one: (one.credit.last_on, one.credit.id))
        return [(one.credit, parts) for one in judged if (parts := one.sure if is_sure else one.best)]

    def _judge(self, on: date) -> list[Judged]:
        """The credits as they count on a day: those of the years up to it."""
        clock, rule = Clock(_begin(on, self._years)), self.pack.hours
        until = min(on, self.as_of)
        if rule is None:
            return []
        return judge_credits(self.pack, rule, None, clock, self.facts.credits, until, frozenset(), self.under.bars)

    @property
    def _needed(self) -> dict[str, int | None]:
        return {one.key: less(one.needed.value, one.key, self.under) for one in self.minima}

    @property
    def _years(self) -> int:
        return self.minima[0].every_years or 0


def _begin(on: date, years: int) -> date:
    """The first of so many years up to a day."""
    return add_days(add_years(on, -years), 1)


def _find_end(credit: CreditFact, years: int) -> date:
    """The last day on which a credit lies within so many years; near a month's end it isn't their number alone."""
    on = add_days(add_years(credit.last_on, years), 3)
    while _begin(on, years) > credit.last_on:
        on -= timedelta(days=1)
    return on
