"""The coming months of a team: on which days something ends, and for how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.rules.calendar import add_months
from certtrack.services.team.beside import MONTHS, ComingDay

MOST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Month:
    """One month, by its first day, with its first days on which there is something; `more` are so many further ones."""

    first_on: date
    days: tuple[ComingDay, ...]
    more: int


def list_months(days: Sequence[ComingDay], as_of: date) -> tuple[Month, ...]:
    """Six months from the one of `as_of` on, each whether there is something in it or not; `days` are in order."""
    first = as_of.replace(day=1)
    found = []
    for number in range(MONTHS):
        first_on, end = add_months(first, number), add_months(first, number + 1)
        mine = tuple(day for day in days if first_on <= day.on < end)
        found.append(Month(first_on, mine[:MOST_DAYS], max(0, len(mine) - MOST_DAYS)))
    return tuple(found)
