"""What a batch of rows would change: planned from what is on record, written by `apply`, shown by a dry run."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Finding, Organization
from certtrack.services.findings import BY_FILE
from certtrack.services.roster.case import Case
from certtrack.services.roster.findings import PlannedFinding
from certtrack.services.roster.notes import note_doubles
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.row_planner import plan_row
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import Memory, load_state


class Planner:
    """Plans the rows of one file for one organization; it remembers what it has planned from batch to batch."""

    def __init__(self, roster: Roster, organization: Organization, at: datetime) -> None:
        self.roster, self.organization, self.at = roster, organization, at
        self.memory = Memory()
        self._doubles = note_doubles(roster)

    def today(self, zone: str) -> date:
        """The day of the import in `zone`."""
        return self.at.astimezone(ZoneInfo(zone)).date()

    def plan(self, session: Session, rows: Sequence[RosterRow], *, knows_own_alone: bool = False) -> list[RowPlan]:
        """Plan one batch. Nothing is written; findings that are on record already are left out.

        With `knows_own_alone` nobody is known by an address who doesn't belong to the organization today.
        """
        named = [row for each in rows for row in self.roster.by_address.get(each.supervisor or "", [])]
        met = {row.number: row for row in (*rows, *named)}
        state = load_state(
            session,
            self.organization.id,
            list(met.values()),
            self.today(self.organization.zone),
            knows_own_alone=knows_own_alone,
        )
        plans = [plan_row(Case(self.roster, self.memory, state, row, self.today)) for row in rows]
        for plan in plans:
            plan.findings += self._doubles.pop(plan.row.key, [])
        self._drop_known(session, plans)
        return plans

    def _drop_known(self, session: Session, plans: Sequence[RowPlan]) -> None:
        full = {f"{f.kind}:{f.key(self.organization.id)}" for plan in plans for f in plan.findings}
        known = set(session.scalars(select(Finding.key).where(Finding.key.in_(full), _stays()))) | self.memory.findings
        for plan in plans:
            fresh: list[PlannedFinding] = []
            for finding in plan.findings:
                key = f"{finding.kind}:{finding.key(self.organization.id)}"
                if key not in known:
                    known.add(key)
                    fresh.append(finding)
            plan.findings = fresh
        self.memory.findings |= full


def _stays() -> ColumnElement[bool]:
    """What is on record and isn't noted again: all but what a file settled and a later one takes back.

    A cell that can't be read again takes nothing away: its value is on record.
    """
    by_file = Finding.settled_by.startswith(BY_FILE, autoescape=True)
    return or_(Finding.settled_by.is_(None), ~by_file, Finding.kind == "cell_unreadable")
