"""What a holder has said of going on, as it holds on a day: a planned day, more time asked for, or that they aren't."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from certtrack.rules.applications import find_hush_end
from certtrack.rules.facts import IntentionFact, IntentionKind
from certtrack.rules.standing import Position

_HUSHING: tuple[IntentionKind, ...] = ("plan", "more_time")


@dataclass(frozen=True, slots=True)
class Said:
    """None each for nothing. `plan_on` is the day that was named, while it lies ahead.

    `quiet_until` is the first day on which reminders go on. `stopped_on` is the day on which it was said that they
    aren't going on: no reminder comes from then on.
    """

    plan_on: date | None = None
    quiet_until: date | None = None
    stopped_on: date | None = None


NOTHING_SAID = Said()


def find_said(position: Position) -> Said:
    """What was said of the cycle that speaks, as of the day of `position`."""
    if not position.intentions:
        return NOTHING_SAID
    said = {one.kind: one for one in position.intentions}
    stopped = said.get("not_going_on")
    return Said(
        plan_on=_find_plan(said.get("plan"), position.as_of),
        quiet_until=_find_quiet_end(position, said),
        stopped_on=stopped.said_on if stopped is not None else None,
    )


def _find_plan(plan: IntentionFact | None, as_of: date) -> date | None:
    return plan.until_on if plan is not None and plan.until_on is not None and plan.until_on > as_of else None


def _find_quiet_end(position: Position, said: Mapping[IntentionKind, IntentionFact]) -> date | None:
    if position.days is None:
        return None
    ends = [find_hush_end(position.days, said[kind]) for kind in _HUSHING if kind in said]
    return max((day for day in ends if day > position.as_of), default=None)
