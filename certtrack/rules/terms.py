"""On which day a cycle begins and is due: the first one, the one after it, and what a stated day is held against."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from certtrack.rules.calendar import add_days, add_months, add_years, check_day, make_day
from certtrack.rules.cycles import days_of
from certtrack.rules.days_rule import FirstCycle, MonthDay
from certtrack.rules.facts import CycleFact
from certtrack.rules.pack import Pack

Step = Literal["full", "provisional"]

_NEAR_DAYS = 31
_SMALL_GAP_DAYS = 31
_USUAL = FirstCycle(starts="passed", ends="term", years=None, hours="full", within_months=None)


@dataclass(frozen=True, slots=True)
class Term:
    """The days of one cycle by the pack alone, both included; `step` tells the two steps of a credential apart."""

    start_on: date
    due_on: date
    step: Step = "full"


def speaks_for(pack: Pack, due_on: date) -> bool:
    """True where this version of a pack speaks for a cycle that is due on `due_on`, by the day that it goes by.

    A cycle is open until its late phase has ended, and one that no record tells the start of starts a term before.
    """
    if pack.applies_by == "starting_on_or_after":
        return pack.applies_from <= first_start_on(pack, due_on)
    if pack.applies_by == "all_open_from":
        days = days_of(pack, CycleFact(0, first_start_on(pack, due_on), due_on, "stated"))
        return pack.applies_from <= (days.late_until_latest or days.grace_until_latest or days.due_on_latest)
    return pack.applies_from <= due_on


def first_rule(pack: Pack) -> FirstCycle:
    """How the first cycle is; the usual where the pack says nothing: from the passed exam on, for a term."""
    return pack.first_cycle.value if pack.first_cycle else _USUAL


def first_cycle(
    pack: Pack, *, passed_on: date | None = None, issued_on: date | None = None, born_on: date | None = None
) -> Term | None:
    """The first cycle of somebody who passed the exam, or was certified, on these days.

    None where the day that it would be counted from isn't known, or the pack doesn't say when it is due: nothing is
    guessed. Raises ValueError for a day outside 1900 to 9999.
    """
    rule = first_rule(pack)
    given_on = issued_on or passed_on
    anchor = (passed_on or issued_on) if rule.starts == "passed" else given_on
    if anchor is None or given_on is None:
        return None
    check_day(anchor)
    if pack.provisional is not None:
        return Term(given_on, add_months(given_on, pack.provisional.value.months), "provisional")
    start_on = _start_on(rule, anchor)
    years = rule.years or pack.term_years.value
    due_on = _first_due_on(pack, rule, start_on, years, passed_on, born_on)
    return Term(start_on, due_on) if due_on is not None and start_on < due_on else None


def next_term(
    pack: Pack,
    due_on: date,
    born_on: date | None = None,
    completed_on: date | None = None,
    step: Step = "full",
) -> Term | None:
    """The cycle after one that was due on `due_on`, whenever the recertification came; None where no rule says it.

    Only a completion closer to the new deadline than the least term jumps one more. After a provisional step the full
    term runs from the day on which it was granted.
    """
    years = pack.term_years.value
    if years is None:
        return None
    if step == "provisional":
        granted_on = completed_on or add_days(due_on, 1)
        found = _deadline_after(pack, granted_on, years, born_on)
        return Term(granted_on, found) if found else None
    following = _following_deadline(pack, due_on, years, born_on)
    if following is None:
        return None
    if pack.least_months is not None and completed_on and add_months(completed_on, pack.least_months) > following:
        following = _following_deadline(pack, following, years, born_on) or following
    return Term(add_days(due_on, 1), following)


def compute_due_on(pack: Pack, passed_on: date) -> date | None:
    """The first due day after an exam passed on `passed_on`: the deadline in the exam's year and one term on.

    The exam's day within its year changes nothing. None where the pack doesn't say which years are due, or counts from
    another day.
    """
    check_day(passed_on)
    found = first_cycle(pack, passed_on=passed_on) if first_rule(pack).starts == "passed" else None
    return found.due_on if found else None


def due_on_of_term(pack: Pack, start_on: date) -> date | None:
    """The last day of a term that begins on `start_on`, whether it is the first one or a later one.

    None where the pack makes a difference between the two, or asks for more than that day: nothing is guessed. Raises
    ValueError for a day outside 1900 to 9999.
    """
    check_day(start_on)
    rule, years = first_rule(pack), pack.term_years.value
    if pack.provisional is not None or rule.ends == "next" or rule.years not in (None, years):
        return None
    return _first_due_on(pack, rule, start_on, years, start_on, None)


def first_start_on(pack: Pack, due_on: date, passed_on: date | None = None) -> date:
    """The first day of a first cycle: the day of the passed exam, else the due day less a term, plus a day.

    Where no term is published a year stands for it. Raises ValueError where the exam wasn't passed before the due day:
    a cycle ends after it starts.
    """
    if passed_on is None:
        return add_days(add_years(due_on, -(pack.term_years.value or 1)), 1)
    if passed_on >= due_on:
        raise ValueError(f"a cycle from {passed_on.isoformat()} can't be due on {due_on.isoformat()}")
    return passed_on


def next_start_on(due_on: date) -> date:
    """The first day of the cycle that follows one due on `due_on`, whenever the recertification came."""
    return add_days(due_on, 1)


def following_start_on(pack: Pack, old_due_on: date, due_on: date, today: date) -> date:
    """The first day of a cycle due on `due_on` that comes on record `today`, after one that was due on `old_due_on`.

    The day after the former due day; where terms are missing between the two, not longer ago than one term.
    """
    following, first = next_start_on(old_due_on), first_start_on(pack, due_on)
    if (first - following).days <= _SMALL_GAP_DAYS:
        return following
    return max(following, min(first, today))


def is_parity_odd_one_out(pack: Pack, exam_on: date, due_on: date) -> bool:
    """True where the pack ties due years to the exam's year, or to odd or even ones, and this due year is none of them.

    With a term of two years: one is odd and the other even. False where the pack doesn't say.
    """
    parity = pack.parity.value if pack.parity else None
    if parity == "exam_year":
        return pack.term_years.value is not None and (due_on.year - exam_on.year) % pack.term_years.value != 0
    return parity is not None and not _has_parity(pack, due_on.year)


def is_plausible_due_on(pack: Pack, day: date) -> bool:
    """True where `day` is the pack's deadline in its year, or the rule can't tell."""
    near = computed_due_on_near(pack, day)
    return day == near if pack.deadline.value.rule in ("fixed_day", "month_end", "month_start") else True


def computed_due_on_near(pack: Pack, stated: date) -> date | None:
    """The pack's deadline nearest to a stated day; `stated` itself where it is one.

    None where the nearest is more than 31 days away, or the deadline depends on the holder: then the rule can't tell
    which one was meant.
    """
    rule, on = pack.deadline.value.rule, pack.deadline.value.on
    if rule == "month_end":
        return _month_end(stated)
    if rule == "month_start":
        return stated.replace(day=1)
    if on is None:
        return None
    nearest = _nearest(pack, on, stated)
    return nearest if abs((nearest - stated).days) <= _NEAR_DAYS else None


def _start_on(rule: FirstCycle, anchor: date) -> date:
    if rule.starts == "month_start":
        return anchor.replace(day=1)
    if rule.starts == "next_january":
        return make_day(anchor.year + 1, 1, 1)
    return anchor


def _first_due_on(
    pack: Pack, rule: FirstCycle, start_on: date, years: int | None, passed_on: date | None, born_on: date | None
) -> date | None:
    if rule.ends == "next":
        return _next_deadline(pack, start_on, born_on)
    if years is None:
        return None
    on = pack.deadline.value.on
    parity = pack.parity.value if pack.parity else None
    if on is not None and parity == "exam_year":
        return make_day(passed_on.year + years, on.month, on.day) if passed_on else None
    if on is not None and pack.parity is not None and parity is None:
        return None
    if on is not None and parity is not None:
        return _next_deadline(pack, start_on, born_on)
    return _deadline_after(pack, start_on, years, born_on)


def _deadline_after(pack: Pack, start_on: date, years: int, born_on: date | None) -> date | None:
    """The deadline of a term of so many years; one that begins right after a deadline ends on one."""
    rule, on = pack.deadline.value.rule, pack.deadline.value.on
    if on is None and rule != "birthday":
        return _by_month(pack, add_years(start_on, years))
    before = add_days(start_on, -1)
    day = on or (MonthDay(born_on.month, born_on.day) if born_on else None)
    if day is None:
        return None
    is_after_deadline = before == make_day(before.year, day.month, day.day)
    return make_day((before if is_after_deadline else start_on).year + years, day.month, day.day)


def _following_deadline(pack: Pack, due_on: date, years: int, born_on: date | None) -> date | None:
    rule, on = pack.deadline.value.rule, pack.deadline.value.on
    near = add_years(due_on, years)
    if rule == "birthday":
        return _nearest(pack, MonthDay(born_on.month, born_on.day), near) if born_on else None
    return _nearest(pack, on, near) if on else _by_month(pack, near)


def _by_month(pack: Pack, day: date) -> date | None:
    rule = pack.deadline.value.rule
    if rule == "month_end":
        return _month_end(day)
    if rule == "month_start":
        return day.replace(day=1)
    return day if rule == "anniversary" else None


def _next_deadline(pack: Pack, start_on: date, born_on: date | None) -> date | None:
    """The first deadline after `start_on` that leaves the least term and is of a due year."""
    day = pack.deadline.value.on
    if pack.deadline.value.rule == "birthday":
        day = MonthDay(born_on.month, born_on.day) if born_on else None
    if day is None:
        return None
    earliest = add_months(start_on, pack.least_months) if pack.least_months else add_days(start_on, 1)
    due = (make_day(year, day.month, day.day) for year in range(start_on.year, start_on.year + 25))
    return next((one for one in due if one >= earliest and _has_parity(pack, one.year)), None)


def _nearest(pack: Pack, on: MonthDay, day: date) -> date:
    years = range(max(day.year - 2, date.min.year), min(day.year + 2, date.max.year) + 1)
    due = [make_day(year, on.month, on.day) for year in years if _has_parity(pack, year)]
    return min(due, key=lambda one: (abs((one - day).days), one))


def _has_parity(pack: Pack, year: int) -> bool:
    parity = pack.parity.value if pack.parity else None
    return parity not in ("odd", "even") or (year % 2 == 1) == (parity == "odd")


def _month_end(day: date) -> date:
    return add_days(add_months(day.replace(day=1), 1), -1)
