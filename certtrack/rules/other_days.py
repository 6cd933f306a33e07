"""Days beside those of cycles: of what kind they are, and what comes before and after a day that stands alone."""

from datetime import date
from typing import Literal, get_args

from certtrack.rules.cycles import CycleDays

OtherKind = Literal["exam_sitting", "background_check", "requirement", "provisional_term"]
"""An exam that somebody has a seat for, the last day of a background check, or of a provisional term; the last one on
which the hours on record are enough for a requirement with a clock of its own."""

OTHER_KINDS: tuple[OtherKind, ...] = get_args(OtherKind)

OF_CERTIFICATIONS: tuple[OtherKind, ...] = ("requirement", "provisional_term")
"""Kinds that the rules find in what is known of a certification."""

EVENTS: frozenset[OtherKind] = frozenset({"exam_sitting"})
"""Kinds that are over with their day: nothing is left to be told after it."""


def make_days(day: date) -> CycleDays:
    """The day alone, in one reading and without windows: on time until it, and past it from the next day on."""
    return CycleDays(
        start_on=date.min,
        window_opens_on=None,
        due_on=day,
        due_on_latest=day,
        grace_until=None,
        grace_until_latest=None,
        late_until=None,
        late_until_latest=None,
        exam_route_until=None,
        exam_route_until_latest=None,
    )
