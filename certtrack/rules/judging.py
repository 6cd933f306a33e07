"""Whether each credit counts in a cycle, and why: by its day, its kind, its proof, its twins, other certifications."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from certtrack.rules.calendar import add_days, add_years
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CreditFact, CreditPart
from certtrack.rules.pack import Holds, HoursRule, Pack

Counts = Literal["yes", "unsure", "no"]
CountCode = Literal[
    "counts",
    "lies_ahead",
    "returned",
    "before_cycle",
    "after_cycle",
    "after_due_not_published",
    "taken_before",
    "activity_excluded",
    "form_excluded",
    "form_not_published",
    "presenting_not_published",
    "no_certificate",
    "presenting_excluded",
    "too_short",
    "same_course",
    "same_course_not_published",
    "counts_elsewhere",
    "sharing_not_published",
    "provisional_term",
    "over_limit",
]
Verdict = tuple[Counts, CountCode]

_COUNTS: Verdict = ("yes", "counts")
_ALONE = (0,)


@dataclass(frozen=True, slots=True)
class Bar:
    """Minutes of one part of a credit that another certification has taken: they don't count here.

    `areas`: only not in these, and for the total all the same; None for nowhere. `is_sure` is False where no rule says
    so.
    """

    part: int
    minutes: int
    areas: frozenset[str] | None
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """From when on credits are earned for a cycle, and until when, both included.

    `until_on` is None where the cycle's own rule says it; `start_on` is None where everything that was ever earned
    counts.
    """

    start_on: date | None
    until_on: date | None = None


def looking_back(days: CycleDays, years: int) -> Clock:
    """The clock of a requirement of its own years: so many up to the due day."""
    return Clock(add_days(add_years(days.due_on, -years), 1))


@dataclass(frozen=True, slots=True)
class Judged:
    """One credit: whether it counts and why, with the parts that count for sure, and those that may.

    `origins` are the places, among the credit's own parts, that those of `best` come from.
    """

    credit: CreditFact
    counts: Counts
    code: CountCode
    sure: tuple[CreditPart, ...]
    best: tuple[CreditPart, ...]
    origins: tuple[int, ...] = ()


def judge_credits(
    pack: Pack,
    rule: HoursRule,
    days: CycleDays | None,
    clock: Clock,
    claimed: Sequence[CreditFact],
    as_of: date,
    taken: frozenset[int],
    bars: Mapping[int, Sequence[Bar]],
) -> list[Judged]:
    """Each of the credits, in the order in which they were given."""
    alike: dict[tuple[object, ...], Verdict] = {}  # most are of few kinds
    verdicts: dict[int, Verdict] = {}
    for credit in claimed:
        is_short = rule.smallest is not None and credit.minutes < rule.smallest.value
        kind = (credit.activity, credit.form, credit.role, credit.proof, credit.decision, is_short)
        if kind not in alike:
            alike[kind] = _judge((_judge_kind(rule, credit), _judge_proof(rule, credit)))
        by_day = _judge_day(pack, days, clock, credit, as_of)
        by_earlier: Verdict = ("no", "taken_before") if credit.id in taken else _COUNTS
        verdicts[credit.id] = _judge((by_day, by_earlier, alike[kind]))
    if rule.same_course is not None:
        _judge_twins(rule, claimed, verdicts)
    return [_make(rule, credit, verdicts[credit.id], bars.get(credit.id, ())) for credit in claimed]


def has_twins(rule: HoursRule, claimed: Sequence[CreditFact]) -> bool:
    """Whether a course was taken several times, and the rules don't count each time."""
    if rule.same_course is None or rule.same_course.value == "each_time":
        return False
    courses = [(fold(credit.title), fold(credit.provider)) for credit in claimed if credit.title]
    return len(set(courses)) < len(courses)


@lru_cache(maxsize=5_000)  # many credits are called alike
def fold(text: str) -> str:
    """A name without case, marks and signs: how sponsors and titles are compared."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(
        "".join(
            letter if letter.isalnum() else " " for letter in decomposed if not unicodedata.combining(letter)
        ).split()
    )


def _judge(verdicts: Iterable[Verdict]) -> Verdict:
    """The first thing that says no; else the first that leaves it open."""
    found = _COUNTS
    for verdict in verdicts:
        if verdict[0] == "no":
            return verdict
        if verdict[0] == "unsure" and found[0] == "yes":
            found = verdict
    return found


def _judge_day(pack: Pack, days: CycleDays | None, clock: Clock, credit: CreditFact, as_of: date) -> Verdict:
    if credit.last_on > as_of:
        return "no", "lies_ahead"
    if clock.start_on is not None and credit.last_on < clock.start_on:
        return "no", "before_cycle"
    last = clock.until_on or (days.due_on if days else None)
    if days is None or last is None or credit.last_on <= last:
        return _COUNTS
    until = find_earned_until(pack, days)
    if until is not None:
        return _COUNTS if credit.last_on <= until else ("no", "after_cycle")
    latest = days.late_until_latest or days.grace_until_latest or days.due_on_latest
    return ("unsure", "after_due_not_published") if credit.last_on <= latest else ("no", "after_cycle")


def find_earned_until(pack: Pack, days: CycleDays) -> date | None:
    """The last day on which hours are earned; None where nothing is published."""
    by_phase = {"due": days.due_on, "grace": days.grace_until, "late": days.late_until}
    return by_phase[pack.earn_until.value] if pack.earn_until.value else None


def do_hours_count(pack: Pack, days: CycleDays, as_of: date) -> Holds | None:
    """Whether hours that are earned on `as_of` count for the cycle; None where that isn't published."""
    is_by_months = pack.late_hours_months is not None and as_of > days.due_on_latest
    if as_of <= days.due_on or is_by_months:
        return "yes"
    until = find_earned_until(pack, days)
    if until is None:
        return None
    return "yes" if as_of <= until else "no"


def _judge_kind(rule: HoursRule, credit: CreditFact) -> Verdict:
    if rule.excluded is not None and credit.activity in rule.excluded.value:
        return "no", "activity_excluded"
    if rule.smallest is not None and credit.minutes < rule.smallest.value:
        return "no", "too_short"
    form = rule.forms.get(credit.form) if credit.form else None
    if form is not None and form.value == "no":
        return "no", "form_excluded"
    if credit.role == "presenter" and rule.presenting is not None and rule.presenting.value == "no":
        return "no", "presenting_excluded"
    if form is not None and form.value is None:
        return "unsure", "form_not_published"
    if credit.role == "presenter" and (rule.presenting is None or rule.presenting.value is None):
        return "unsure", "presenting_not_published"
    return _COUNTS


def _judge_proof(rule: HoursRule, credit: CreditFact) -> Verdict:
    if credit.decision == "returned":
        return "no", "returned"
    return ("no", "no_certificate") if rule.proof.value == "certificate" and credit.proof == "none" else _COUNTS


def _judge_twins(rule: HoursRule, claimed: Sequence[CreditFact], verdicts: dict[int, Verdict]) -> None:
    """Of one course that was taken several times the longest stands, the first of those that are as long."""
    if rule.same_course is None or rule.same_course.value == "each_time":
        return
    other: Verdict = ("no", "same_course") if rule.same_course.value else ("unsure", "same_course_not_published")
    standing: set[tuple[str, str]] = set()
    counting = [credit for credit in claimed if verdicts[credit.id][0] != "no" and credit.title]
    for credit in sorted(counting, key=lambda one: (verdicts[one.id][0] != "yes", -one.minutes, one.last_on, one.id)):
        course = fold(credit.title), fold(credit.provider)
        if course in standing:
            verdicts[credit.id] = other
        standing.add(course)


def _make(rule: HoursRule, credit: CreditFact, verdict: Verdict, bars: Sequence[Bar]) -> Judged:
    counts, code = verdict
    if counts == "no":
        return Judged(credit, counts, code, (), ())
    parts = credit.parts if rule.rounded_to is None else _round(credit, rule.rounded_to.value)
    if not bars:
        places = _ALONE if len(parts) == 1 else tuple(range(len(parts)))
        return Judged(credit, counts, code, parts if counts == "yes" else (), parts, places)
    best, origins = _without(parts, [bar for bar in bars if bar.is_sure])
    sure = _without(parts, bars)[0] if counts == "yes" else ()
    if not best:
        return Judged(credit, "no", "counts_elsewhere", (), ())
    if counts == "yes" and sure != best:
        return Judged(credit, "yes" if sure else "unsure", "sharing_not_published", sure, best, origins)
    if counts == "yes" and _sum(best) < _sum(parts):
        code = "counts_elsewhere"
    return Judged(credit, counts, code, sure, best, origins)


def _round(credit: CreditFact, step: int) -> tuple[CreditPart, ...]:
    """The credit rounded down as a whole; what falls away is taken off its last parts."""
    left = credit.minutes // step * step
    parts: list[CreditPart] = []
    for part in credit.parts:
        minutes = min(part.minutes, left)
        left -= minutes
        if minutes:
            parts.append(CreditPart(minutes, part.areas))
    return tuple(parts)


def _without(parts: Sequence[CreditPart], bars: Sequence[Bar]) -> tuple[tuple[CreditPart, ...], tuple[int, ...]]:
    """What is left of the parts, and where it comes from; minutes that are barred from areas alone stay for the total.

    Bars on the same minutes of a part overlap: the strictest of them speaks.
    """
    found: list[tuple[CreditPart, int]] = []
    for place, part in enumerate(parts):
        own = [bar for bar in bars if bar.part == place]
        gone = min(part.minutes, max((bar.minutes for bar in own if bar.areas is None), default=0))
        areas = frozenset[str]().union(*(bar.areas for bar in own if bar.areas is not None))
        kept = max((bar.minutes for bar in own if bar.areas is not None), default=0)
        partly = min(part.minutes, kept) - gone
        if partly > 0:
            found.append((CreditPart(partly, tuple(area for area in part.areas if area not in areas)), place))
        if left := part.minutes - gone - max(0, partly):
            found.append((CreditPart(left, part.areas), place))
    return tuple(part for part, _ in found), tuple(place for _, place in found)


def _sum(parts: Iterable[CreditPart]) -> int:
    return sum(part.minutes for part in parts)
