"""Which reminders somebody may do without, and which go out whatever they wish."""

from typing import Literal

from certtrack.rules.reminders import Policy

Group = Literal["early", "all_set"]
"""Reminders that are switched off together: those long before the day, and the one that says that all is done."""

GROUPS: tuple[Group, ...] = ("early", "all_set")

ALWAYS_FROM = 30
"""So many days before the day on nothing can be switched off: missing it costs too much."""


def find_group(stage: str, policy: Policy | None) -> Group | None:
    """The group that a stage is switched off with; None for one that can't be.

    The policy's word counts; without one, or for a stage that it hasn't, what is more than 30 days before the day can.
    """
    if stage == "all_set":
        return "all_set"
    found = policy.find_stage(stage) if policy is not None else None
    can = found.can_switch_off if found is not None else _is_early(stage)
    return "early" if can else None


def _is_early(stage: str) -> bool:
    kind, _, days = stage.partition("_")
    return kind == "before" and days.isdigit() and int(days) > ALWAYS_FROM
