"""Minutes that one certification has taken and another of the same person can't count.

Certifications are solved in the order of their due days, so that a new credit never makes an earlier one worse.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from certtrack.rules.applications import list_taken
from certtrack.rules.cycles import days_of, find_speaking
from certtrack.rules.facts import Beside, CertificationFacts
from certtrack.rules.hours import Taken, list_needed
from certtrack.rules.judging import Bar
from certtrack.rules.pack import ANY, Pack, Sharing
from certtrack.rules.requirements import Under
from certtrack.rules.under import NO_BARS, make_under

Bars = Mapping[int, Sequence[Bar]]


def list_bars(pack: Pack, facts: CertificationFacts, as_of: date) -> Bars:
    """What the certifications that are due earlier have taken of these credits, by credit, at the end of `as_of`."""
    if not facts.beside:
        return NO_BARS
    mine = _order(facts, as_of)
    before = sorted(
        (one for one in facts.beside if one.pack.key != pack.key and _order(one.facts, as_of) < mine),
        key=lambda one: _order(one.facts, as_of),
    )
    held: list[tuple[Beside, Sequence[Taken]]] = []
    for one in before:
        bars = _collect(one.pack, held)
        held.append((one, _list_taken(one, bars, as_of)))
    return _collect(pack, held)


def _order(facts: CertificationFacts, as_of: date) -> tuple[date, int]:
    cycle = find_speaking(facts, as_of)
    return (cycle.due_on if cycle else date.max), facts.id


def _list_taken(one: Beside, bars: Bars, as_of: date) -> Sequence[Taken]:
    cycle = find_speaking(one.facts, as_of)
    if cycle is None:
        return list_needed(one.pack, None, one.facts.credits, as_of, frozenset(), Under(one.facts.roles, bars=bars))
    days = days_of(one.pack, cycle)
    under = make_under(one.pack, one.facts, cycle, days, as_of, bars)
    return list_needed(one.pack, days, one.facts.credits, as_of, list_taken(one.facts, cycle), under)


def _collect(pack: Pack, held: Sequence[tuple[Beside, Sequence[Taken]]]) -> Bars:
    found: dict[int, list[Bar]] = {}
    for other, taken in held:
        for one in taken:
            found.setdefault(one.credit_id, []).extend(_make(pack, other.pack, one))
    return found


def _make(pack: Pack, earlier: Pack, one: Taken) -> Iterator[Bar]:
    """The bars on one part that `earlier` has taken minutes of."""
    mine, others = _named(pack, earlier), _named(earlier, pack)
    whole = {rule.counts.value for rule in (*mine, *others) if not rule.areas}
    if "no" in whole:
        yield Bar(one.part, one.minutes, None, is_sure=True)
        return
    for rule in others:
        minutes = sum(minutes for area, minutes in one.shares.items() if area in rule.areas)
        if minutes and rule.counts.value != "yes":
            yield Bar(one.part, minutes, None, is_sure=rule.counts.value == "no")
    for rule in mine:
        if rule.areas and rule.counts.value != "yes":
            yield Bar(one.part, one.minutes, frozenset(rule.areas), is_sure=rule.counts.value == "no")
    if "yes" not in whole:
        yield Bar(one.part, one.minutes, None, is_sure=False)


def _named(pack: Pack, other: Pack) -> list[Sharing]:
    return [rule for rule in pack.sharing if ANY in rule.others or other.key in rule.others]
