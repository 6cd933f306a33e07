"""What counting hours comes to, requirement by requirement and credit by credit; and what else holds for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from certtrack.rules.hours_rule import Unit
from certtrack.rules.judging import Bar, CountCode, Counts

Hours = Literal["complete", "short", "unconfirmed"]

TOTAL = "total"
AREAS = "areas"
"""The dimension of the total and of the areas."""


@dataclass(frozen=True, slots=True)
class CreditCount:
    """Whether one credit counts, and why. `code` is the reason that weighs most; `counts` says its kind.

    `minutes` are those that count towards the total, `unsure` ones included; `shares` are minutes by area, `others` by
    requirement of other dimensions (a number of credits where these are counted). `sure` and `sure_shares` are the
    minutes of the total and by area that count for sure: what is counted of a requirement is the sum of these.
    """

    id: int
    counts: Counts
    code: CountCode
    minutes: int
    shares: tuple[tuple[str, int], ...] = ()
    others: tuple[tuple[str, int], ...] = ()
    sure: int = 0
    sure_shares: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """How far one line of the pack is met, in minutes, or in credits where `unit` says so.

    `key` is `total`, an area's, or the pack's own; an hour counts once within a `dimension`. `needed` is None where
    nothing is published. `counted` are minutes that count for sure, never more than `needed`; `unsure` those besides
    that may count; `open` those still to be earned by the best reading: None where `needed` is. `needed_most` is the
    highest reading where there are two, and then `needed` is the lowest. `is_waived`: it needn't be met; then nothing
    of it is open.
    """

    key: str
    needed: int | None
    counted: int
    unsure: int
    open: int | None
    is_waived: bool = False
    dimension: str = AREAS
    unit: Unit = "minutes"
    needed_most: int | None = None


@dataclass(frozen=True, slots=True)
class HoursCount:
    """The hours of one cycle: the answer, the requirements in the pack's order, the credits as they were given."""

    hours: Hours
    requirements: tuple[Requirement, ...]
    credits: tuple[CreditCount, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Minutes of something beside credits, such as service: those there are for sure, and at best."""

    key: str
    needed: int | None
    sure: int
    best: int


@dataclass(frozen=True, slots=True)
class Under:
    """What else holds for the hours of a cycle.

    `roles`: the holder's. `reduced`: minutes taken off a requirement. `share`: months of the cycle over those of a
    term, where less is asked for. `carried`: minutes of the surplus of the cycle before. `since`: the first day that
    counts, in place of the cycle's. `bars`: what other certifications have taken. `lines`: what is asked for beside
    hours. `is_provisional`: no hours are asked for. `is_exempt`: hours needn't be met. `may_be_less`: nothing says how
    many are asked for in this cycle.
    """

    roles: frozenset[str] = frozenset()
    reduced: Mapping[str, int] = field(default_factory=dict)
    share: tuple[int, int] | None = None
    carried: int = 0
    since: date | None = None
    bars: Mapping[int, Sequence[Bar]] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    is_provisional: bool = False
    is_exempt: bool = False
    may_be_less: bool = False
