"""Which open findings a row settles: the file says by now what was missing, or no longer says what didn't agree.

`no_address`, `supervisor_unknown` are about a person; `supervisor_unknown_name` is about a name, which a mapping has
confirmed since; the others are about cells of one certification. What people decide otherwise is no matter of a file:
a row twice, an address or a number of two people, a belonging that ended.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Finding
from certtrack.services.findings import BY_FILE
from certtrack.services.people import fold
from certtrack.services.roster.rows import RosterRow
from certtrack.services.sheets.cells import is_unlikely

Details = Mapping[str, Any]
Rule = Callable[[RosterRow, Details, date], bool]
"""Whether a row settles a finding with these details; the day is the one on record once the row is written."""


@dataclass(frozen=True, slots=True)
class Found:
    """The findings about the people of one batch that a row may settle, open ones alone, and each earlier day noted."""

    by_certification: Mapping[int, list[Finding]] = field(default_factory=dict)
    by_person: Mapping[int, list[Finding]] = field(default_factory=dict)
    by_name: Mapping[str, list[Finding]] = field(default_factory=dict)
    earlier: frozenset[tuple[int, str]] = frozenset()
    """Certification and day in the file, of those that a person settled too: that day is told of already."""

    def list_settled(self, row: RosterRow, people: Iterable[int], certification_id: int, due_on: date) -> list[int]:
        """The numbers of those that this row of `people`'s certification settles; `due_on` is its day afterwards."""
        own = [item for number in people for item in self.by_person.get(number, [])]
        named = self.by_name.get(fold(row.texts.get("supervisor", "")), []) if row.supervisor else []
        rules = [
            *((item, _BY_PERSON) for item in own),
            *((item, _BY_CERTIFICATION) for item in self._of(certification_id)),
        ]
        settled = [item.id for item, table in rules if table[item.kind](row, item.details, due_on)]
        return sorted({*settled, *(item.id for item in named)})

    def _of(self, certification_id: int) -> list[Finding]:
        return self.by_certification.get(certification_id, [])


def load_found(
    session: Session,
    organization_id: int,
    rows: Sequence[RosterRow],
    certifications: Iterable[Certification],
    ids: set[int],
) -> Found:
    """What is open about these people and about the names in these rows that a mapping has confirmed."""
    people = ids | {item.person_id for item in certifications}
    query = select(Finding).where(
        Finding.organization_id == organization_id,
        Finding.person_id.in_(people),
        Finding.kind.in_([*_BY_PERSON, *_BY_CERTIFICATION]),
        or_(Finding.settled_at.is_(None), Finding.kind == "expires_earlier"),
        or_(Finding.settled_by.is_(None), ~Finding.settled_by.startswith(BY_FILE, autoescape=True)),
    )
    by_certification: dict[int, list[Finding]] = defaultdict(list)
    by_person: dict[int, list[Finding]] = defaultdict(list)
    earlier: set[tuple[int, str]] = set()
    for item in session.scalars(query.order_by(Finding.id)):
        if item.kind == "expires_earlier" and item.certification_id is not None:
            earlier.add((item.certification_id, item.details["new"]))
        if item.settled_at is not None:
            continue
        if item.kind in _BY_PERSON and item.person_id is not None:
            by_person[item.person_id].append(item)
        elif item.certification_id is not None:
            by_certification[item.certification_id].append(item)
    return Found(by_certification, by_person, _load_by_name(session, organization_id, rows), frozenset(earlier))


def _load_by_name(session: Session, organization_id: int, rows: Sequence[RosterRow]) -> dict[str, list[Finding]]:
    names = {fold(row.texts.get("supervisor", "")) for row in rows if row.supervisor} - {row.supervisor for row in rows}
    found: dict[str, list[Finding]] = defaultdict(list)
    if names:
        query = select(Finding).where(
            Finding.organization_id == organization_id,
            Finding.settled_at.is_(None),
            Finding.kind == "supervisor_unknown_name",
        )
        for item in session.scalars(query.order_by(Finding.id)):
            found[fold(item.details["name"])].append(item)
    return found


def _say(row: RosterRow) -> dict[str, str | None]:
    """What the row says of each field, None where it says nothing that can be read."""
    return {
        "name": f"{row.name.family}, {row.name.given}",
        "address": row.address,
        "number": row.cert_number,
        "exam_on": row.exam_on.isoformat() if row.exam_on else None,
        "due_on": row.due_on.isoformat(),
        "supervisor": row.supervisor,
    }


def _is_readable(row: RosterRow, its: Details, _due_on: date) -> bool:
    if its["field"] == "supervisor" and row.supervisor_name:
        return True  # a name without an address is a finding of its own
    return _say(row).get(its["field"]) is not None


def _is_parity_other(row: RosterRow, its: Details, due_on: date) -> bool:
    exam_on = row.exam_on.isoformat() if row.exam_on else its["exam_on"]
    return exam_on != its["exam_on"] or _is_left(row, its["due_on"], due_on)


def _is_left(row: RosterRow, day: str, due_on: date) -> bool:
    """Neither the file nor the record says that day any more."""
    return day not in (row.due_on.isoformat(), due_on.isoformat())


def _is_file_other(row: RosterRow, its: Details, _due_on: date) -> bool:
    return _say(row).get(its["field"]) not in (None, its["file"])


def _is_supervisor_other(row: RosterRow, its: Details, _due_on: date) -> bool:
    return row.supervisor not in (None, its["address"])


_BY_PERSON: Mapping[str, Rule] = {
    "no_address": lambda row, _its, _due_on: row.address is not None,
    "supervisor_unknown": lambda row, its, _due_on: row.address == its["address"],
}
_BY_CERTIFICATION: Mapping[str, Rule] = {
    "cell_unreadable": _is_readable,
    "name_unlikely": lambda row, _its, _due_on: not is_unlikely(row.name),
    "stated_day_differs": lambda row, its, due_on: _is_left(row, its["stated"], due_on),
    "exam_year_parity": _is_parity_other,
    "expires_earlier": lambda row, its, due_on: _is_left(row, its["new"], due_on),
    "mended_by_hand": _is_file_other,
    "supervisor_shared": _is_supervisor_other,
    "supervisor_self": _is_supervisor_other,
}
