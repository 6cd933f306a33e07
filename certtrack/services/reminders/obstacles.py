"""What stands in a reminder's way on a day: asked when it is planned, and again when it is about to be mailed."""

from datetime import date
from typing import Literal, get_args

from certtrack.db.models import Cycle, Person
from certtrack.mail.content import CALLED_OFF, DAY_MOVED
from certtrack.rules.applications import ON_ITS_WAY, find_hush_end
from certtrack.rules.calendar import skip_weekend
from certtrack.rules.facts import IntentionKind
from certtrack.rules.reminders import ALL_SET, DUE_DAY, Policy
from certtrack.rules.standing import Position, Validity
from certtrack.rules.wishes import find_group
from certtrack.services.other_days.records import CLOSED

OBSTACLES = (
    *("died", "cycle_closed", "day_moved", "revoked", "retired", "suspended"),
    *("not_going_on", "application_sent", "has_plan", "asked_for_time", "seen", "switched_off", "no_address"),
)
"""Every code, the one that speaks first where several are true."""

POLICY_CHANGED = "policy_changed"
"""The stage is none any more: a newer policy has others."""

ON_AGAIN = "on_again"
"""What was called off takes place after all."""

FOR_GOOD = frozenset(
    {"cycle_closed", CLOSED, CALLED_OFF, ON_AGAIN, DAY_MOVED, POLICY_CHANGED, "assignment_ended", "no_contact"}
)
"""Codes that mean another decision has taken this one's place: the reminder is superseded, not suppressed."""

NOTHING_COMES = FOR_GOOD | {"died", "revoked", "retired", "not_going_on"}
"""Codes that leave nothing to be told of a stage to come: it isn't listed."""

TOLD_INSTEAD = frozenset({"merged", "assignment_ended", "no_contact"})
"""Codes that mean that somebody else may be to be told in this one's place."""

_ACTS: tuple[Validity, ...] = tuple(code for code in get_args(Validity) if code in OBSTACLES)


_HUSHED: dict[IntentionKind, str] = {"plan": "has_plan", "more_time": "asked_for_time"}


def state_of(obstacle: str) -> Literal["superseded", "suppressed"]:
    """What a reminder is that the code keeps back: out of date for good, or kept from being told as things are."""
    return "superseded" if obstacle in FOR_GOOD else "suppressed"


def find_obstacle(
    person: Person,
    standing: Position,
    cycle: Cycle,
    anchor_on: date,
    stage: str,
    *,
    occurrence: int = 0,
    copy_to: Person | None = None,
    policy: Policy | None = None,
) -> str | None:
    """The code of what keeps the cycle's holder from being told `stage` on the standing's day; None for nothing.

    With `copy_to`: what keeps that person from being told with a copy. What settles the matter settles it for all.

    `person` is the holder, merges followed; `standing` is the certification's; `anchor_on` is the due day that the
    stage hangs on. `cycle_closed`: the cycle is closed or withdrawn, or a newer one speaks. `day_moved`: no reading of
    the cycle's day is `anchor_on` any more.
    `application_sent`: stages up to the due day ask to send it; those after it are told in other words, since it may
    never have arrived, unless the programme itself has received it. `asked_for_time`, `has_plan`: until
    `find_hush_end`, for a copy until the plan's own day. `seen`: a repeat, by its `occurrence`, or a copy of a stage
    that the holder has said they saw. `switched_off`: they do without it, and by `policy`, the one of the stage, they
    may; a copy is somebody else's.
    """
    if person.died_on is not None and person.died_on <= standing.as_of:
        return "died"
    if is_over(cycle, standing):
        return "cycle_closed"
    if anchor_on not in _anchors(cycle, standing):
        return "day_moved"
    if standing.validity in _ACTS:
        return standing.validity
    seen = _find_seen(standing, anchor_on, stage) if occurrence or copy_to else None
    said = _find_said(standing, stage, is_copy=copy_to is not None)
    if said or seen:
        return said or seen
    if copy_to is None and find_group(stage, policy) in (person.switched_off or ()):
        return "switched_off"
    return None if (copy_to or person).address else "no_address"


def is_over(cycle: Cycle, standing: Position) -> bool:
    """True where nothing more is mailed for the cycle: closed, withdrawn, or silent beside a newer one."""
    speaking = standing.cycle
    is_silent = speaking is not None and speaking.id != cycle.id and speaking.start_on >= cycle.start_on
    return cycle.closed_on is not None or cycle.is_withdrawn or is_silent


def is_silent(person: Person, standing: Position) -> bool:
    """True where nothing comes any more of whatever stage, as things are: its holder died, it is gone, or given up."""
    has_died = person.died_on is not None and person.died_on <= standing.as_of
    said = {intention.kind for intention in standing.intentions}
    return has_died or bool(NOTHING_COMES & {standing.validity, *said})


def find_sent_on(standing: Position) -> date | None:
    """The day on which an application was sent of which nothing is known since; None where there is none such."""
    return standing.step.on if standing.step is not None and standing.step.kind in ON_ITS_WAY else None


def _find_said(standing: Position, stage: str, *, is_copy: bool) -> str | None:
    """What the holder said or did that makes this stage needless; None where it is to be told.

    With a plan nobody else hears of it before the plan's own day, though the holder may.
    """
    said = {intention.kind: intention for intention in standing.intentions}
    if "not_going_on" in said:
        return "not_going_on"
    if stage in (DAY_MOVED, ALL_SET):
        return None
    asks_to_send = stage.startswith("before_") or stage == DUE_DAY
    if standing.application == "received" or (standing.application in ON_ITS_WAY and asks_to_send):
        return "application_sent"
    plan = said.get("plan")
    if is_copy and plan is not None and plan.until_on is not None:
        return "has_plan" if standing.as_of < plan.until_on else None
    if asks_to_send and standing.days is not None:
        for kind, code in _HUSHED.items():
            if kind in said and standing.as_of < find_hush_end(standing.days, said[kind]):
                return code
    return None


def _find_seen(standing: Position, anchor_on: date, stage: str) -> str | None:
    """`seen` where the holder has said that they saw this stage of this day: it isn't told again."""
    seen = (said for said in standing.intentions if said.kind == "seen")
    return "seen" if any((said.stage, said.anchor_on) == (stage, anchor_on) for said in seen) else None


def _anchors(cycle: Cycle, standing: Position) -> set[date]:
    if standing.cycle is not None and standing.cycle.id == cycle.id and standing.days is not None:
        return {standing.days.due_on, standing.days.due_on_latest}
    return list_readings(cycle)


def list_readings(cycle: Cycle) -> set[date]:
    """Every day that may be the cycle's, whatever the rules say of weekends."""
    readings = {cycle.due_on}
    if cycle.due_source == "stated" and cycle.computed_due_on is not None:
        readings.add(cycle.computed_due_on)
    return {day for reading in readings for day in (reading, skip_weekend(reading))}
