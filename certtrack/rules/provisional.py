"""The provisional term of a credential that is given in two steps: which cycle is one, and with which day it ends."""

from datetime import date

from certtrack.rules.calendar import add_months
from certtrack.rules.cycles import days_of, find_newest
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import Line
from certtrack.rules.standing import has_ended
from certtrack.rules.under import find_given_on, is_provisional_term, make_under


def is_provisional(pack: Pack, facts: CertificationFacts, cycle: CycleFact) -> bool:
    """True where this cycle is the provisional term: the first, and no longer than its extensions let it be."""
    days = days_of(pack, cycle)
    return is_provisional_term(pack, find_given_on(facts, cycle, days), days)


def find_provisional_end(pack: Pack, facts: CertificationFacts, as_of: date) -> date | None:
    """The last day of the provisional term, included, as of `as_of`; it may have passed. None where there is none.

    The day of the term's own cycle goes before, be it stated on paper, computed or extended; of two readings the
    earlier. Where there is no cycle it is so many months (`[provisional] months`) from the day on which the
    certification was issued: but not once no extension could reach `as_of` any more, since it may be the full one by
    then. None, too, once a cycle of a full term is on record, the term's own is closed, or the authority has revoked or
    retired the certification.
    """
    if pack.provisional is None or has_ended(facts, as_of):
        return None
    newest = find_newest(facts)
    if newest is not None:
        is_open = newest.closed_on is None and is_provisional(pack, facts, newest)
        return days_of(pack, newest).due_on if is_open else None
    if facts.issued_on is None:
        return None
    step = pack.provisional.value
    last_on = add_months(facts.issued_on, step.months + step.extensions * step.extension_months)
    return add_months(facts.issued_on, step.months) if as_of <= last_on else None


def list_asked(pack: Pack, facts: CertificationFacts, ends_on: date, as_of: date) -> tuple[Line, ...]:
    """What the pack asks for in the provisional term that ends on `ends_on`, and how much of it there is by `as_of`."""
    cycle = find_newest(facts)
    if cycle is None and facts.issued_on is not None and facts.issued_on < ends_on:
        cycle = CycleFact(0, facts.issued_on, ends_on, "computed")
    return make_under(pack, facts, cycle, days_of(pack, cycle), as_of).lines if cycle is not None else ()


def may_be_extended(pack: Pack, facts: CertificationFacts, ends_on: date) -> bool:
    """True where the pack knows of extensions, and the term that ends on `ends_on` is no longer than without one.

    False where no day of issue tells that.
    """
    step = pack.provisional.value if pack.provisional is not None else None
    if step is None or not step.extensions or facts.issued_on is None:
        return False
    return ends_on <= add_months(facts.issued_on, step.months)
