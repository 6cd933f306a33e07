"""What credits fill: the total and the areas together, and each other dimension by itself."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from certtrack.rules.allocation import Allocation, Cap, Offer, Want, allocate
from certtrack.rules.facts import CreditFact, CreditPart
from certtrack.rules.hours_rule import HoursRule, Kinds, Limit, Minimum
from certtrack.rules.judging import fold

Given = Sequence[tuple[CreditFact, Sequence[CreditPart]]]
"""Credits with those of their parts that count."""

_ELECTIVE = " elective"  # no area is called so: their keys have no blanks


class Filled:
    """What these credits fill: minutes in all, and by area. An area that asks for nothing known takes what is left."""

    def __init__(
        self, rule: HoursRule, needed: Mapping[str, int | None], given: Given, most: int | None = None
    ) -> None:
        """Fill; `needed` are the minutes of each area that is to be met, and `most` those of the total to be taken."""
        ordered = sorted(given, key=lambda one: (one[0].last_on, one[0].id))
        rows = [(credit, place, part) for credit, parts in ordered for place, part in enumerate(parts)]
        self._rows = rows
        self.total = sum(part.minutes for _, _, part in rows)
        caps = _list_caps(rule.limits, rows, most, self.total)
        known = [Want(key, minutes) for key, minutes in needed.items() if minutes is not None]
        rest = [Want(area.key, self.total) for area in rule.areas if needed.get(area.key) is None]
        elective = [Want(_ELECTIVE, self.total)] if caps else []
        more = frozenset({_ELECTIVE} if caps else ())
        offers = [Offer(at, part.minutes, more.union(part.areas)) for at, (_, _, part) in enumerate(rows)]
        self._found: Allocation = allocate(offers, [*known, *rest, *elective], caps)
        self._is_capped = bool(caps)
        if caps:
            self.total = sum(self._found.counted.values())

    def counted(self, area: str) -> int:
        """Minutes that count in an area."""
        return self._found.counted[area]

    def list_shares(self) -> dict[int, dict[str, int]]:
        """Minutes by area of each credit that has any."""
        shares: dict[int, dict[str, int]] = {}
        for (at, area), minutes in self._found.shares.items():
            if area != _ELECTIVE:
                own = shares.setdefault(self._rows[at][0].id, {})
                own[area] = own.get(area, 0) + minutes
        return shares

    def list_totals(self) -> dict[int, int]:
        """Minutes of each credit that count for the total."""
        totals: dict[int, int] = {}
        for at, (credit, _, part) in enumerate(self._rows):
            minutes = self._found.counted_of(at) if self._is_capped else part.minutes
            totals[credit.id] = totals.get(credit.id, 0) + minutes
        return totals

    def list_taken(self) -> Iterable[tuple[int, int, int, Mapping[str, int]]]:
        """Of each part that counts: the credit, the part's place, its minutes, and how many of them by area."""
        by_offer: dict[int, dict[str, int]] = {}
        for (at, area), minutes in self._found.shares.items():
            by_offer.setdefault(at, {})[area] = minutes
        for at, (credit, place, part) in enumerate(self._rows):
            shares = by_offer.get(at, {})
            minutes = sum(shares.values()) if self._is_capped else part.minutes
            if minutes:
                yield credit.id, place, minutes, {key: own for key, own in shares.items() if key != _ELECTIVE}


def fill_minima(minima: Sequence[Minimum], needed: Mapping[str, int | None], given: Given) -> Allocation:
    """What these credits fill of requirements of one dimension, unit and clock: there an hour counts once.

    Offers are numbered by their place among `given`; where credits are counted each is one.
    """
    wants = [Want(one.key, _most(needed[one.key], given)) for one in minima]
    offers: list[Offer] = []
    for at, (credit, parts) in enumerate(given):
        if minima[0].unit == "credits":
            fits = frozenset(one.key for one in minima if any(is_meant(one.kinds, credit, part) for part in parts))
            offers.append(Offer(at * _PARTS, 1, fits))
            continue
        for place, part in enumerate(parts):
            fits = frozenset(one.key for one in minima if is_meant(one.kinds, credit, part))
            offers.append(Offer(at * _PARTS + place, part.minutes, fits))
    return allocate(offers, wants)


def shares_by_credit(found: Allocation, given: Given) -> dict[int, dict[str, int]]:
    """What `fill_minima` found, by the credits' ids and the requirements' keys."""
    shares: dict[int, dict[str, int]] = {}
    for (number, key), amount in found.shares.items():
        own = shares.setdefault(given[number // _PARTS][0].id, {})
        own[key] = own.get(key, 0) + amount
    return shares


def group_minima(minima: Iterable[Minimum]) -> list[list[Minimum]]:
    """Requirements that share an hour, each group in the pack's order."""
    key = _dimension_of
    return [list(group) for _, group in groupby(sorted(minima, key=key), key=key)]


_PARTS = 1000


def _dimension_of(one: Minimum) -> tuple[str, str, int]:
    return one.dimension, one.unit, one.every_years or 0


def _most(needed: int | None, given: Given) -> int:
    return needed if needed is not None else sum(part.minutes for _, parts in given for part in parts)


def is_meant(kinds: Kinds, credit: CreditFact, part: CreditPart) -> bool:
    """Whether this part of the credit is of these kinds."""
    return (not kinds.areas or any(area in kinds.areas for area in part.areas)) and _is_of(kinds, credit)


def is_capped(limit: Limit, credit: CreditFact, part: CreditPart) -> bool:
    """Whether the limit holds this part of the credit."""
    kinds = limit.kinds
    if kinds.areas and not (part.areas and all(area in kinds.areas for area in part.areas)):
        return False
    return _is_of(kinds, credit)


def _is_of(kinds: Kinds, credit: CreditFact) -> bool:
    if kinds.forms and credit.form not in kinds.forms:
        return False
    if kinds.activities and credit.activity not in kinds.activities:
        return False
    if kinds.roles and credit.role not in kinds.roles:
        return False
    return not kinds.sponsors or fold(credit.provider) in {fold(name) for name in kinds.sponsors}


def _list_caps(
    limits: Sequence[Limit], rows: Sequence[tuple[CreditFact, int, CreditPart]], most: int | None, total: int
) -> list[Cap]:
    """The caps that can bind; what they hold is fewer minutes than there are."""
    caps: list[Cap] = []
    for limit in limits:
        held = {at: part.minutes for at, (credit, _, part) in enumerate(rows) if is_capped(limit, credit, part)}
        if sum(held.values()) > limit.minutes.value:
            caps.append(Cap(limit.minutes.value, frozenset(held)))
    if most is not None and total > most:
        caps.append(Cap(most, frozenset(range(len(rows)))))
    return caps
