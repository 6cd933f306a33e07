"""What an authority released somebody from, as of a day."""

from collections.abc import Mapping
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
    given = list_given(facts, cycle, as_of)
    return frozenset(one.requirement for one in given if one.kind == "waiver" and one.requirement is not None)


def list_reduced(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> Mapping[str, int]:
    """The minutes that were taken off requirements of this cycle's hours, by `total` or an area's key; all together.

    They may be more than the requirement asks for: then nothing of it is left, and never less than that.
    """
    found: dict[str, int] = {}
    for given in list_given(facts, cycle, as_of):
        if given.kind == "reduction" and given.requirement is not None:
            found[given.requirement] = found.get(given.requirement, 0) + (given.minutes or 0)
    return found
