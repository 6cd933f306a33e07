"""Whose team is whose: who answers for whom on any day of a time, read at once and then asked day by day."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Select, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Affiliation, Assignment, Certification, Person, StandIn
from certtrack.db.queries.merges import every_last_way, last_ways, same_people
from certtrack.db.together import AnySelect, ask_together
from certtrack.services.stand_in_book import StandInBook, group_lasting, group_parts, lasts

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom the supervisor with that number has at a place; `person_id` is who it is in the end."""

    supervisor_id: int
    place: int
    person_id: int
    has_died: bool
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Instead:
    """Who stands in for whom at a place on these days, by the numbers as they were put on record."""

    supervisor_id: int
    stand_in_id: int
    place: int
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class TeamBook(StandInBook):
    """The teams of some supervisors on any day of a time; `people` is whoever supervises or stands in.

    `members` are by the supervisor's number as it was put on record.
    """

    members: Mapping[int, Sequence[Member]]
    instead: Sequence[Instead]

    def find_teams(self, on: date) -> dict[int, frozenset[int]]:
        """The organizations in which each of them has a team that day; a stand-in has that of whoever is away."""
        teams = {number: self.find_places(number, on) for number in self.people if self.final(number) == number}
        return {number: places for number, places in teams.items() if places}

    def find_places(self, person_id: int, on: date) -> frozenset[int]:
        """Those in which this one has a team that day; none: an empty set."""
        own = self._list_own(person_id, on)
        away = {(one.supervisor_id, one.place) for one in self.instead if lasts(one.from_on, one.until_on, on)}
        covered = (
            place
            for number, place in away
            if place in self._list_own(self.final(number), on) and self.find_stand_in(number, place, on) == person_id
        )
        return frozenset(own).union(covered)

    def find_team(self, person_id: int, places: Collection[int], on: date) -> set[Member]:
        """Whom they have there that day, and in another's place, the dead included; never themselves."""
        return {one for one in self._list_members(person_id, on) if one.place in places and one.person_id != person_id}

    def _list_own(self, person_id: int, on: date) -> set[int]:
        members = (one for number in self._list_numbers(person_id) for one in self.members.get(number, ()))
        return {one.place for one in members if lasts(one.from_on, one.until_on, on)}

    def _list_members(self, person_id: int, on: date) -> Iterator[Member]:
        own, covered = self._list_numbers(person_id), self._list_covered(person_id, on)
        for number in own | {supervisor_id for supervisor_id, _ in covered}:
            for one in self.members.get(number, ()):
                is_theirs = number in own or (number, one.place) in covered
                if is_theirs and lasts(one.from_on, one.until_on, on):
                    yield one

    def _list_covered(self, person_id: int, on: date) -> set[tuple[int, int]]:
        """As `certtrack.db.queries.stand_ins.covered_by`."""
        standing = [one for one in self.instead if lasts(one.from_on, one.until_on, on)]
        found = {(one.supervisor_id, one.place) for one in standing if self.final(one.stand_in_id) == person_id}
        while (
            more := {(one.supervisor_id, one.place) for one in standing if (one.stand_in_id, one.place) in found}
            - found
        ):
            found |= more
        return found

    def _list_numbers(self, person_id: int) -> set[int]:
        """All numbers that this one was put on record under."""
        return {person_id, *(number for number, last in self.same.items() if last == person_id)}


def load_team_book(session: Session, days: Days, places: Collection[int] | None = None) -> TeamBook:
    """The teams from the first to the last of `days`, in one query; `places` None are all organizations.

    Else those are known whole that somebody answers for in these places.
    """
    return make_team_book(ask_together(session, *select_teams(days, places)))


def select_teams(days: Days, places: Collection[int] | None) -> tuple[AnySelect, ...]:
    """What such a book is made of."""
    away = _select_away(days).cte()
    assigned = _select_assigned(days, places, away).cte()
    leading = _gather(assigned.c.supervisor_id, away.c.supervisor_id, away.c.stand_in_id)
    ends, end = every_last_way(), aliased(Person)
    members = select(
        assigned.c.supervisor_id,
        assigned.c.organization_id,
        end.id,
        end.died_on,
        assigned.c.from_on,
        assigned.c.until_on,
    ).outerjoin(ends, ends.c.person_id == assigned.c.person_id)
    lasting = select(last_ways(leading).subquery().c.into_id)
    belonging = select(
        Affiliation.person_id, Affiliation.organization_id, Affiliation.from_on, Affiliation.until_on
    ).where(Affiliation.person_id.in_(same_people(select(away.c.stand_in_id))))
    columns = ("id", "supervisor_id", "stand_in_id", "organization_id", "from_on", "until_on")
    return (
        last_ways(leading),
        members.join(end, end.id == func.coalesce(ends.c.into_id, assigned.c.person_id)),
        select(*(away.c[name] for name in columns)),
        belonging,
        select(Person).where(or_(Person.id.in_(leading), Person.id.in_(lasting))),
    )


def select_packs(days: Days, places: Collection[int] | None) -> Select[int, str]:
    """By whom in these teams it is in the end, the keys of the packs that their certifications go by."""
    assigned = _select_assigned(days, places, _select_away(days).cte()).cte()
    ends = every_last_way()
    certified = select(func.coalesce(ends.c.into_id, Certification.person_id), Certification.pack_key).outerjoin(
        ends, ends.c.person_id == Certification.person_id
    )
    return certified.where(Certification.person_id.in_(same_people(select(assigned.c.person_id)))).distinct()


def make_team_book(rows: Sequence[Sequence[Any]]) -> TeamBook:
    """The book, of the rows of `select_teams`."""
    merged, members, away, belonging, people = rows
    same: dict[int, int] = dict(merged)
    by_supervisor: dict[int, list[Member]] = defaultdict(list)
    for supervisor_id, place, person_id, died_on, from_on, until_on in members:
        one = Member(supervisor_id, place, person_id, died_on is not None, from_on, until_on)
        by_supervisor[supervisor_id].append(one)
    return TeamBook(
        same=same,
        away=group_parts(away, same),
        belongs=group_lasting(belonging, same),
        people={person.id: person for person in people},
        members=by_supervisor,
        instead=[Instead(*row[1:]) for row in away],
    )


def _select_away(days: Days) -> Select[StandIn]:
    first, last = days
    return select(StandIn).where(StandIn.state == "recorded", StandIn.from_on <= last, StandIn.until_on >= first)


def _select_assigned(days: Days, places: Collection[int] | None, away: CTE) -> Select[Assignment]:
    first, last = days
    lasting = (Assignment.from_on <= last, or_(Assignment.until_on.is_(None), Assignment.until_on >= first))
    query = select(Assignment).where(*lasting)
    if places is None:
        return query
    there = select(Assignment.supervisor_id).where(*lasting, Assignment.organization_id.in_(places)).cte()
    concerned = _gather(there.c.supervisor_id, away.c.supervisor_id, away.c.stand_in_id)
    return query.where(Assignment.supervisor_id.in_(same_people(concerned)))


def _gather(*columns: Any) -> Select[int]:  # noqa: ANN401  # numbers of people
    found = union(*(select(column.label("person_id")) for column in columns)).subquery()
    return select(found.c.person_id)
