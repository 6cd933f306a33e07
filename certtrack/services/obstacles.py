"""What stands in a reminder's way on a day: asked when it is planned, and again when it is about to be mailed."""

from datetime import date
from typing import get_args

from certtrack.db.models import Cycle, Person
from certtrack.rules.calendar import skip_weekend
from certtrack.rules.standing import Standing, Validity

OBSTACLES = ("died", "cycle_closed", "day_moved", "revoked", "retired", "suspended", "no_address")
"""Every code, the one that speaks first where several are true."""

POLICY_CHANGED = "policy_changed"
"""The stage is none any more: a newer policy has others."""

FOR_GOOD = frozenset({"cycle_closed", "day_moved", POLICY_CHANGED})
"""Codes that mean another decision has taken this one's place: the reminder is superseded, not suppressed."""

_ACTS: tuple[Validity, ...] = tuple(code for code in get_args(Validity) if code in OBSTACLES)


def find_obstacle(person: Person, standing: Standing, cycle: Cycle, anchor_on: date) -> str | None:
    """The code of what keeps the cycle's holder from being told of `anchor_on` on the standing's day; None for nothing.

    `person` is the holder, merges followed; `standing` is the certification's. `cycle_closed`: the cycle is closed or
    withdrawn, or a newer one speaks. `day_moved`: no reading of the cycle's day is `anchor_on` any more.
    """
    if person.died_on is not None and person.died_on <= standing.as_of:
        return "died"
    if is_over(cycle, standing):
        return "cycle_closed"
    if anchor_on not in _anchors(cycle, standing):
        return "day_moved"
    if standing.validity in _ACTS:
        return standing.validity
    return None if person.address else "no_address"


def is_over(cycle: Cycle, standing: Standing) -> bool:
    """True where nothing more is mailed for the cycle: closed, withdrawn, or silent beside a newer one."""
    speaking = standing.cycle
    is_silent = speaking is not None and speaking.id != cycle.id and speaking.start_on >= cycle.start_on
    return cycle.closed_on is not None or cycle.is_withdrawn or is_silent


def _anchors(cycle: Cycle, standing: Standing) -> set[date]:
    if standing.cycle is not None and standing.cycle.id == cycle.id and standing.days is not None:
        return {standing.days.due_on, standing.days.due_on_latest}
    return list_readings(cycle)


def list_readings(cycle: Cycle) -> set[date]:
    """Every day that may be the cycle's, whatever the rules say of weekends."""
    readings = {cycle.due_on}
    if cycle.due_source == "stated" and cycle.computed_due_on is not None:
        readings.add(cycle.computed_due_on)
    return {day for reading in readings for day in (reading, skip_weekend(reading))}
