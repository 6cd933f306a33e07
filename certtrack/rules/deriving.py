"""The cycles of a credential, worked out: an exam or a stated day opens the first, what was granted the next."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from certtrack.rules.basis import find_needed_late
from certtrack.rules.book import Book, Record
from certtrack.rules.calendar import add_months
from certtrack.rules.counting import count_cycle
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import BasisFact, CertificationFacts, CycleFact
from certtrack.rules.history import History
from certtrack.rules.pack import Pack
from certtrack.rules.reasons import Reason
from certtrack.rules.terms import first_start_on
from certtrack.rules.walk import Walk

_MONTHS_OF_HALF_A_YEAR = 6


class DueBeforeStart(ValueError):
    """A stated due day that isn't after the day on which the certification begins."""

    def __init__(self, due_on: date, start_on: date) -> None:
        super().__init__(f"a cycle from {start_on.isoformat()} can't be due on {due_on.isoformat()}")
        self.due_on = due_on
        self.start_on = start_on


@dataclass(frozen=True, slots=True)
class Derived:
    """The facts that a standing rests on; `reasons` are what was known and made no difference, and why.

    `origins` are the records that each cycle rests on, by the cycle's number.
    """

    facts: CertificationFacts
    origins: Mapping[int, tuple[Record, ...]]
    reasons: tuple[Reason, ...]


def derive(pack: Pack, history: History, as_of: date) -> Derived:
    """What is known, as facts for the standing on `as_of`.

    A stated day goes before the one that the rule gives; where they differ both are readings. It belongs to the cycle
    whose own day is nearest; one that is over half a term later than all of them belongs to a cycle of its own. Without
    a stated day and an exam that was passed there is no cycle: nothing is guessed.

    Raises DueBeforeStart where the stated day isn't after the only day that the certification could begin on.
    """
    walk = _walk(pack, history, as_of)
    facts = CertificationFacts(
        id=0,
        credential=history.credential,
        issued_on=history.issued_on,
        cycles=tuple(entry.as_fact() for entry in walk.book.cycles),
        exams=tuple(walk.exams),
        died_on=history.died_on,
        credits=history.credits,
        steps=tuple(walk.steps),
        waivers=tuple(walk.waivers),
        born_on=history.born_on,
        roles=history.roles,
        service=history.service,
        supervision=history.supervision,
    )
    facts = replace(facts, bases=tuple(_list_bases(pack, facts, walk.book)))
    return Derived(facts, {entry.id: tuple(entry.origins) for entry in walk.book.cycles}, tuple(walk.reasons))


def _list_bases(pack: Pack, facts: CertificationFacts, book: Book) -> Iterator[BasisFact]:
    """What each grant rested on that was earned after the due day."""
    for entry in book.cycles:
        granted_on = entry.granted_on
        if granted_on is None or not any(entry.due_on < one.last_on <= granted_on for one in facts.credits):
            continue
        cycle = replace(entry.as_fact(), closed_on=None)
        counted = count_cycle(pack, facts, cycle, days_of(pack, cycle), granted_on)
        yield BasisFact(entry.id, frozenset(find_needed_late(pack, facts, cycle, counted, granted_on)))


def find_ruling(cycles: Iterable[CycleFact], as_of: date) -> CycleFact | None:
    """The cycle by which the version of a pack is chosen: the last that has begun by `as_of`, else the first."""
    given = sorted(cycles, key=lambda cycle: (cycle.start_on, cycle.id))
    begun = [cycle for cycle in given if cycle.start_on <= as_of]
    return begun[-1] if begun else next(iter(given), None)


def _walk(pack: Pack, history: History, as_of: date) -> Walk:
    stated = history.stated_due_on
    walk = Walk(pack, history, as_of)
    if stated is None:
        return walk.go()
    if walk.first is None or stated <= walk.first.start_on:
        _check_order(history, walk.first.start_on if walk.first else None, stated)
        return walk.go(stated, has_first=False)
    if _is_beyond(pack, stated, walk.first.due_on) and not _is_led_up_to(pack, history, stated):
        return walk.go(stated)
    cycles = walk.go().book.cycles
    if _is_beyond(pack, stated, cycles[-1].rule_due_on):
        walk.book.open_stated(stated, None)
        return walk
    nearest = min(cycles, key=lambda entry: (abs((entry.rule_due_on - stated).days), entry.id))
    return Walk(pack, history, as_of, Book(pack, stated, nearest.id)).go()


def _check_order(history: History, first_on: date | None, stated: date) -> None:
    start_on = first_on or history.issued_on
    is_older = history.issued_on is not None and history.issued_on < stated
    if not is_older and start_on is not None and stated <= start_on:
        raise DueBeforeStart(stated, start_on)


def _is_beyond(pack: Pack, stated: date, due_on: date) -> bool:
    """True where the stated day is so much later that another cycle must lie between."""
    return stated > add_months(due_on, _half_a_term(pack))


def _is_led_up_to(pack: Pack, history: History, stated: date) -> bool:
    """True where a grant may have opened the cycle that the stated day ends."""
    latest = add_months(first_start_on(pack, stated), _half_a_term(pack))
    return any(request.granted_from and request.granted_from <= latest for request in history.requests)


def _half_a_term(pack: Pack) -> int:
    return (pack.term_years.value or 1) * _MONTHS_OF_HALF_A_YEAR
