"""What would come of each row of a file, as somebody was shown it before they had the file written."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol, TypeVar

P = TypeVar("P", bound="Planned")
CHANGES_NOTHING = frozenset({"same", "kept"})
"""Kinds of plans that write nothing of what the row says."""


class Planned(Protocol):
    """What one row would change, by what is on record."""

    @property
    def line(self) -> int:
        """The line of the file."""

    @property
    def name(self) -> str:
        """Whose row it is, for people."""

    @property
    def kind(self) -> str:
        """`new`, `changed`, `same` or `kept`: two of them change nothing."""

    @property
    def person_id(self) -> int | None:
        """Whose record it is; None where the file puts them on record."""

    def tell_new(self) -> dict[str, Any]:
        """What is told of a row that is new: line, name, and what it is of, by the columns of its kind."""

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written, in plain values, whichever rows of the file are in already."""


def sum_up(plan: Planned) -> str:
    """What tells its outcome from any other, for this person."""
    return _digest(plan, plan.person_id)


def sort_held(plans: Sequence[P], seen: Mapping[str, str] | None) -> tuple[list[P], list[P]]:
    """The plans that may be written, and those that would do something else than was shown.

    `seen`: by line what `sum_up` made of it then; None where nothing was to be shown first. Whoever wasn't on record
    then may be so now by a row before this one.
    """
    going: list[P] = []
    held: list[P] = []
    for plan in plans:
        shown = None if seen is None else seen.get(str(plan.line))
        is_shown = shown in (_digest(plan, plan.person_id), _digest(plan, None))
        may_go = seen is None or plan.kind in CHANGES_NOTHING or is_shown
        (going if may_go else held).append(plan)
    return going, held


def _digest(plan: Planned, person_id: int | None) -> str:
    return sha256(repr((plan.tell_outcome(), person_id)).encode()).hexdigest()[:16]
