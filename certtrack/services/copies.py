"""Who gets the copies of a reminder on a day: the supervisors and the organization's contact person, by now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Affiliation,
    Assignment,
    Certification,
    Organization,
    OrganizationCredential,
    Person,
    StandIn,
)
from certtrack.db.queries.merges import load_merged
from certtrack.rules.reminders import CopyTo
from certtrack.services.stand_ins import find_stand_in

COPIED: tuple[CopyTo, ...] = ("supervisor", "organization")
"""Whoever is in both gets the supervisor's copy."""

ENDED: dict[str, str] = {"supervisor": "assignment_ended", "organization": "no_contact"}
"""Why somebody isn't to get such a copy any more."""

CopyPeople = Mapping[CopyTo, tuple[Person, ...]]
"""Who is told, merges followed: never the holder, and nobody who has died. Nobody: an empty tuple."""

NOBODY: CopyPeople = dict.fromkeys(COPIED, ())


@dataclass(frozen=True, slots=True)
class Copied:
    """Whom the copies of many certifications go to; `same` says whom people were merged into, where they were."""

    people: dict[int, CopyPeople]
    same: dict[int, int]

    def of(self, certification_id: int) -> CopyPeople:
        """Those of one certification."""
        return self.people.get(certification_id, NOBODY)


def load_copied(
    session: Session, days: Mapping[int, date], certifications: Iterable[Certification], others: Collection[int] = ()
) -> Copied:
    """Who gets the copies of each certification's reminders on its day in `days`, by the certification's number.

    Every supervisor whose assignment lasts gets one, whatever the organization, and while they are away whoever stands
    in for them there, unless that is the holder; the contact person of the organization that keeps the record, while
    both belong there, or while it is the programme that grants the credential. `others` are people whose merges are to
    be known too. A fixed number of queries, but for supervisors who are away.
    """
    concerned = {one.id: one for one in certifications}
    same = load_merged(session, {one.person_id for one in concerned.values()} | {*others})
    assigned = _load_assigned(session, {one.person_id for one in concerned.values()}, same)
    contacts = _Contacts(session, concerned.values(), same)
    away = _StandIns(session, {place for each in assigned.values() for _, place, *_ in each}, days.values())
    chosen: dict[int, dict[CopyTo, list[int]]] = {}
    for one in concerned.values():
        holder_id, on = same.get(one.person_id, one.person_id), days[one.id]
        supervisors = [
            away.find(number, place, on, holder_id)
            for number, place, from_on, until_on in assigned[holder_id]
            if _lasts(from_on, until_on, on)
        ]
        chosen[one.id] = {"supervisor": supervisors, "organization": contacts.find(one, holder_id, on)}
    wanted = {number for each in chosen.values() for numbers in each.values() for number in numbers}
    same |= load_merged(session, wanted)
    people = _load_people(session, {same.get(number, number) for number in wanted})
    found: dict[int, CopyPeople] = {}
    for one in concerned.values():
        holder_id, on = same.get(one.person_id, one.person_id), days[one.id]
        found[one.id] = {
            audience: _choose(people, [same.get(number, number) for number in chosen[one.id][audience]], holder_id, on)
            for audience in COPIED
        }
    return Copied(found, same)


class _StandIns:
    """Who does a supervisor's part while they are away; where nobody is away, that costs one query."""

    def __init__(self, session: Session, places: set[int], days: Collection[date]) -> None:
        self._session = session
        self._known: dict[tuple[int, int, date], int | None] = {}
        query = select(StandIn.organization_id).where(
            StandIn.organization_id.in_(places),
            StandIn.state == "recorded",
            StandIn.from_on <= max(days, default=date.min),
            StandIn.until_on >= min(days, default=date.max),
        )
        self._places = set(session.scalars(query.distinct())) if places else set()

    def find(self, supervisor_id: int, place: int, on: date, holder_id: int) -> int:
        """The supervisor, or who stands in for them there on that day; never the holder in the supervisor's place."""
        if place not in self._places:
            return supervisor_id
        key = (supervisor_id, place, on)
        if key not in self._known:
            self._known[key] = find_stand_in(self._session, *key)
        stand_in = self._known[key]
        return supervisor_id if stand_in is None or stand_in == holder_id else stand_in


def _choose(people: Mapping[int, Person], numbers: Iterable[int], holder_id: int, on: date) -> tuple[Person, ...]:
    chosen = [people[number] for number in dict.fromkeys(numbers) if number != holder_id]
    return tuple(person for person in chosen if person.died_on is None or person.died_on > on)


def _lasts(from_on: date | None, until_on: date | None, on: date) -> bool:
    return (from_on is None or from_on <= on) and (until_on is None or on <= until_on)


_Assigned = tuple[int, int, date, date | None]


def _load_assigned(session: Session, holders: set[int], same: Mapping[int, int]) -> dict[int, list[_Assigned]]:
    """All assignments, by whom their person was merged into: supervisor, organization, first and last day."""
    query = select(Assignment).where(Assignment.person_id.in_(holders | same.keys())).order_by(Assignment.id)
    found: dict[int, list[_Assigned]] = defaultdict(list)
    for one in session.scalars(query.execution_options(populate_existing=True)):
        values = (one.supervisor_id, one.organization_id, one.from_on, one.until_on)
        found[same.get(one.person_id, one.person_id)].append(values)
    return found


class _Contacts:
    """The contact people of the organizations that keep these certifications, and who belongs there when."""

    def __init__(self, session: Session, certifications: Collection[Certification], same: Mapping[int, int]) -> None:
        places = {one.organization_id for one in certifications}
        query = select(Organization.id, Organization.contact_id).where(
            Organization.id.in_(places), Organization.contact_id.is_not(None)
        )
        self._by_place = {row.id: row.contact_id for row in session.execute(query)}
        self.numbers = set(self._by_place.values())
        self._same = {**same, **load_merged(session, self.numbers)} if self.numbers else dict(same)
        self._belonging = self._load_belonging(session, {one.person_id for one in certifications})
        self._grants = _load_grants(session, self._by_place)

    def find(self, certification: Certification, holder_id: int, on: date) -> list[int]:
        """The contact who may see this certification's standing on that day, alone in a list; none: an empty one."""
        place = certification.organization_id
        contact_id = self._by_place.get(place)
        if contact_id is None or not self._belongs(self._final(contact_id), place, on):
            return []
        sees = (place, certification.credential) in self._grants or self._belongs(holder_id, place, on)
        return [contact_id] if sees else []

    def _final(self, number: int) -> int:
        return self._same.get(number, number)

    def _belongs(self, person_id: int, place: int, on: date) -> bool:
        return any(_lasts(from_on, until_on, on) for from_on, until_on in self._belonging[person_id, place])

    def _load_belonging(
        self, session: Session, holders: set[int]
    ) -> dict[tuple[int, int], list[tuple[date | None, date | None]]]:
        found: dict[tuple[int, int], list[tuple[date | None, date | None]]] = defaultdict(list)
        if not self._by_place:
            return found
        columns = (Affiliation.person_id, Affiliation.organization_id, Affiliation.from_on, Affiliation.until_on)
        query = select(*columns).where(
            Affiliation.organization_id.in_(self._by_place.keys()),
            Affiliation.person_id.in_(holders | self.numbers | self._same.keys()),
        )
        for row in session.execute(query):
            found[self._final(row.person_id), row.organization_id].append((row.from_on, row.until_on))
        return found


def _load_grants(session: Session, places: Collection[int]) -> set[tuple[int, str]]:
    if not places:
        return set()
    query = select(OrganizationCredential.organization_id, OrganizationCredential.credential).where(
        OrganizationCredential.organization_id.in_(places), OrganizationCredential.role == "granter"
    )
    return {(row.organization_id, row.credential) for row in session.execute(query)}


def _load_people(session: Session, numbers: set[int]) -> dict[int, Person]:
    if not numbers:
        return {}
    query = select(Person).where(Person.id.in_(numbers)).execution_options(populate_existing=True)
    return {person.id: person for person in session.scalars(query)}
