"""One row while it is planned: what it says, what is on record about it, and what came of it so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from certtrack.services.roster.findings import Kind, PlannedFinding
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import Memory, State
from certtrack.services.sheets.cells import Name
from certtrack.services.sheets.judging import Change, judge


@dataclass
class Case:
    """One row being planned. `said_before`: what the last import of this row said, by field; empty where none was.

    `said_beside`: what the last import of the same person's other rows said.
    `today` tells the day of the import in a zone; `due_on` is the one on record once the row is written.
    `says` is what will have been said of each field: None where the row says nothing, or what can't be taken.
    """

    roster: Roster
    memory: Memory
    state: State
    row: RosterRow
    today: Callable[[str], date]
    said_before: dict[str, str] = field(default_factory=dict)
    said_beside: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        row = self.row
        self.due_on = row.due_on
        self.says: dict[str, str | None] = {
            "name": f"{row.name.family}, {row.name.given}",
            "address": row.address,
            "due_on": row.due_on.isoformat(),
            "exam_on": row.exam_on.isoformat() if row.exam_on else None,
            "supervisor": row.supervisor,
        }
        self.result = RowPlan(row, person_key=(row.address, row.folded_name) if row.address else (row.key, ""))

    def note(
        self,
        kind: Kind,
        details: dict[str, Any],
        *,
        about: str | None = None,
        whose: Literal["holder", "supervisor", "nobody"] = "holder",
    ) -> None:
        """Note a finding of this row, or with `about` one that other rows may have too."""
        self.result.findings.append(PlannedFinding(kind, self.row.key if about is None else about, details, whose))

    def settle(self, field_name: str, said: str | None, record: str | None, new: str | None) -> bool:
        """True where the record is to be amended; what was mended by hand is reported, and not remembered as said.

        A value that the row says as before is no news where the record is what another row of the person brought.
        """
        verdict = judge(said, record, new)
        if verdict == "amend":
            self.result.changes.append(Change(field_name, record, new or ""))
        if verdict == "keep" and not (said == new and self._is_brought(field_name, record)):
            self.says[field_name] = None
            self.note("mended_by_hand", {"field": field_name, "record": record or "", "file": new})
        return verdict == "amend"

    def _is_brought(self, field_name: str, record: str | None) -> bool:
        in_this_file = self.memory.values[self.result.person_key].get(field_name)
        return record is not None and record in (in_this_file, *(said.get(field_name) for said in self.said_beside))


def tell(name: Name) -> str:
    """The name as it stands on a certificate."""
    return f"{name.given} {name.family}".strip()
