"""The coming months of a team: on which days something ends, and for how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.calendar import add_months
from certtrack.services.team.beside import MONTHS, ComingDay

SHOWN_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Month:
    """One month, by its first day: what comes first in it, and the `rest`, which is shown to whoever asks for it."""

    first_on: date
    days: tuple[ComingDay, ...]
    rest: tuple[ComingDay, ...]


def list_months(days: Sequence[ComingDay], as_of: date) -> tuple[Month, ...]:
    """Six months from the one of `as_of` on, each whether there is something in it or not; `days` are in order."""
    first = as_of.replace(day=1)
    found = []
    for number in range(MONTHS):
        first_on, end = add_months(first, number), add_months(first, number + 1)
        mine = tuple(day for day in days if first_on <= day.on < end)
        found.append(Month(first_on, mine[:SHOWN_AT_ONCE], mine[SHOWN_AT_ONCE:]))
    return tuple(found)
