"""What a day in a file does to the cycles of a certification: opens, amends, closes and opens, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from certtrack.db.models import Cycle
from certtrack.rules.calendar import add_months
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.pack import Pack
from certtrack.rules.standing import stand
from certtrack.rules.terms import computed_due_on_near, first_start_on, following_start_on

_NEW_TERM_MONTHS = 6
_PAST = frozenset({"grace", "late", "exam_route", "full_route"})


@dataclass(frozen=True, slots=True)
class Term:
    """What is to be done: `open` a cycle, `move` the open one's day, or `renew`: close the open one and open the next.

    `start_on` is None for a move; a renewed cycle's start is also the first day on which the old one no longer speaks.
    `is_past`: it is past its day when it comes, so nothing is mailed until a person says so. `old_due_on`: before it.
    """

    what: Literal["open", "move", "renew"]
    due_on: date
    start_on: date | None
    computed_due_on: date | None
    is_past: bool
    old_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class TermPlan:
    """A term to be written or None, and what is to be reported: an earlier day, a record that was mended by hand."""

    term: Term | None = None
    is_earlier: bool = False
    is_kept: bool = False
    on_record: date | None = None


def plan_term(pack: Pack, cycles: Sequence[Cycle], said: date | None, due_on: date, today: date) -> TermPlan:
    """What the stated day of a row does to these cycles, none of them withdrawn.

    A first cycle starts on the first day of its term by the rule, or on the day of the import where that is earlier:
    an office that lists a certification says that it holds today, and a far day must not make it one that is still to
    begin.
    """
    still_open = [cycle for cycle in cycles if cycle.closed_on is None]
    newest = max(cycles, key=lambda cycle: (cycle.due_on, cycle.id), default=None)
    if newest is None:
        return TermPlan(_make("open", pack, due_on, _start_first(pack, due_on, today), today))
    if not still_open:
        return _plan_after_closed(pack, newest, due_on, today)
    cycle = still_open[-1]
    if cycle.due_on == due_on:
        return TermPlan()
    if due_on != said and due_on > add_months(newest.due_on, _NEW_TERM_MONTHS):
        start = following_start_on(pack, cycle.due_on, due_on, today)
        return TermPlan(_make("renew", pack, due_on, start, today, cycle.due_on))
    if cycle.due_on != said:
        return TermPlan(is_kept=True, on_record=cycle.due_on)
    taken = any(other.due_on == due_on for other in cycles)
    if due_on <= cycle.start_on or taken:
        return TermPlan(is_earlier=True, on_record=cycle.due_on)
    moved = _make("move", pack, due_on, None, today, cycle.due_on)
    return TermPlan(moved, is_earlier=due_on < cycle.due_on, on_record=cycle.due_on)


def _plan_after_closed(pack: Pack, newest: Cycle, due_on: date, today: date) -> TermPlan:
    if due_on == newest.due_on:
        return TermPlan()
    if due_on <= add_months(newest.due_on, _NEW_TERM_MONTHS):
        return TermPlan(is_kept=True, on_record=newest.due_on)
    start = following_start_on(pack, newest.due_on, due_on, today)
    return TermPlan(_make("open", pack, due_on, start, today, newest.due_on))


def _make(
    what: Literal["open", "move", "renew"],
    pack: Pack,
    due_on: date,
    start_on: date | None,
    today: date,
    old_due_on: date | None = None,
) -> Term:
    computed = computed_due_on_near(pack, due_on)
    is_past = _is_past(pack, due_on, computed, today)
    return Term(what, due_on, start_on, computed, is_past, old_due_on)


def _is_past(pack: Pack, due_on: date, computed: date | None, today: date) -> bool:
    start = min(today, first_start_on(pack, due_on))
    cycle = CycleFact(0, start, due_on, "stated", computed)
    facts = CertificationFacts(0, pack.credential, cycles=(cycle,))
    # between two readings it is past by one of them, and nothing before the day is to come any more
    return stand(pack, facts, today).validity in _PAST or days_of(pack, cycle).due_on < today


def _start_first(pack: Pack, due_on: date, today: date) -> date:
    # a roster that lists a certification says that it holds today: its term can't begin after that
    return min(first_start_on(pack, due_on), today)
