"""Certifications in the order of urgency, narrowed, a page at a time: what each list of people is read by.

A page begins behind the last row of the one before, wherever that stands by now: none is counted or skipped over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Certification, Cycle, Intention, Person, StandingSpan
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.db.queries.unindexed import unindexed
from certtrack.security import Actor, Task, narrow
from certtrack.services.actors import is_wide, visible_certifications, visible_one_by_one
from certtrack.services.finding_people import are_found, find_by_words
from certtrack.services.unreached import has_no_way

PAGE = 50
MOST_GATHERED = 2_000
"""Of more people than these nobody is gathered before the list is read: it is read in its order instead."""

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
    `due_before`: whose next day to act by comes before it. `after`: the page that begins behind this place.
    `is_team`: the actor's own certifications are left out.
    """

    as_of: date
    words: str = ""
    validity: str = ""
    credential: str = ""
    open: Open | Literal[""] = ""
    due_before: date | None = None
    after: Place | None = None
    is_team: bool = False

    @property
    def is_narrowed(self) -> bool:
        """True where something but the day is asked for."""
        return bool(self.words or self.validity or self.credential or self.open or self.due_before)


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
    """Some rows in their order. `next_place`: behind which the next page begins, None where these are the last."""

    rows: tuple[Listed, ...]
    next_place: Place | None

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
    """

    def __init__(self, session: Session, actor: Actor, filters: Filters, *, today: date, at: datetime) -> None:
        self._session, self.filters = session, filters
        # whoever is looked for by words is found first, and then it is asked whose they are
        self.found = find_by_words(session, filters.words) if filters.words.strip() else None
        self.is_wide = self.found is None and is_wide(session, actor, today, MOST_GATHERED)
        asks_each = self.is_wide or self.found is not None
        see: Callable[[Actor, date], ColumnElement[bool]]
        see = visible_one_by_one if asks_each else visible_certifications
        self._conditions = [see(actor, today), *self._list_conditions(actor, today, at)]
        if filters.open == "mail" and (told := narrow(actor, Task.LIST_UNREACHED)) != actor:
            self._conditions.append(see(told, today))

    def load_page(self, most: int = PAGE) -> ListPage:
        """So many rows from the place on at which the filters begin, the most urgent first; one query."""
        places = self._select_places(most + 1).subquery()
        query = _select_listed().join(places, places.c.span_id == StandingSpan.id)
        query = query.order_by(places.c.part, *_ORDER).limit(most + 1)
        rows = tuple(Listed(*row) for row in self._session.execute(query))
        return ListPage(rows[:most], rows[most - 1].place if len(rows) > most else None)

    def list_all(self) -> tuple[Sorted, ...]:
        """What the filters leave, all of it and in order, however many they are; one query."""
        last = every_last_way()
        holder = func.coalesce(last.c.into_id, Certification.person_id)
        query = self.select_spans(Certification.id, holder, Certification.pack_key)
        query = query.outerjoin(last, last.c.person_id == Certification.person_id)
        query = query.order_by(StandingSpan.next_on.is_(None), *_ORDER)
        return tuple(Sorted(*row) for row in self._session.execute(query))

    def select_spans(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  # whatever is asked of them
        """A select of these columns over all that the filters leave on the day, whatever the page."""
        return self.select_all_days(*columns).where(*self._holds())

    def select_all_days(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  # likewise
        """The same over every span that the filters leave, of whatever days."""
        return select(*columns).select_from(StandingSpan).join(Certification, _OWN).where(*self._conditions)

    def _select_places(self, most: int) -> Any:  # noqa: ANN401  # a union of two selects
        """Those with a day to act by, in its order, and then those without one: each read by the same index."""
        after = self.filters.after
        dated = [StandingSpan.next_on >= self.filters.as_of]
        undated: list[ColumnElement[bool]] = [StandingSpan.next_on.is_(None)]
        if after is not None and after.next_on is not None:
            # nothing beside it: the index is entered at the place itself, whatever stands at the same day before
            dated = [tuple_(*_ORDER) > (after.next_on, *_behind(after))]
        elif after is not None:
            undated.append(tuple_(*_ORDER[1:]) > _behind(after))
        both = [] if after is not None and after.next_on is None else [(0, dated)]
        parts = [
            select(self._select_part(part, conditions).order_by(*_ORDER).limit(most).subquery())
            for part, conditions in (*both, (1, undated))
        ]
        return union_all(*parts)

    def _select_part(self, part: int, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        number: ColumnElement[int] = literal_column(str(part)).label("part")
        return self.select_spans(number, StandingSpan.id.label("span_id")).where(*conditions)

    def _holds(self) -> tuple[ColumnElement[bool], ...]:
        as_of = self.filters.as_of
        return StandingSpan.from_on <= as_of, StandingSpan.until_on >= as_of

    def _list_conditions(self, actor: Actor, today: date, at: datetime) -> list[ColumnElement[bool]]:
        its = self.filters
        found: list[ColumnElement[bool]] = []
        if its.validity:
            found.append(_VALIDITY.in_((its.validity,)))
        if its.credential:
            found.append(Certification.credential == its.credential)
        if its.due_before:
            found.append(StandingSpan.next_on < its.due_before)
        if its.open:
            found.append(_is_open(its.open, its.as_of, at))
        if self.found is not None:
            found.append(are_found(self.found, actor, today))
        if its.is_team and actor.person_id is not None:
            found.append(Certification.person_id.not_in(same_person(actor.person_id)))
        return found


_OWN = Certification.id == StandingSpan.certification_id
_VALIDITY: ColumnElement[str] = unindexed(StandingSpan.validity)  # most of a list may have the same
_ORDER = (StandingSpan.next_on, StandingSpan.from_on, StandingSpan.certification_id)


def load_listed(session: Session, certification_ids: Sequence[int], as_of: date) -> tuple[Listed, ...]:
    """These certifications in the order in which they are given, as they stand on that day; one query.

    One that stands nowhere on that day is left out.
    """
    holds = (StandingSpan.from_on <= as_of, StandingSpan.until_on >= as_of)
    query = _select_listed().where(Certification.id.in_(certification_ids), *holds)
    found = {row.Certification.id: Listed(*row) for row in session.execute(query)}
    return tuple(found[number] for number in certification_ids if number in found)


def _select_listed() -> Select[Certification, Person, StandingSpan]:
    last, holder = every_last_way(), aliased(Person)
    return (
        select(Certification, holder, StandingSpan)
        .select_from(StandingSpan)
        .join(Certification, _OWN)
        .outerjoin(last, last.c.person_id == Certification.person_id)
        .join(holder, holder.id == func.coalesce(last.c.into_id, Certification.person_id))
    )


def _behind(place: Place) -> tuple[Any, ...]:
    return place.from_on, place.certification_id


def _is_open(what: Open, as_of: date, at: datetime) -> ColumnElement[bool]:
    is_to_act = _VALIDITY.in_(_TO_ACT)
    if what == "hours":
        return and_(is_to_act, StandingSpan.hours == "short", StandingSpan.application.not_in(_ON_ITS_WAY))
    if what == "application":
        return and_(is_to_act, StandingSpan.hours != "short", StandingSpan.application.not_in(_ON_ITS_WAY))
    if what == "answer":
        return StandingSpan.application.in_(_ON_ITS_WAY)
    if what == "plan":
        return has_plan(as_of)
    return exists().where(Person.id == Certification.person_id, has_no_way(at)).correlate(Certification)


def has_plan(as_of: date) -> ColumnElement[bool]:
    """A condition on `certification`: its holder has said on which day they will act, and that day is to come."""
    mine = and_(Cycle.certification_id == Certification.id, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    said = and_(Intention.kind == "plan", Intention.state != "taken_back", Intention.until_on > as_of)
    return exists().where(mine, Intention.cycle_id == Cycle.id, said).correlate(Certification)
