"""Keeping book of a credential's cycles, in the order in which they open."""

from dataclasses import dataclass, field, replace
from datetime import date

from certtrack.rules.calendar import add_days
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.pack import Pack
from certtrack.rules.terms import (
    Step,
    Term,
    computed_due_on_near,
    first_start_on,
    following_start_on,
    next_start_on,
)

Record = tuple[str, int]


@dataclass(slots=True)
class Entry:
    """One cycle in the book. `rule_due_on` is its due day without an extension: the next term is counted from it.

    `opened_on` is the first day on which it is known to be the one to act for, `granted_on` the day on which a grant
    ended it; `sat` counts attempts on its way back.
    """

    id: int
    start_on: date
    due_on: date
    source: DueSource
    computed_on: date | None
    opened_on: date
    origins: list[Record]
    rule_due_on: date
    step: Step = "full"
    closed_on: date | None = None
    granted_on: date | None = None
    sat: int = 0

    def as_fact(self) -> CycleFact:
        """What the standing is given of it."""
        return CycleFact(self.id, self.start_on, self.due_on, self.source, self.computed_on, self.closed_on)


@dataclass(slots=True)
class Book:
    """The cycles of one credential. `stated` is a day on paper, `place` the number of the cycle that it belongs to."""

    pack: Pack
    stated: date | None = None
    place: int | None = None
    cycles: list[Entry] = field(default_factory=list)

    @property
    def last(self) -> Entry | None:
        """The cycle that opened last, None where there is none."""
        return self.cycles[-1] if self.cycles else None

    def at(self, day: date) -> Entry | None:
        """The cycle that there was to act for on `day`, the first before all of them; None where there is none."""
        known = [entry for entry in self.cycles if entry.opened_on <= day]
        return known[-1] if known else next(iter(self.cycles), None)

    def open(self, term: Term, origin: Record, opened_on: date | None = None) -> None:
        """Open a cycle with the days that the rule gives; a stated day that belongs to it goes before."""
        opened_on = opened_on or term.start_on
        if self.stated is not None and len(self.cycles) + 1 == self.place:
            origins = [("certification", 0), origin]
            self._add(term.start_on, self.stated, "stated", term.due_on, opened_on, origins)
        else:
            self._add(term.start_on, term.due_on, "computed", term.due_on, opened_on, [origin])
        self.cycles[-1].step = term.step

    def open_stated(self, due_on: date, issued_on: date | None) -> None:
        """Open the cycle that a stated day alone tells of, after those that are there.

        It begins a term before, or on the day of the first issue where that is later.
        """
        last, first_on = self.last, first_start_on(self.pack, due_on)
        start_on = first_on
        if last is not None:
            start_on = following_start_on(self.pack, last.due_on, due_on, due_on)
            last.closed_on = last.closed_on or start_on
        elif issued_on is not None and issued_on < due_on:
            start_on = max(start_on, issued_on)
        computed = computed_due_on_near(self.pack, due_on)
        self._add(start_on, due_on, "stated", computed, start_on, [("certification", 0)])

    def open_next(self, term: Term, granted_on: date, origin: Record) -> None:
        """Close the last cycle on the day of a grant, or when the next one begins where that is later; open that one.

        The next begins after the last day of the one before, an extension included; after a provisional step on the day
        of the grant.
        """
        last = self.cycles[-1]
        if last.step == "full":
            term = replace(term, start_on=max(term.start_on, next_start_on(last.due_on)))
        last.closed_on, last.granted_on = max(granted_on, term.start_on), granted_on
        self.open(term, origin, last.closed_on)

    def extend(self, entry: Entry, until_on: date, origin: Record) -> None:
        """Move a cycle's due day; the one after it begins later where it has to."""
        entry.due_on, entry.source = until_on, "extended"
        entry.origins.append(origin)
        after = next((one for one in self.cycles if one.id == entry.id + 1), None)
        if after is not None and after.start_on <= until_on < after.due_on:
            after.start_on = add_days(until_on, 1)
            entry.closed_on = max(entry.closed_on or after.start_on, after.start_on)

    def _add(
        self,
        start_on: date,
        due_on: date,
        source: DueSource,
        computed_on: date | None,
        opened_on: date,
        origins: list[Record],
    ) -> None:
        number = len(self.cycles) + 1
        self.cycles.append(Entry(number, start_on, due_on, source, computed_on, opened_on, origins, due_on))
