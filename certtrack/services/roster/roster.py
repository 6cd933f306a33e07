"""A whole roster file, read: rows that can go in, rows that can't, and what only the file as a whole can say."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256

from certtrack.packs import Packs
from certtrack.services.roster.layout import ROSTER
from certtrack.services.roster.mapping import Mapping
from certtrack.services.roster.rows import RosterRow, read_rows
from certtrack.services.sheets.cells import Name
from certtrack.services.sheets.files import open_sheets
from certtrack.services.sheets.heads import Heads, find_sheet
from certtrack.services.sheets.rows import Refused

Differences = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Double:
    """A row whose key another row had before it: (field, first, second) where they differ. The first stands."""

    row: RosterRow
    first: RosterRow
    differences: Differences


@dataclass(frozen=True)
class Roster:
    """What a file says. `names` holds who has an address in it, for the addresses that one person alone has."""

    file_name: str
    sha256: str
    heads: Heads
    rows: tuple[RosterRow, ...]
    doubles: tuple[Double, ...]
    refused: tuple[Refused, ...]
    names: Table[str, Name]
    shared_addresses: frozenset[str]

    @property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return len(self.rows) + len(self.doubles) + len(self.refused)

    @property
    def returned(self) -> tuple[Refused | RosterRow, ...]:
        """What comes back to be mended. A blank cell that a row can do without is no fault."""
        return (*self.refused, *(row for row in self.rows if row.faults))

    @cached_property
    def by_key(self) -> Table[str, RosterRow]:
        """The rows that can go in, by their keys."""
        return {row.key: row for row in self.rows}

    @cached_property
    def by_address(self) -> Table[str, list[RosterRow]]:
        """The rows that can go in, by the addresses of their holders."""
        found: dict[str, list[RosterRow]] = defaultdict(list)
        for row in self.rows:
            if row.address:
                found[row.address].append(row)
        return dict(found)


def read_roster(file_name: str, data: bytes, mapping: Mapping, packs: Packs, today: date) -> Roster:
    """Read a roster file whole, before anything is written. Raises BadInput; `today` is the organization's day."""
    sheet, heads = find_sheet(file_name, open_sheets(file_name, data), ROSTER, mapping)
    read = read_rows(sheet, heads, mapping, packs, today)
    rows, doubles = _part_doubles(read.accepted)
    people = _list_people(rows)
    return Roster(
        file_name=file_name,
        sha256=sha256(data).hexdigest(),
        heads=heads,
        rows=tuple(rows),
        doubles=tuple(doubles),
        refused=read.refused,
        names={address: next(iter(names.values())) for address, names in people.items() if len(names) == 1},
        shared_addresses=frozenset(address for address, names in people.items() if len(names) > 1),
    )


def _part_doubles(accepted: Iterable[RosterRow]) -> tuple[list[RosterRow], list[Double]]:
    first: dict[str, RosterRow] = {}
    doubles: list[Double] = []
    for row in accepted:
        known = first.setdefault(row.key, row)
        if known is not row:
            doubles.append(Double(row, known, _compare(known, row)))
    return list(first.values()), doubles


def _list_people(rows: Iterable[RosterRow]) -> dict[str, dict[str, Name]]:
    people: dict[str, dict[str, Name]] = defaultdict(dict)
    for row in rows:
        if row.address:
            people[row.address].setdefault(row.folded_name, row.name)
    return people


def _compare(first: RosterRow, second: RosterRow) -> Differences:
    both = zip(_say(first), _say(second), strict=True)
    return tuple((field, one, other) for (field, one), (_, other) in both if one != other)


def _say(row: RosterRow) -> tuple[tuple[str, str], ...]:
    return (
        ("name", f"{row.name.family}, {row.name.given}"),
        ("address", row.address or ""),
        ("exam_on", row.exam_on.isoformat() if row.exam_on else ""),
        ("due_on", row.due_on.isoformat()),
        ("supervisor", row.supervisor or row.supervisor_name or ""),
    )
