"""Which hours count in a cycle, how far each requirement is met, and why a credit counts or doesn't."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

from certtrack.rules.allocation import Allocation, Offer, Want, allocate
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CreditFact
from certtrack.rules.pack import HoursRule, Pack, Value

Hours = Literal["complete", "short", "unconfirmed"]
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
]

TOTAL = "total"
_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CreditCount:
    """Whether one credit counts, and why. `code` is the reason that weighs most; `counts` says its kind.

    `minutes` are those that count towards the total, `unsure` ones included; `shares` are minutes by area.
    """

    id: int
    counts: Counts
    code: CountCode
    minutes: int
    shares: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """How far one line of the pack is met, in minutes.

    `key` is `total`, or an area's. `needed` is None where nothing is published. `counted` are minutes that count for
    sure, never more than `needed`; `unsure` those besides that may count; `open` those still to be earned by the best
    reading: None where `needed` is. `is_waived`: it needn't be met; then nothing of it is open.
    """

    key: str
    needed: int | None
    counted: int
    unsure: int
    open: int | None
    is_waived: bool = False


@dataclass(frozen=True, slots=True)
class HoursCount:
    """The hours of one cycle: the answer, the requirements in the pack's order, the credits as they were given."""

    hours: Hours
    requirements: tuple[Requirement, ...]
    credits: tuple[CreditCount, ...]


def count_hours(
    pack: Pack,
    days: CycleDays | None,
    claimed: Sequence[CreditFact],
    as_of: date,
    taken: frozenset[int] = frozenset(),
    waived: frozenset[str] = frozenset(),
    reduced: Mapping[str, int] = _NOTHING,
) -> HoursCount:
    """Count the hours of the cycle with these days, at the end of `as_of`.

    `taken` are credits that the end of an earlier cycle rested on: an hour counts once. `waived` are requirements that
    needn't be met; with `total` none of them need be. `reduced` are minutes that were taken off what it asks, by key.

    `complete` only where no reading says otherwise, `short` only where none says that it is; else `unconfirmed`, as
    without a cycle or without published rules. One more credit never makes the answer worse.
    """
    rule = pack.hours
    if rule is None or days is None:
        return HoursCount("unconfirmed", (), ())
    rule = _reduce(rule, reduced) if reduced else rule
    judged = [(credit, *_judge(pack, rule, days, credit, as_of, taken)) for credit in claimed]
    waived = waived if TOTAL not in waived else frozenset({TOTAL, *(area.key for area in rule.areas)})
    sure = _Filled(rule, waived, [credit for credit, counts, _ in judged if counts == "yes"])
    may_be_more = any(counts == "unsure" for _, counts, _ in judged)
    best = _Filled(rule, waived, [credit for credit, counts, _ in judged if counts != "no"]) if may_be_more else sure
    requirements = tuple(_list_requirements(rule, waived, sure, best))
    return HoursCount(
        hours=_answer(requirements),
        requirements=requirements,
        credits=tuple(
            CreditCount(credit.id, counts, code, 0 if counts == "no" else credit.minutes, best.shares_of(credit))
            for credit, counts, code in judged
        ),
    )


def _reduce(rule: HoursRule, reduced: Mapping[str, int]) -> HoursRule:
    def less(asked: Value[Any], key: str) -> Value[Any]:
        return asked if asked.value is None else replace(asked, value=max(0, asked.value - reduced.get(key, 0)))

    areas = tuple(replace(area, minimum=less(area.minimum, area.key)) for area in rule.areas)
    return replace(rule, total=less(rule.total, TOTAL), areas=areas)


def _judge(
    pack: Pack, rule: HoursRule, days: CycleDays, credit: CreditFact, as_of: date, taken: frozenset[int]
) -> tuple[Counts, CountCode]:
    """The first thing that says no; else the first that leaves it open."""
    verdicts = [
        _judge_day(pack, days, credit, as_of),
        ("no", "taken_before") if credit.id in taken else ("yes", "counts"),
        _judge_kind(rule, credit),
        _judge_proof(rule, credit),
    ]
    for kind in ("no", "unsure"):
        for counts, code in verdicts:
            if counts == kind:
                return counts, code
    return "yes", "counts"


def _judge_day(pack: Pack, days: CycleDays, credit: CreditFact, as_of: date) -> tuple[Counts, CountCode]:
    if credit.last_on > as_of:
        return "no", "lies_ahead"
    if credit.last_on < days.start_on:
        return "no", "before_cycle"
    if credit.last_on <= days.due_on:
        return "yes", "counts"
    until = _earned_until(pack, days)
    if until is not None:
        return ("yes", "counts") if credit.last_on <= until else ("no", "after_cycle")
    latest = days.late_until_latest or days.grace_until_latest or days.due_on_latest
    return ("unsure", "after_due_not_published") if credit.last_on <= latest else ("no", "after_cycle")


def _earned_until(pack: Pack, days: CycleDays) -> date | None:
    """The last day on which hours are earned; None where nothing is published."""
    by_phase = {"due": days.due_on, "grace": days.grace_until, "late": days.late_until}
    return by_phase[pack.earn_until.value] if pack.earn_until.value else None


def _judge_kind(rule: HoursRule, credit: CreditFact) -> tuple[Counts, CountCode]:
    if credit.activity in rule.excluded.value:
        return "no", "activity_excluded"
    form = rule.forms.get(credit.form) if credit.form else None
    if form is not None and form.value == "no":
        return "no", "form_excluded"
    if form is not None and form.value is None:
        return "unsure", "form_not_published"
    if credit.role == "presenter":
        return "unsure", "presenting_not_published"
    return "yes", "counts"


def _judge_proof(rule: HoursRule, credit: CreditFact) -> tuple[Counts, CountCode]:
    if credit.decision == "returned":
        return "no", "returned"
    is_lacking = rule.proof.value == "certificate" and credit.proof == "none"
    return ("no", "no_certificate") if is_lacking else ("yes", "counts")


class _Filled:
    """What these credits fill: minutes in all, and by area. An area that asks for nothing known takes what is left."""

    def __init__(self, rule: HoursRule, waived: frozenset[str], counting: Iterable[CreditFact]) -> None:
        given = list(counting)
        self.total = sum(credit.minutes for credit in given)
        given.sort(key=lambda credit: (credit.last_on, credit.id))
        parts = [(credit.id, part) for credit in given for part in credit.parts]
        self._owners = [owner for owner, _ in parts]
        offers = [Offer(place, part.minutes, frozenset(part.areas)) for place, (_, part) in enumerate(parts)]
        asked = [area for area in rule.areas if area.minimum.value is not None and area.key not in waived]
        known = [Want(area.key, area.minimum.value or 0) for area in asked]
        rest = [Want(area.key, self.total) for area in rule.areas if area not in asked]
        self._found: Allocation = allocate(offers, [*known, *rest])
        self._shares = self._list_shares()

    def counted(self, area: str) -> int:
        return self._found.counted[area]

    def shares_of(self, credit: CreditFact) -> tuple[tuple[str, int], ...]:
        return tuple(self._shares.get(credit.id, {}).items())

    def _list_shares(self) -> dict[int, dict[str, int]]:
        shares: dict[int, dict[str, int]] = {}
        for (offer, area), minutes in self._found.shares.items():
            own = shares.setdefault(self._owners[offer], {})
            own[area] = own.get(area, 0) + minutes
        return shares


def _list_requirements(rule: HoursRule, waived: frozenset[str], sure: _Filled, best: _Filled) -> Iterable[Requirement]:
    lines = [(TOTAL, rule.total.value, sure.total, best.total)]
    each = [(area.key, area.minimum.value, sure.counted(area.key), best.counted(area.key)) for area in rule.areas]
    for key, needed, counted, most in (*lines, *each):
        line = _make(key, needed, counted, most)
        yield replace(line, open=0, is_waived=True) if key in waived else line


def _make(key: str, needed: int | None, sure: int, best: int) -> Requirement:
    if needed is None:
        return Requirement(key, None, min(sure, best), max(0, best - sure), None)
    counted = min(sure, needed)
    return Requirement(key, needed, counted, min(best, needed) - counted, needed - min(best, needed))


def _answer(requirements: Sequence[Requirement]) -> Hours:
    if any(requirement.open for requirement in requirements):
        return "short"
    asked = [requirement for requirement in requirements if not requirement.is_waived]
    is_sure = all(requirement.needed == requirement.counted for requirement in asked)
    return "complete" if is_sure else "unconfirmed"
