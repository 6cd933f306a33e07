"""Whose row it is, of the people who are on record: by a certification's number or an address, never by a name alone.

Nobody is put on record here. Whoever isn't of the organization isn't found, whatever the row says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Certification, Person
from certtrack.db.queries.merges import load_merged
from certtrack.services.people import fold, fold_name
from certtrack.services.sheets.cells import Name, Unreadable
from certtrack.services.sheets.rows import RowReader

T = TypeVar("T")

_AT_ONCE = 500
_IS_ITSELF = Person.merged_into_id.is_(None)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row says of whose it is; None where it says nothing."""

    number: str | None = None
    address: str | None = None
    name: Name | None = None

    @property
    def column(self) -> str:
        """The column that a refusal is about: the surest of those that say something."""
        if self.number:
            return "number"
        return "name" if self.name and not self.address else "address"


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody on record: the number, the name as it is listed, the zone."""

    person_id: int
    name: str
    zone: str


def read_mark(reader: RowReader) -> Mark:
    """What a row says of whose it is; a cell that can't be read is noted, as is a row that says nothing at all."""
    has_name = any(reader.texts.get(column) for column in ("name", "first_name", "last_name"))
    mark = Mark(
        number=reader.number() if reader.texts.get("number") else None,
        address=reader.address(),
        name=reader.name() if has_name else None,
    )
    if mark == Mark() and not reader.faults:
        reader.note("address", "says_nobody")
    return mark


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    name: str
    folded_name: str
    parts: frozenset[str]
    addresses: frozenset[str]
    zone: str


class Register:
    """The people whom some rows may mean: loaded once for many rows, then asked row by row.

    `here` are those of the organization; `own` the numbers of whoever brings the file in, of whom no row may be.
    """

    def __init__(
        self,
        people: Mapping[int, _Known],
        by_number: Mapping[str, frozenset[int]],
        here: Collection[int],
        own: Collection[int] = (),
    ) -> None:
        self._people, self._by_number, self._here, self._own = people, by_number, here, own
        self._by_address: dict[str, list[_Known]] = defaultdict(list)
        for number in sorted(people):
            for address in people[number].addresses:
                self._by_address[address].append(people[number])

    def get(self, mark: Mark) -> Whose:
        """Who it is: by the number; else by an address that one person has; else by address and folded name together.

        Raises Unreadable where that is nobody of the organization, several people, whoever brings the file in, or
        somebody else than the rest of the row says: a number beside another one's address or name is never taken for
        either.
        """
        holders = self._by_number.get((mark.number or "").casefold(), frozenset())
        if len(holders) == 1:
            found = self._people[next(iter(holders))]
            self._check_agrees(found, mark)
        else:
            found = self._get_by_address(mark)
            if holders and found.id not in holders:
                raise Unreadable("not_the_same")
        if found.id not in self._here:
            raise Unreadable("nobody_here")
        if found.id in self._own:
            raise Unreadable("own_record")
        return Whose(found.id, found.name, found.zone)

    def list_people(self, marks: Iterable[Mark]) -> set[int]:
        """Everybody whom these marks mean, as far as they can be known."""
        found: set[int] = set()
        for mark in set(marks):
            try:
                found.add(self.get(mark).person_id)
            except Unreadable:
                continue
        return found

    def _check_agrees(self, found: _Known, mark: Mark) -> None:
        if mark.address in found.addresses:
            return
        is_anothers = bool(self._by_address.get(mark.address or ""))
        is_strange = mark.name is not None and not found.parts & _list_parts(mark.name.given, mark.name.family)
        if is_anothers or is_strange:
            raise Unreadable("not_the_same")

    def _get_by_address(self, mark: Mark) -> _Known:
        if mark.address is None:
            raise Unreadable("nobody_here" if mark.number else "only_a_name" if mark.name else "says_nobody")
        found = self._by_address.get(mark.address, [])
        if not found:
            raise Unreadable("nobody_here")
        if len(found) > 1:
            folded = fold_name(mark.name.given, mark.name.family) if mark.name else None
            found = [known for known in found if known.folded_name == folded]
        if len(found) != 1:
            raise Unreadable("several_here")
        return found[0]


def load_register(
    session: Session,
    organization_id: int,
    marks: Iterable[Mark],
    besides: Collection[int] = (),
    *,
    on: date | None = None,
    own: Collection[int] = (),
) -> Register:
    """Load whom these marks may mean, in a few queries however many there are.

    `besides` are people who count as the organization's though they were never affiliated with it. With `on` nobody is
    of it whose time there was over by that day; without, whoever was ever there is. `own` are numbers of whoever
    brings the file in, where no row may be about them.
    """
    listed = list(marks)
    holders = _load_holders(session, organization_id, {mark.number for mark in listed if mark.number})
    addresses = {mark.address for mark in listed if mark.address}
    people: dict[int, _Known] = {}
    for words in _part(sorted(addresses)):
        has_one = or_(Person.private_address.in_(words), Person.work_address.in_(words))
        people |= {known.id: known for known in _load_people(session, and_(has_one, _IS_ITSELF))}
    owners = {number for found in holders.values() for number in found}
    merged = {was: now for chunk in _part(sorted(owners)) for was, now in load_merged(session, chunk).items()}
    by_number = {word: frozenset(merged.get(n, n) for n in found) for word, found in holders.items()}
    here = {number for found in by_number.values() for number in found}
    for chunk in _part(sorted(here - people.keys())):
        people |= {known.id: known for known in _load_people(session, Person.id.in_(chunk))}
    belonging, ended = set[int](), set[int]()
    for chunk in _part(sorted(people)):
        query = select(Affiliation.person_id, Affiliation.until_on)
        query = query.where(Affiliation.organization_id == organization_id, Affiliation.person_id.in_(chunk))
        for number, until_on in session.execute(query):
            is_over = on is not None and until_on is not None and until_on < on
            (ended if is_over else belonging).add(number)
    return Register(people, by_number, (here - ended) | belonging | set(besides), own)


def _load_holders(session: Session, organization_id: int, numbers: set[str]) -> dict[str, set[int]]:
    """Whose certifications here bear these numbers, by the folded number, merged people by their own."""
    found: dict[str, set[int]] = defaultdict(set)
    for chunk in _part(sorted(numbers)):
        forms = {form for number in chunk for form in (number, number.upper(), number.lower())}
        query = select(Certification.number, Certification.person_id).where(
            Certification.organization_id == organization_id, Certification.number.in_(forms)
        )
        for number, person_id in session.execute(query):
            found[(number or "").casefold()].add(person_id)
    return found


def _load_people(session: Session, condition: ColumnElement[bool]) -> Iterator[_Known]:
    query = select(
        Person.id,
        Person.given_name,
        Person.family_name,
        Person.folded_name,
        Person.private_address,
        Person.work_address,
        Person.zone,
    ).where(condition)
    for number, given, family, folded, *addresses, zone in session.execute(query):
        yield _Known(
            id=number,
            name=f"{family}, {given}" if given else family,
            folded_name=folded,
            parts=_list_parts(given, family),
            addresses=frozenset(address for address in addresses if address),
            zone=zone,
        )


def _list_parts(given: str, family: str) -> frozenset[str]:
    return frozenset({fold(given), fold(family)} - {""})


def _part(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
