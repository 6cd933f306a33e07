"""People who have left: their office still sees the record, as it stood on the last day of their time there."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, CompoundSelect, false, select, true
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Affiliation, Organization, Person
from certtrack.db.queries.earlier import load_person_at
from certtrack.db.queries.merges import load_merged, same_people, same_person
from certtrack.security import Actor, Relation, Role
from certtrack.services.actors import visible_people

FORMER = frozenset({Relation.FORMER_ADMINISTRATOR})
PAGE = 50

_Ended = tuple[int, date, str, str, datetime]
"""Whose row it is, the last day, where and in which zone that was, and since when the row is on record."""


@dataclass(frozen=True, slots=True)
class LastDay:
    """Up to where a record is shown to an administrator of a place that the person has left.

    `on` is the last day of their latest time at a place of the actor's, `known_at` its end there: nothing that was put
    on record later is shown. `own_ids` are the rows that belonged to such a place, merged ones among them; a row that
    never did isn't shown, since no merge says when it was made. `places` are the actor's; None: everywhere.
    """

    person_id: int
    row_id: int
    own_ids: frozenset[int]
    places: frozenset[int] | None
    organization: str
    on: date
    known_at: datetime

    def bound_day(self, day: date | None) -> date:
        """The day that is asked for, and not a later one than the last; None: the last."""
        return min(day or self.on, self.on)

    def bound_moment(self, moment: datetime | None) -> datetime:
        """The moment that is asked for, and not a later one than the end of the last day; None: that end."""
        return min(moment or self.known_at, self.known_at)


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who has left, by their name as it was on record then."""

    person: Person
    last: LastDay


@dataclass(frozen=True, slots=True)
class FormerPage:
    """One page of those who have left. `first` counts from 1."""

    rows: tuple[Former, ...]
    total: int
    first: int

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted(row.person.id for row in self.rows)


def find_last_day(session: Session, actor: Actor, person_id: int, today: date) -> LastDay | None:
    """Up to where the actor sees this record; None where they see it as it is today, or not at all.

    Whoever sees the record today by any other relation has that view and no other.
    """
    last_days = _list_last_days(session, actor, today, Affiliation.person_id.in_(same_person(person_id)))
    return next(iter(last_days), None)


def load_person_then(session: Session, last: LastDay, known_at: datetime) -> Person:
    """The person under their present number with what was on record of them at `known_at`, in no session.

    Before anything was on record of them everything but the number is empty.
    """
    row = session.get_one(Person, last.row_id)
    found = load_person_at(session, row, known_at) or Person(
        given_name="", family_name="", language=row.language, zone=row.zone
    )
    found.id = last.person_id
    return found


def list_former(session: Session, actor: Actor, today: date, page: int = 1) -> FormerPage:
    """Those whom the actor sees as they were when they left, whoever left last first; `page` counts from 1."""
    last_days = _list_last_days(session, actor, today)
    first = (max(page, 1) - 1) * PAGE
    shown = last_days[first : first + PAGE]
    rows = tuple(Former(load_person_then(session, last, last.known_at), last) for last in shown)
    return FormerPage(rows, len(last_days), first + 1)


def count_former(session: Session, actor: Actor, today: date) -> int:
    """How many they are."""
    return len(_list_last_days(session, actor, today))


def closed_people(actor: Actor, today: date) -> CompoundSelect[int]:
    """The numbers of people on whose record the actor decides nothing any more, since they left a place of the actor's.

    Nobody is closed to a command.
    """
    left = (false(),) if actor.is_command else _left(actor, today)
    return same_people(select(Affiliation.person_id).where(*left))


def _list_last_days(session: Session, actor: Actor, today: date, *narrowed: ColumnElement[bool]) -> list[LastDay]:
    """One for each person, the latest first."""
    if actor.is_command:
        return []
    query = (
        select(Affiliation.person_id, Affiliation.until_on, Organization.name, Organization.zone, Person.recorded_at)
        .join(Organization, Organization.id == Affiliation.organization_id)
        .join(Person, Person.id == Affiliation.person_id)
        .where(*_left(actor, today), *narrowed)
        .order_by(Affiliation.id)
    )
    rows = session.execute(query).all()
    merged = load_merged(session, {row.person_id for row in rows}) if rows else {}
    by_person: dict[int, list[_Ended]] = defaultdict(list)
    for row_id, until_on, organization, zone, recorded_at in rows:
        if until_on is not None:
            by_person[merged.get(row_id, row_id)].append((row_id, until_on, organization, zone, recorded_at))
    found = [last for number, each in by_person.items() if (last := _make_last(actor, number, each)) is not None]
    return sorted(found, key=lambda last: (-last.on.toordinal(), last.person_id))


def _make_last(actor: Actor, person_id: int, rows: Iterable[_Ended]) -> LastDay | None:
    """Of a time that had ended before the person was put on record there is nothing to show."""
    own_ids: set[int] = set()
    latest: LastDay | None = None
    for row_id, until_on, organization, zone, recorded_at in rows:
        known_at = end_of(until_on, zone)
        if recorded_at > known_at:
            continue
        own_ids.add(row_id)
        if latest is None or (until_on, known_at) >= (latest.on, latest.known_at):
            latest = LastDay(person_id, row_id, frozenset(), _list_places(actor), organization, until_on, known_at)
    return replace(latest, own_ids=frozenset(own_ids)) if latest is not None else None


def _left(actor: Actor, today: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `affiliation`: ended ones at the actor's places, of people whom the actor doesn't see today."""
    places = _list_places(actor)
    return (
        Affiliation.until_on < today,
        Affiliation.person_id.not_in(select(Person.id).where(visible_people(actor, today))),
        Affiliation.organization_id.in_(places) if places is not None else true(),
    )


def _list_places(actor: Actor) -> frozenset[int] | None:
    """Where the actor is agency administrator; None: everywhere."""
    places = {grant.organization_id for grant in actor.grants if grant.role is Role.AGENCY_ADMINISTRATOR}
    return None if None in places else frozenset(place for place in places if place is not None)
