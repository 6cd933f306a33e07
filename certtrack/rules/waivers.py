"""What an authority released somebody from, as of a day."""

from datetime import date

from certtrack.rules.facts import CertificationFacts, CycleFact, WaiverFact


def list_given(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> tuple[WaiverFact, ...]:
    """What was given for this cycle and holds on `as_of`, in the order of days.

    An extension that isn't what the due day rests on any more was followed by another one, and is named all the same.
    """
    mine = [given for given in facts.waivers if given.cycle_id == cycle.id and given.from_on <= as_of]
    return tuple(sorted(mine, key=lambda given: (given.from_on, given.id)))


def list_waived(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> frozenset[str]:
    """The requirements of this cycle's hours, `total` or keys of areas, that needn't be met."""
    return frozenset(given.requirement for given in list_given(facts, cycle, as_of) if given.requirement is not None)
