"""What one row would change, as values: shown by a dry run, written by `apply`."""

from dataclasses import dataclass, field
from datetime import date

from certtrack.services.roster.findings import PlannedFinding
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import PersonKey
from certtrack.services.roster.terms import Term
from certtrack.services.sheets.judging import Change


@dataclass
class RowPlan:
    """What one row would change. `person_id` None: the run puts that person on record. `kind` sums it up.

    `settles`: numbers of open findings that the row puts right.
    `supervisor`: the address of the supervisor to be assigned; `supervisor_id` None: found or made by address.
    """

    row: RosterRow
    person_key: PersonKey
    person_id: int | None = None
    is_new_person: bool = False
    certification_id: int | None = None
    imported_id: int | None = None
    is_kept: bool = False
    takes_number: bool = False
    person_changes: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    term: Term | None = None
    exam_on: date | None = None
    exam_result_id: int | None = None
    supervisor: str | None = None
    supervisor_key: PersonKey | None = None
    supervisor_id: int | None = None
    is_new_supervisor: bool = False
    said: dict[str, str] = field(default_factory=dict)
    is_said_new: bool = False
    findings: list[PlannedFinding] = field(default_factory=list)
    settles: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`kept` (nothing was done), `new`, `changed` or `same`."""
        if self.is_kept:
            return "kept"
        if self.certification_id is None:
            return "new"
        return "changed" if self.changes else "same"
