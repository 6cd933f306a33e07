"""What one row would change, as values: shown by a dry run, written by `apply`."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

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
    def line(self) -> int:
        """The line of the file."""
        return self.row.line

    @property
    def name(self) -> str:
        """Whose row it is, for people."""
        return f"{self.row.name.family}, {self.row.name.given}"

    def tell_new(self) -> dict[str, Any]:
        """What is told of it where it is new."""
        return {"line": self.line, "name": self.name, "due_on": self.row.due_on}

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written of the person, but for findings, whichever rows of the file are in already."""
        term = (self.term.what, self.term.due_on, self.term.old_due_on) if self.term else ()
        changed = [(change.field, change.old, change.new) for change in self.changes]
        person = sorted(self.person_changes.items())
        return self.kind, self.is_new_person, person, changed, term, self.exam_on, self.supervisor

    @property
    def kind(self) -> str:
        """`kept` (nothing was done), `new`, `changed` or `same`."""
        if self.is_kept:
            return "kept"
        if self.certification_id is None:
            return "new"
        return "changed" if self.changes else "same"
