"""Certifications in the order of urgency, narrowed, a page at a time: what each list of people is read by.

A page begins behind the last row of the one before, or ends in front of the first row of the one after it, wherever
that stands by now: none is counted or skipped over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person, StandingSpan
from certtrack.security import Actor
from certtrack.services.actors import is_wide
from certtrack.services.alike import find_alike, list_values
from certtrack.services.finding_people import find_by_words
from certtrack.services.people_selects import (
    OPEN,
    Filters,
    ListSelects,
    Open,
    Place,
    find_shape,
    keep_selects,
    list_place,
    read_place,
    select_listed,
)
from certtrack.services.unreached import find_trusted

__all__ = [
    "OPEN",
    "PAGE",
    "Filters",
    "ListPage",
    "Listed",
    "Open",
    "PeopleList",
    "Place",
    "Sorted",
    "load_listed",
    "read_place",
]

PAGE = 50
MOST_GATHERED = 2_000
"""Of more people than these nobody is gathered before the list is read: it is read in its order instead."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One certification in the list, whose it is with merges followed, and the days on which it stands so."""

    certification: Certification
    person: Person
    span: StandingSpan

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return Place(self.span.next_on, self.span.from_on, self.certification.id)


@dataclass(frozen=True, slots=True)
class ListPage:
    """Some rows in their order. `next_place`: behind which the next page begins, None where these are the last.

    `previous_place`: in front of which the page before ends, None where these are the first.
    """

    rows: tuple[Listed, ...]
    next_place: Place | None
    previous_place: Place | None

    @property
    def person_ids(self) -> list[int]:
        """Whose records these are."""
        return sorted({row.person.id for row in self.rows})


@dataclass(frozen=True, slots=True)
class Sorted:
    """A certification by its number, whose it is with merges followed, and the key of its rules."""

    certification_id: int
    person_id: int
    pack_key: str


class PeopleList:
    """The list of one actor by these filters: whose records they may see is asked once.

    Making it asks one query where the actor's roles may open very many records, and one where words are looked for.
    Its statements are `selects`, which readers who are alike share; `values` are those of their parameters.
    """

    def __init__(self, session: Session, actor: Actor, filters: Filters, *, today: date, at: datetime) -> None:
        self._session, self.filters = session, filters
        # whoever is looked for by words is found first, and then it is asked whose they are
        self.found = find_by_words(session, filters.words) if filters.words.strip() else None
        self.is_wide = self.found is None and is_wide(session, actor, today, MOST_GATHERED)
        trusted_before = find_trusted(at)
        self.values = list_values(actor) | list_place(filters.place) | {"trusted_before": trusted_before}
        if self.found is None:
            self.selects = keep_selects(find_alike(actor), find_shape(filters), today, asks_each=self.is_wide)
        else:
            self.selects = ListSelects(
                actor, filters, today=today, trusted_before=trusted_before, asks_each=True, found=self.found
            )

    def load_page(self, most: int = PAGE) -> ListPage:
        """So many rows from the place of the filters on, the most urgent first; one query.

        On the side of that place there is a page, since it was come from there.
        """
        rows = tuple(Listed(*row) for row in self.ask(f"page {most}", lambda its: its.select_page(most + 1)))
        goes_on, rows = len(rows) > most, rows[:most]
        is_backwards = self.filters.is_backwards
        if is_backwards:
            rows = rows[::-1]
        has_next = is_backwards or goes_on
        has_previous = goes_on if is_backwards else self.filters.place is not None
        return ListPage(
            rows,
            next_place=rows[-1].place if rows and has_next else None,
            previous_place=rows[0].place if rows and has_previous else None,
        )

    def list_all(self) -> tuple[Sorted, ...]:
        """What the filters leave, all of it and in order, however many they are; one query."""
        return tuple(Sorted(*row) for row in self.ask("all", lambda its: its.select_all()))

    def ask(self, name: str, make: Callable[[ListSelects], Any], values: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # rows of any columns
        """The rows of what `make` makes of the selects, once for each name, with these values of its parameters too."""
        return self._session.execute(self.selects.keep(name, make), self.values | {**(values or {})})


def load_listed(session: Session, certification_ids: Sequence[int], as_of: date) -> tuple[Listed, ...]:
    """These certifications in the order in which they are given, as they stand on that day; one query.

    One that stands nowhere on that day is left out.
    """
    holds = (StandingSpan.from_on <= as_of, StandingSpan.until_on >= as_of)
    query = select_listed().where(Certification.id.in_(certification_ids), *holds)
    found = {row.Certification.id: Listed(*row) for row in session.execute(query)}
    return tuple(found[number] for number in certification_ids if number in found)
