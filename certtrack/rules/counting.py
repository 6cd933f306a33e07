"""The hours of one cycle with all that holds for it, what other certifications have taken included."""

from datetime import date

from certtrack.rules.applications import list_taken
from certtrack.rules.bars import list_bars
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.hours import count_hours
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import HoursCount, Under
from certtrack.rules.under import make_under
from certtrack.rules.waivers import list_waived


def count_cycle(
    pack: Pack, facts: CertificationFacts, cycle: CycleFact | None, days: CycleDays | None, as_of: date
) -> HoursCount:
    """The hours of this cycle at the end of `as_of`; without one what was ever earned, where the pack counts that."""
    bars = list_bars(pack, facts, as_of)
    if cycle is None or days is None:
        return count_hours(pack, None, facts.credits, as_of, under=Under(roles=facts.roles, bars=bars))
    taken, waived = list_taken(facts, cycle), list_waived(facts, cycle, as_of)
    under = make_under(pack, facts, cycle, days, as_of, bars)
    return count_hours(pack, days, facts.credits, as_of, taken, waived, under)
