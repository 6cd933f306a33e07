"""What the end of a cycle rested on: the late credits that it needed count in no later one."""

from dataclasses import replace
from datetime import date

from certtrack.rules.counting import count_cycle
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import HoursCount


def find_needed_late(
    pack: Pack, facts: CertificationFacts, cycle: CycleFact, counted: HoursCount, as_of: date
) -> list[int]:
    """The credits earned after the due day without which less would count for sure, as counted at the end of `as_of`.

    Of several that would do, those that were earned first; none where what was earned in time is enough. What only may
    count is left to the next cycle too.
    """
    due_on, met = days_of(pack, cycle).due_on, _list_met(counted)
    sure = {one.id for one in counted.credits if one.counts == "yes"}
    late = [credit for credit in facts.credits if credit.last_on > due_on and credit.id in sure]
    needed = {credit.id for credit in late}
    for credit in sorted(late, key=lambda credit: (credit.last_on, credit.id), reverse=True):
        fewer = needed - {credit.id}
        kept = tuple(one for one in facts.credits if one.last_on <= due_on or one.id in fewer)
        without = count_cycle(pack, replace(facts, credits=kept), cycle, days_of(pack, cycle), as_of)
        if _list_met(without) == met:
            needed = fewer
    return sorted(needed)


def _list_met(counted: HoursCount) -> list[int]:
    """The minutes that count for sure of each line that asks for a known number and isn't waived."""
    return [line.counted for line in counted.requirements if line.needed is not None and not line.is_waived]
