"""Who stands in for whom on any day of a time, of people whose days were read once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from certtrack.db.models import Person

Lasting = tuple[date | None, date | None]
Part = tuple[int, int, date | None, date | None]
"""Whose part it is, or who does it, and where, from the first to the last day."""


@dataclass(frozen=True, slots=True)
class StandInBook:
    """What says who stands in. `same` says whom people were merged into.

    `away` are the stand-ins of each supervisor by number; `belongs` is who belongs where, by person and organization;
    `people` holds every stand-in. Merges are followed in all of them.
    """

    same: Mapping[int, int]
    away: Mapping[int, Sequence[Part]]
    belongs: Mapping[tuple[int, int], Sequence[Lasting]]
    people: Mapping[int, Person]

    def final(self, number: int) -> int:
        """Who that is in the end."""
        return self.same.get(number, number)

    def find_stand_in(self, supervisor_id: int, place: int, on: date) -> int | None:
        """As `certtrack.services.stand_ins.find_stand_in`."""
        current = self.final(supervisor_id)
        seen = {current}
        while (stand_in := self._find_instead(current, place, on)) is not None:
            if stand_in in seen:
                return None
            seen.add(stand_in)
            current = stand_in
        return current if len(seen) > 1 and self._is_there(current, place, on) else None

    def _find_instead(self, supervisor_id: int, place: int, on: date) -> int | None:
        records = self.away.get(supervisor_id, ())
        found = (number for number, where, *days in records if where == place and lasts(days[0], days[1], on))
        return next((self.final(number) for number in found), None)

    def _is_there(self, person_id: int, place: int, on: date) -> bool:
        """True unless they have died, or their time there has ended; who never belonged there is there as well."""
        last = [until_on for _, until_on in self.belongs.get((person_id, place), ())]
        has_left = bool(last) and all(until_on is not None and until_on < on for until_on in last)
        return not has_left and is_alive(self.people[person_id], on)


def group_parts(rows: Iterable[Any], same: Mapping[int, int]) -> dict[int, list[Part]]:
    """By whose record it is in the end what else a row says, in the order of the rows' numbers."""
    found: dict[int, list[Part]] = defaultdict(list)
    for _, person_id, *part in sorted(rows, key=lambda row: int(row[0])):
        found[same.get(person_id, person_id)].append((part[0], part[1], part[2], part[3]))
    return found


def group_lasting(rows: Iterable[Any], same: Mapping[int, int]) -> dict[tuple[int, int], list[Lasting]]:
    """Who belongs where, and from when until when, by who they are in the end and the organization."""
    found: dict[tuple[int, int], list[Lasting]] = defaultdict(list)
    for person_id, place, from_on, until_on in rows:
        found[same.get(person_id, person_id), place].append((from_on, until_on))
    return found


def is_alive(person: Person, on: date) -> bool:
    """True where nobody put on record that they had died by that day."""
    return person.died_on is None or person.died_on > on


def lasts(from_on: date | None, until_on: date | None, on: date) -> bool:
    """True for a day from the first to the last, both included; None is open."""
    return (from_on is None or from_on <= on) and (until_on is None or on <= until_on)
