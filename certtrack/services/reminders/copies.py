"""Who gets the copies of a reminder on a day: the supervisors and the organization's contact person, by now."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.copies import Numbers, prepare_copying, select_copying
from certtrack.db.queries.merges import load_merged
from certtrack.db.together import AnySelect
from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import CopyTo
from certtrack.services.stand_in_book import Lasting, Part, StandInBook, group_lasting, group_parts, is_alive, lasts

COPIED: tuple[CopyTo, ...] = ("supervisor", "organization")
"""Whoever is in both gets the supervisor's copy."""

ENDED: dict[str, str] = {"supervisor": "assignment_ended", "organization": "no_contact"}
"""Why somebody isn't to get such a copy any more."""

CopyPeople = Mapping[CopyTo, tuple[Person, ...]]
"""Who is told, merges followed: never the holder, and nobody who has died. Nobody: an empty tuple."""

NOBODY: CopyPeople = dict.fromkeys(COPIED, ())


@dataclass(frozen=True, slots=True)
class Copied:
    """Whom the copies of many certifications go to; `same` says whom people were merged into, where they were.

    `changes` says of each certification on which day that may be others next, where one is known.
    """

    people: dict[int, CopyPeople]
    same: dict[int, int]
    changes: dict[int, date] = field(default_factory=dict)

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
    be known too. One query.
    """
    concerned = {one.id: one for one in certifications}
    if not concerned:
        return Copied({}, load_merged(session, others))
    book = load_copy_book(session, concerned.values(), (min(days.values()), date.max), others)
    return book.copied({number: days[number] for number in concerned})


def load_copy_book(
    session: Session, certifications: Iterable[Certification], days: tuple[date, date], others: Collection[int] = ()
) -> "CopyBook":
    """Who gets copies on any day from the first to the last of `days`; one query, however many certifications."""
    concerned = list(certifications)
    params = {"holders": {one.person_id for one in concerned}, "places": {one.organization_id for one in concerned}}
    rows = prepare_copying().ask(session, {**params, "first": days[0], "last": days[1], "others": others})
    return make_copy_book(concerned, rows)


def select_copies(
    certifications: Iterable[Certification], days: tuple[date, date], others: Numbers = ()
) -> tuple[AnySelect, ...]:
    """What a book of copies of these certifications is made of."""
    concerned = list(certifications)
    places = {one.organization_id for one in concerned}
    return select_copying({one.person_id for one in concerned}, places, days, others)


def make_copy_book(certifications: Iterable[Certification], rows: Sequence[Sequence[Any]]) -> "CopyBook":
    """The book of these certifications, of the rows of `select_copies`."""
    merged, assigned, away, contacts, belonging, grants, people = rows
    same: dict[int, int] = dict(merged)
    return CopyBook(
        certifications={one.id: one for one in certifications},
        same=same,
        assigned=group_parts(assigned, same),
        away=group_parts(away, same),
        contacts=dict(contacts),
        belongs=group_lasting(belonging, same),
        grants={(place, credential) for place, credential in grants},
        people={person.id: person for person in people},
    )


@dataclass(frozen=True, slots=True)
class CopyBook(StandInBook):
    """What says who gets copies of these certifications on any day; `people` is everybody who may."""

    certifications: Mapping[int, Certification]
    assigned: Mapping[int, Sequence[Part]]
    contacts: Mapping[int, int]
    grants: Collection[tuple[int, str]]

    def of(self, certification_id: int, on: date) -> CopyPeople:
        """Those who get copies of one certification on that day; nobody where it isn't one of these."""
        one = self.certifications.get(certification_id)
        if one is None:
            return NOBODY
        holder_id = self.final(one.person_id)
        supervisors = [*self._list_supervisors(holder_id, on)]
        chosen = {"supervisor": supervisors, "organization": self._list_contacts(one, holder_id, on)}
        return {audience: _choose(self.people, chosen[audience], holder_id, on) for audience in COPIED}

    def copied(self, days: Mapping[int, date]) -> Copied:
        """Those of each of these certifications on its day."""
        changes = ((number, next(iter(self.list_changes(number, on)), None)) for number, on in days.items())
        return Copied(
            {number: self.of(number, on) for number, on in days.items()},
            dict(self.same),
            {number: on for number, on in changes if on is not None},
        )

    def list_changes(self, certification_id: int, after: date) -> list[date]:
        """The days after that one on which others may come to get copies of a certification, in their order.

        That is where an assignment, a time away or a contact person's belonging begins, or is over.
        """
        one = self.certifications.get(certification_id)
        lasting = [*self._list_lasting(one)] if one is not None else []
        begin = {from_on for from_on, _ in lasting if from_on is not None}
        follow = {add_days(until_on, 1) for _, until_on in lasting if until_on is not None}
        return sorted(day for day in begin | follow if after < day < date.max)

    def _list_lasting(self, one: Certification) -> Iterator[Lasting]:
        holder_id, place = self.final(one.person_id), one.organization_id
        for number, where, *days in self.assigned.get(holder_id, ()):
            yield days[0], days[1]
            yield from self._list_away(self.final(number), where, frozenset())
        if place in self.contacts:
            for number in (holder_id, self.final(self.contacts[place])):
                yield from self.belongs.get((number, place), ())

    def _list_away(self, supervisor_id: int, place: int, seen: frozenset[int]) -> Iterator[Lasting]:
        """When somebody is away there, and whoever stands in for them, and for those."""
        if supervisor_id in seen:
            return
        for stand_in, where, *days in self.away.get(supervisor_id, ()):
            if where == place:
                yield days[0], days[1]
                yield from self.belongs.get((self.final(stand_in), place), ())
                yield from self._list_away(self.final(stand_in), place, seen | {supervisor_id})

    def _list_supervisors(self, holder_id: int, on: date) -> Iterator[int]:
        """The supervisors, or who stands in for them on that day; never the holder in the supervisor's place."""
        for number, place, from_on, until_on in self.assigned.get(holder_id, ()):
            if lasts(from_on, until_on, on):
                stand_in = self.find_stand_in(number, place, on)
                yield self.final(number if stand_in is None or stand_in == holder_id else stand_in)

    def _list_contacts(self, certification: Certification, holder_id: int, on: date) -> list[int]:
        """The contact who may see this certification's standing on that day, alone in a list; none: an empty one."""
        place = certification.organization_id
        if place not in self.contacts:
            return []
        contact_id = self.final(self.contacts[place])
        sees = (place, certification.credential) in self.grants or self._belongs(holder_id, place, on)
        return [contact_id] if sees and self._belongs(contact_id, place, on) else []

    def _belongs(self, person_id: int, place: int, on: date) -> bool:
        return any(lasts(from_on, until_on, on) for from_on, until_on in self.belongs.get((person_id, place), ()))


def _choose(people: Mapping[int, Person], numbers: Iterable[int], holder_id: int, on: date) -> tuple[Person, ...]:
    chosen = [people[number] for number in dict.fromkeys(numbers) if number != holder_id]
    return tuple(person for person in chosen if is_alive(person, on))
