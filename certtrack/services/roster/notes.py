"""What can be said of a row without looking at any record: cells left empty, days that the rule contradicts."""

from collections import defaultdict

from certtrack.rules.terms import computed_due_on_near, is_parity_odd_one_out
from certtrack.services.roster.findings import PlannedFinding
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.rows import RosterRow
from certtrack.services.sheets.cells import is_unlikely

_FIELDS = {"exam_date": "exam_on", "expires": "due_on"}


def note_faults(row: RosterRow, *, has_address: bool) -> list[PlannedFinding]:
    """A finding for each cell that was left empty, for a lack of an address, and for a name with odd signs in it."""
    noted = [
        PlannedFinding(
            "cell_unreadable",
            row.key,
            {"field": _FIELDS.get(fault.column, fault.column), "value": fault.value, "problem": fault.problem},
        )
        for fault in row.faults
        if fault.column != "address"
    ]
    if row.address is None and not has_address:
        noted.append(PlannedFinding("no_address", row.key, {"value": row.texts.get("address", "")}))
    if is_unlikely(row.name):
        noted.append(PlannedFinding("name_unlikely", row.key, {"name": f"{row.name.family}, {row.name.given}"}))
    return noted


def list_readings(row: RosterRow) -> dict[str, str]:
    """The stated day and the one that the rule gives near it, where they differ; else empty."""
    computed = computed_due_on_near(row.pack, row.due_on)
    if computed in (None, row.due_on):
        return {}
    return {"stated": row.due_on.isoformat(), "computed": computed.isoformat()}


def note_days(row: RosterRow, *, is_told: bool) -> list[PlannedFinding]:
    """A finding where the rule gives another day than the stated one, or the exam's year doesn't go with it.

    `is_told`: a finding about this very day is on record, so its two readings are none.
    """
    noted: list[PlannedFinding] = []
    pack, stated = row.pack, row.due_on
    computed = computed_due_on_near(pack, stated)
    if computed != stated and not is_told:
        details = {
            "credential": pack.credential,
            "stated": stated.isoformat(),
            "computed": computed.isoformat() if computed else None,
        }
        noted.append(PlannedFinding("stated_day_differs", row.key, details))
    if row.exam_on is not None and is_parity_odd_one_out(pack, row.exam_on, stated):
        details = {
            "credential": pack.credential,
            "exam_on": row.exam_on.isoformat(),
            "due_on": stated.isoformat(),
        }
        noted.append(PlannedFinding("exam_year_parity", row.key, details))
    return noted


def note_doubles(roster: Roster) -> dict[str, list[PlannedFinding]]:
    """By key, a finding for each second row that says something else than the first; one that says the same is none."""
    noted: dict[str, list[PlannedFinding]] = defaultdict(list)
    for double in roster.doubles:
        if double.differences:
            details = {
                "credential": double.row.pack.credential,
                "number": double.row.cert_number or "",
                "differences": [list(item) for item in double.differences],
            }
            noted[double.row.key].append(PlannedFinding("row_twice", double.row.key, details))
    return noted
