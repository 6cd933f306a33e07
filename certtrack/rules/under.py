"""What holds for the hours of one cycle: waivers, roles, a first or provisional term, a surplus, service."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from certtrack.rules.applications import list_taken
from certtrack.rules.calendar import add_days, add_months
from certtrack.rules.cycles import CycleDays, days_of
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.hours import count_hours
from certtrack.rules.judging import Bar
from certtrack.rules.pack import Ask, Pack
from certtrack.rules.requirements import TOTAL, Line, Under
from certtrack.rules.terms import first_rule
from certtrack.rules.waivers import list_reduced, list_waived

NO_BARS: Mapping[int, Sequence[Bar]] = {}


def make_under(
    pack: Pack,
    facts: CertificationFacts,
    cycle: CycleFact,
    days: CycleDays,
    as_of: date,
    bars: Mapping[int, Sequence[Bar]] = NO_BARS,
) -> Under:
    """What else holds for the hours of this cycle at the end of `as_of`."""
    given_on = find_given_on(facts, cycle, days)
    is_provisional = is_provisional_term(pack, given_on, days)
    first = first_rule(pack).hours if given_on and _is_near(pack, given_on, days) else "full"
    return Under(
        roles=facts.roles,
        reduced=list_reduced(facts, cycle, as_of),
        share=_share(pack, days) if first == "prorated" else None,
        carried=_carried(pack, facts, cycle),
        since=_since(pack, days, as_of),
        bars=bars,
        lines=tuple(_list_lines(pack, facts, days, as_of, is_provisional=is_provisional)),
        is_provisional=is_provisional,
        is_exempt=first == "exempt",
        may_be_less=first is None,
    )


def find_given_on(facts: CertificationFacts, cycle: CycleFact, days: CycleDays) -> date | None:
    """The day on which the credential was first given, where this is its first cycle; None where it isn't.

    Nothing tells it where neither the first issue nor a passed first exam is on record.
    """
    if any(other.start_on < cycle.start_on for other in facts.cycles if other.id != cycle.id):
        return None
    passed = [exam.taken_on for exam in facts.exams if exam.outcome == "passed" and exam.route == "first"]
    given_on = facts.issued_on or min(passed, default=None)
    if given_on is None or given_on > days.due_on or add_months(given_on, 12) < cycle.start_on:
        return None
    return given_on


def is_provisional_term(pack: Pack, given_on: date | None, days: CycleDays) -> bool:
    """True for a first cycle with these days that is a provisional term, extended or not."""
    if pack.provisional is None or given_on is None:
        return False
    step = pack.provisional.value
    return days.due_on <= add_months(given_on, step.months + step.extensions * step.extension_months)


def _is_near(pack: Pack, given_on: date, days: CycleDays) -> bool:
    within = first_rule(pack).within_months
    return within is None or given_on > add_months(days.due_on, -within)


def _share(pack: Pack, days: CycleDays) -> tuple[int, int] | None:
    """The whole months of the cycle, one that was begun included, over those of a term."""
    if pack.term_years.value is None:
        return None
    of = 12 * pack.term_years.value
    months = next((number for number in range(of) if add_months(days.start_on, number) > days.due_on), of)
    return months, of


def _since(pack: Pack, days: CycleDays, as_of: date) -> date | None:
    """After the due day: the first of the months whose hours count then, where the pack says so."""
    if pack.late_hours_months is None or as_of <= days.due_on_latest:
        return None
    return add_days(add_months(as_of, -pack.late_hours_months.value), 1)


def _carried(pack: Pack, facts: CertificationFacts, cycle: CycleFact) -> int:
    """Minutes of the total that the cycle before had too many, capped; what it had carried itself is used up first."""
    most = pack.hours.carried.value if pack.hours and pack.hours.carried else None
    if not most or pack.hours is None:
        return 0
    before = sorted((one for one in facts.cycles if one.start_on < cycle.start_on), key=lambda one: one.start_on)
    carried = 0
    for one in before:
        days = days_of(pack, one)
        taken, waived = list_taken(facts, one), list_waived(facts, one, days.due_on)
        under = Under(roles=facts.roles, reduced=list_reduced(facts, one, days.due_on))
        counted = count_hours(pack, days, facts.credits, days.due_on, taken, waived, under)
        earned = sum(credit.minutes for credit in counted.credits if credit.counts == "yes")
        total = next(line for line in counted.requirements if line.key == TOTAL)
        is_known = total.needed is not None and not total.is_waived
        carried = max(0, min(carried + earned - (total.needed or 0), earned, most)) if is_known else 0
    return carried


def _list_lines(
    pack: Pack, facts: CertificationFacts, days: CycleDays, as_of: date, *, is_provisional: bool
) -> Iterator[Line]:
    for ask in pack.asks:
        if ask.step == ("provisional" if is_provisional else "renewal") and ask.kind != "training":
            yield _make_line(ask, facts, days.start_on, min(as_of, days.due_on_latest))


def _make_line(ask: Ask, facts: CertificationFacts, from_on: date, until_on: date) -> Line:
    """Spans of service that lie across an end of the days count there at best only."""
    if ask.kind == "supervision":
        held = sum(one.minutes for one in facts.supervision if from_on <= one.held_on <= until_on)
        return Line(ask.kind, ask.minutes.value, held, held)
    inside = [one for one in facts.service if from_on <= one.from_on and one.until_on <= until_on]
    across = [one for one in facts.service if one.from_on <= until_on and one.until_on >= from_on]
    return Line(ask.kind, ask.minutes.value, sum(one.minutes for one in inside), sum(one.minutes for one in across))
