"""The statements of a list of people: made once for readers who are alike, and asked again with other values."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, literal_column, select, tuple_, union_all
from sqlalchemy.orm import aliased

from certtrack.db.models import Certification, Cycle, Intention, Person, StandingSpan
from certtrack.db.parameters import a_day, a_moment, a_number
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.db.queries.unindexed import unindexed
from certtrack.security import Actor, Task, narrow
from certtrack.services.actors import visible_certifications, visible_one_by_one
from certtrack.services.alike import KEPT, name_reader
from certtrack.services.finding_people import Found, are_found
from certtrack.services.unreached import has_no_way

Open = Literal["hours", "application", "answer", "plan", "mail"]
"""What a row has open: hours to earn; an application to send; one sent, of which nothing is known; a day planned;
mail that doesn't arrive."""
OPEN: tuple[Open, ...] = ("hours", "application", "answer", "plan", "mail")

_TO_ACT = ("current", "grace", "late")
_ON_ITS_WAY = ("sent", "submitted", "received")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the list: its next day to act by, since when it stands so, and its number."""

    next_on: date | None
    from_on: date
    certification_id: int

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.next_on or ''}.{self.from_on}.{self.certification_id}"


def read_place(text: str) -> Place | None:
    """The place that an address names; None for a text that is none: then a list begins at its beginning."""
    next_on, _, rest = text.partition(".")
    from_on, _, number = rest.partition(".")
    if not number.isdecimal() or len(number) > 18:
        return None
    try:
        return Place(date.fromisoformat(next_on) if next_on else None, date.fromisoformat(from_on), int(number))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; what is empty or None narrows nothing.

    `open`: of mail that doesn't arrive only those are found of whom it is the actor's to know.
    `due_before`: whose next day to act by comes before it. `after`: the page that begins behind this place; `before`:
    the one that ends in front of it, which `after` goes before. `is_team`: the actor's own certifications are left out.
    """

    as_of: date
    words: str = ""
    validity: str = ""
    credential: str = ""
    open: Open | Literal[""] = ""
    due_before: date | None = None
    after: Place | None = None
    before: Place | None = None
    is_team: bool = False

    @property
    def place(self) -> Place | None:
        """The place from which the page is read, in whichever direction; None from the beginning on."""
        return self.after or self.before

    @property
    def is_backwards(self) -> bool:
        """True where the page is read from its place towards the beginning."""
        return self.after is None and self.before is not None

    @property
    def is_narrowed(self) -> bool:
        """True where something but the day is asked for."""
        return bool(self.words or self.validity or self.credential or self.open or self.due_before)


class ListSelects:
    """The statements of the list of one reader, or of all who are alike, by these filters; each is made once.

    `asks_each`: whose records the reader may see is asked row by row. `reader` and `trusted_before` may be parameters;
    the place from which the page is read always is one, with the values of `list_place`.
    """

    def __init__(
        self,
        reader: Actor,
        filters: Filters,
        *,
        today: date,
        trusted_before: datetime,
        asks_each: bool,
        found: Found | None = None,
    ) -> None:
        self.reader, self.filters, self.trusted_before = reader, filters, trusted_before
        self._asks_each = asks_each
        self._made: dict[str, Any] = {}
        see: Callable[[Actor, date], ColumnElement[bool]]
        see = visible_one_by_one if asks_each else partial(visible_certifications, are_few=True)
        self._conditions = [see(reader, today), *self._list_conditions()]
        if found is not None:
            self._conditions.append(are_found(found, reader, today))
        if filters.open == "mail" and (told := narrow(reader, Task.LIST_UNREACHED)).grants != reader.grants:
            self._conditions.append(see(told, today))

    def keep(self, name: str, make: Callable[["ListSelects"], Any]) -> Any:  # noqa: ANN401  # any statement
        """The statement of that name, which `make` makes of these selects the first time."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def select_page(self, most: int) -> Select[Certification, Person, StandingSpan]:
        """So many rows from the place of the filters on: the most urgent first, and backwards the other way round."""
        places = self._select_places(most).subquery()
        query = select_listed().join(places, places.c.span_id == StandingSpan.id)
        return query.order_by(*self._in_order(places.c.part, *_ORDER)).limit(most)

    def select_all(self) -> Select[int, int, str]:
        """Every certification that the filters leave, in order: its number, whose it is, and the key of its rules."""
        last = every_last_way()
        holder = func.coalesce(last.c.into_id, Certification.person_id)
        query = self.select_spans(Certification.id, holder, Certification.pack_key)
        query = query.outerjoin(last, last.c.person_id == Certification.person_id)
        return query.order_by(StandingSpan.next_on.is_(None), *_ORDER)

    def select_spans(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  # whatever is asked of them
        """A select of these columns over all that the filters leave on the day, whatever the page."""
        return self.select_all_days(*columns).where(*self._holds())

    @cached_property
    def theirs(self) -> FromClause:
        """What the filters leave from the day on: `span_id`, the days of the span, `validity`, whose certification.

        One statement gathers them once, however many of its parts ask for them; where nobody is gathered first each
        part reads them in an order of its own.
        """
        columns = (StandingSpan.id.label("span_id"), *_SPAN, Certification.person_id)
        query = self.select_all_days(*columns).where(StandingSpan.until_on >= self.filters.as_of)
        return query.subquery("theirs") if self._asks_each else query.cte("theirs")

    def select_all_days(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  # likewise
        """The same over every span that the filters leave, of whatever days."""
        return select(*columns).select_from(StandingSpan).join(Certification, _OWN).where(*self._conditions)

    def _select_places(self, most: int) -> Any:  # noqa: ANN401  # a union of two selects
        """Those with a day to act by, in its order, and then those without one: each read by the same index."""
        its = self.theirs.c
        order = (its.next_on, its.from_on, its.certification_id)
        parts = (
            select(literal_column(str(part)).label("part"), its.span_id)
            .where(*conditions)
            .order_by(*self._in_order(*order))
            .limit(most)
            .subquery()
            for part, conditions in self._list_parts(*order)
        )
        return union_all(*(select(part) for part in parts))

    def _list_parts(self, *order: ColumnElement[Any]) -> list[tuple[int, list[ColumnElement[bool]]]]:
        """The two parts of the list that the page may take rows from, with what each row of theirs has to be."""
        place, is_backwards = _name_place(self.filters.place), self.filters.is_backwards
        next_on, from_on = order[:2]
        has_begun = from_on <= self.filters.as_of
        dated, undated = [has_begun, next_on >= self.filters.as_of], [has_begun, next_on.is_(None)]
        if place is None:
            return [(0, dated), (1, undated)]
        # beside a place no other bound on its side, so that the index is entered at the place itself
        if place.next_on is None:
            mine, here = tuple_(*order[1:]), tuple_(*_behind(place))
            if is_backwards:
                return [(0, dated), (1, [unindexed(from_on) <= self.filters.as_of, next_on.is_(None), mine < here])]
            return [(1, [*undated, mine > here])]
        mine, here = tuple_(*order), tuple_(place.next_on, *_behind(place))
        return [(0, [*dated, mine < here])] if is_backwards else [(0, [has_begun, mine > here]), (1, undated)]

    def _in_order(self, *columns: Any) -> tuple[Any, ...]:  # noqa: ANN401  # of a table, or of what was selected
        return tuple(column.desc() for column in columns) if self.filters.is_backwards else columns

    def _holds(self) -> tuple[ColumnElement[bool], ...]:
        as_of = self.filters.as_of
        return StandingSpan.from_on <= as_of, StandingSpan.until_on >= as_of

    def _list_conditions(self) -> list[ColumnElement[bool]]:
        its = self.filters
        found: list[ColumnElement[bool]] = []
        if its.validity:
            found.append(VALIDITY.in_((its.validity,)))
        if its.credential:
            found.append(Certification.credential == its.credential)
        if its.due_before:
            found.append(StandingSpan.next_on < its.due_before)
        if its.open:
            found.append(_is_open(its.open, its.as_of, self.trusted_before))
        if its.is_team and self.reader.person_id is not None:
            found.append(Certification.person_id.not_in(same_person(self.reader.person_id)))
        return found


_OWN = Certification.id == StandingSpan.certification_id
VALIDITY: ColumnElement[str] = unindexed(StandingSpan.validity)  # most of a list may have the same
_ORDER = (StandingSpan.next_on, StandingSpan.from_on, StandingSpan.certification_id)
_SPAN = (*_ORDER, StandingSpan.until_on, StandingSpan.validity)


def select_listed() -> Select[Certification, Person, StandingSpan]:
    """Spans with their certifications and whose these are, merges followed."""
    last, holder = every_last_way(), aliased(Person)
    return (
        select(Certification, holder, StandingSpan)
        .select_from(StandingSpan)
        .join(Certification, _OWN)
        .outerjoin(last, last.c.person_id == Certification.person_id)
        .join(holder, holder.id == func.coalesce(last.c.into_id, Certification.person_id))
    )


def _name_place(place: Place | None) -> Place | None:
    """The same with parameters for all of it, of which `list_place` has the values."""
    if place is None:
        return None
    next_on = None if place.next_on is None else a_day("place_next_on")
    return Place(next_on, a_day("place_from_on"), a_number("place_id"))


def _behind(place: Place) -> tuple[Any, ...]:
    return place.from_on, place.certification_id


def _is_open(what: Open, as_of: date, trusted_before: datetime) -> ColumnElement[bool]:
    is_to_act = VALIDITY.in_(_TO_ACT)
    if what == "hours":
        return and_(is_to_act, StandingSpan.hours == "short", StandingSpan.application.not_in(_ON_ITS_WAY))
    if what == "application":
        return and_(is_to_act, StandingSpan.hours != "short", StandingSpan.application.not_in(_ON_ITS_WAY))
    if what == "answer":
        return StandingSpan.application.in_(_ON_ITS_WAY)
    if what == "plan":
        return _has_plan(as_of)
    return exists().where(Person.id == Certification.person_id, has_no_way(trusted_before)).correlate(Certification)


def _has_plan(as_of: date) -> ColumnElement[bool]:
    """A condition on `certification`: its holder has said on which day they will act, and that day is to come."""
    mine = and_(Cycle.certification_id == Certification.id, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    said = and_(Intention.kind == "plan", Intention.state != "taken_back", Intention.until_on > as_of)
    return exists().where(mine, Intention.cycle_id == Cycle.id, said).correlate(Certification)


@lru_cache(maxsize=KEPT)
def keep_selects(alike: Actor, shape: Filters, today: date, *, asks_each: bool) -> ListSelects:
    """The selects of readers who are alike and of filters of one shape, once for a day.

    The values of their parameters: those of the reader, of `list_place`, and `trusted_before`.
    """
    before = a_moment("trusted_before")
    return ListSelects(name_reader(alike), shape, today=today, trusted_before=before, asks_each=asks_each)


def find_shape(filters: Filters) -> Filters:
    """The filters but for the place: the same for all pages that are read in one direction, with and without a day."""
    place = filters.place
    if place is None:
        return filters
    any_place = Place(None if place.next_on is None else date.min, date.min, 0)
    if filters.is_backwards:
        return replace(filters, before=any_place)
    return replace(filters, after=any_place, before=None)


def list_place(place: Place | None) -> dict[str, Any]:
    """From where the page is read, by the names of its parameters."""
    if place is None:
        return {}
    return {"place_next_on": place.next_on, "place_from_on": place.from_on, "place_id": place.certification_id}
