"""Who gets the copies of a reminder on a day: the supervisors and the organization's contact person, by now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.copies import Numbers, prepare_copying, select_copying
from certtrack.db.queries.merges import load_merged
from certtrack.db.together import AnySelect
from certtrack.rules.reminders import CopyTo

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
    be known too. One query.
    """
    concerned = {one.id: one for one in certifications}
    if not concerned:
        return Copied({}, load_merged(session, others))
    book = load_copy_book(session, concerned.values(), (min(days.values()), max(days.values())), others)
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
    belongs: dict[tuple[int, int], list[_Lasting]] = defaultdict(list)
    for person_id, place, *days in belonging:
        belongs[same.get(person_id, person_id), place].append((days[0], days[1]))
    return CopyBook(
        certifications={one.id: one for one in certifications},
        same=same,
        assigned=_by_person(assigned, same),
        away=_by_person(away, same),
        contacts=dict(contacts),
        belongs=belongs,
        grants={(place, credential) for place, credential in grants},
        people={person.id: person for person in people},
    )


_Lasting = tuple[date | None, date | None]
_Part = tuple[int, int, date | None, date | None]
"""Whose part it is, or who does it, and where, from the first to the last day."""


@dataclass(frozen=True, slots=True)
class CopyBook:
    """What says who gets copies of these certifications on any day. `same` says whom people were merged into."""

    certifications: Mapping[int, Certification]
    same: Mapping[int, int]
    assigned: Mapping[int, Sequence[_Part]]
    away: Mapping[int, Sequence[_Part]]
    contacts: Mapping[int, int]
    belongs: Mapping[tuple[int, int], Sequence[_Lasting]]
    grants: Collection[tuple[int, str]]
    people: Mapping[int, Person]

    def of(self, certification_id: int, on: date) -> CopyPeople:
        """Those who get copies of one certification on that day; nobody where it isn't one of these."""
        one = self.certifications.get(certification_id)
        if one is None:
            return NOBODY
        holder_id = self._final(one.person_id)
        supervisors = [*self._list_supervisors(holder_id, on)]
        chosen = {"supervisor": supervisors, "organization": self._list_contacts(one, holder_id, on)}
        return {audience: _choose(self.people, chosen[audience], holder_id, on) for audience in COPIED}

    def copied(self, days: Mapping[int, date]) -> Copied:
        """Those of each of these certifications on its day."""
        return Copied({number: self.of(number, on) for number, on in days.items()}, dict(self.same))

    def _final(self, number: int) -> int:
        return self.same.get(number, number)

    def _list_supervisors(self, holder_id: int, on: date) -> Iterator[int]:
        """The supervisors, or who stands in for them on that day; never the holder in the supervisor's place."""
        for number, place, from_on, until_on in self.assigned.get(holder_id, ()):
            if _lasts(from_on, until_on, on):
                stand_in = self._find_stand_in(number, place, on)
                yield self._final(number if stand_in is None or stand_in == holder_id else stand_in)

    def _find_stand_in(self, supervisor_id: int, place: int, on: date) -> int | None:
        """As `certtrack.services.stand_ins.find_stand_in`."""
        current = self._final(supervisor_id)
        seen = {current}
        while (stand_in := self._find_instead(current, place, on)) is not None:
            if stand_in in seen:
                return None
            seen.add(stand_in)
            current = stand_in
        return current if len(seen) > 1 and self._is_there(current, place, on) else None

    def _find_instead(self, supervisor_id: int, place: int, on: date) -> int | None:
        records = self.away.get(supervisor_id, ())
        found = (number for number, where, *days in records if where == place and _lasts(days[0], days[1], on))
        return next((self._final(number) for number in found), None)

    def _is_there(self, person_id: int, place: int, on: date) -> bool:
        """True unless they have died, or their time there has ended; who never belonged there is there as well."""
        last = [until_on for _, until_on in self.belongs.get((person_id, place), ())]
        has_left = bool(last) and all(until_on is not None and until_on < on for until_on in last)
        return not has_left and _is_alive(self.people[person_id], on)

    def _list_contacts(self, certification: Certification, holder_id: int, on: date) -> list[int]:
        """The contact who may see this certification's standing on that day, alone in a list; none: an empty one."""
        place = certification.organization_id
        if place not in self.contacts:
            return []
        contact_id = self._final(self.contacts[place])
        sees = (place, certification.credential) in self.grants or self._belongs(holder_id, place, on)
        return [contact_id] if sees and self._belongs(contact_id, place, on) else []

    def _belongs(self, person_id: int, place: int, on: date) -> bool:
        return any(_lasts(from_on, until_on, on) for from_on, until_on in self.belongs.get((person_id, place), ()))


def _by_person(rows: Iterable[Any], same: Mapping[int, int]) -> dict[int, list[_Part]]:
    """By whose record it is in the end what else a row says, in the order of the rows' numbers."""
    found: dict[int, list[_Part]] = defaultdict(list)
    for _, person_id, *part in sorted(rows, key=lambda row: int(row[0])):
        found[same.get(person_id, person_id)].append((part[0], part[1], part[2], part[3]))
    return found


def _choose(people: Mapping[int, Person], numbers: Iterable[int], holder_id: int, on: date) -> tuple[Person, ...]:
    chosen = [people[number] for number in dict.fromkeys(numbers) if number != holder_id]
    return tuple(person for person in chosen if _is_alive(person, on))


def _is_alive(person: Person, on: date) -> bool:
    return person.died_on is None or person.died_on > on


def _lasts(from_on: date | None, until_on: date | None, on: date) -> bool:
    return (from_on is None or from_on <= on) and (until_on is None or on <= until_on)
