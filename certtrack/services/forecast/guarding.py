"""What the guard would do in the coming days: by which day a cause has mailed more people than its number says."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from certtrack.services.forecast.future import Trip
from certtrack.services.forecast.lines import Line
from certtrack.services.other_days.looked import Looked
from certtrack.services.reminders.subjects import Subject

_COUNTED = ("planned", "held")


class Tally:
    """Counts, by cause, whom it mails for the first time on which day."""

    def __init__(self) -> None:
        self.first: dict[int, dict[int, date]] = defaultdict(dict)
        self.above: dict[int, int] = {}

    def count(self, subject: Subject, line: Line, on: date) -> None:
        """Count a decision of that day, as the guard counts it: nobody who was released, or waits by name."""
        if not (line.cause_id == subject.cycle.cause_id and subject.is_released):
            self._count(line, on, subject.policy.guard_above)

    def count_day(self, looked: Looked, line: Line) -> None:
        """The same of a day beside those of cycles."""
        is_released = line.cause_id == looked.day.cause_id and looked.is_released
        if looked.policy is not None and not is_released:
            self._count(line, looked.today, looked.policy.guard_above)

    def _count(self, line: Line, on: date, guard_above: int) -> None:
        number = line.cause_id
        if number is None or line.state not in _COUNTED or line.reason == "by_name":
            return
        people = self.first[number]
        people[line.recipient_id] = min(on, people.get(line.recipient_id, on))
        self.above[number] = min(guard_above, self.above.get(number, guard_above))

    def find_trips(self, mailed: Mapping[int, set[int]], decided: Collection[int] = ()) -> dict[int, Trip]:
        """The causes that are held on some day, with whom they had told by then.

        `mailed` are those told already, by cause; `decided` are causes that the guard watches no more.
        """
        found = {}
        for number, first in self.first.items():
            trip = self._find_trip(number, first, mailed.get(number, set()))
            if trip is not None and number not in decided:
                found[number] = trip
        return found

    def _find_trip(self, number: int, first: Mapping[int, date], mailed: set[int]) -> Trip | None:
        known = set(mailed)
        for day in sorted(set(first.values())):
            told = frozenset(known)
            known |= {person for person, on in first.items() if on == day}
            if len(known) > self.above[number]:
                return Trip(day, told)
        return None
