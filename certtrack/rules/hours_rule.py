"""What a rule pack says of hours: how many, in which areas, of which kinds, at most, and by which clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from certtrack.rules.facts import Activity, CreditRole, Form
from certtrack.rules.values import Holds, Text, Value

ProofNeeded = Literal["none", "certificate"]
SameBy = Literal["title", "provider", "day", "minutes"]
"""What two credits have alike; the day is the first or the last."""
SameCourse = Literal["once", "each_time"]
CountedOver = Literal["cycle", "ever"]
Unit = Literal["minutes", "credits"]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which parts of credits are meant: those that are of one of each list; an empty list asks for nothing.

    `sponsors` are names of providers, compared without regard to case and marks.
    """

    areas: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    activities: tuple[Activity, ...] = ()
    roles: tuple[CreditRole, ...] = ()
    sponsors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A subject that hours are counted in. `name` is None where none is published.

    `listed` says where it was read that there is such an area; `minimum` are minutes of one cycle, None where none is
    asked for.
    """

    key: str
    name: Text | None
    listed: Value[bool]
    minimum: Value[int | None] | None


@dataclass(frozen=True, slots=True)
class Minimum:
    """A requirement beside the total and the areas: in its dimension an hour counts once.

    `needed` are minutes, or a number of separate credits, by `unit`. `every_years`: they are those of so many years up
    to the due day, None for those of the cycle. `role`: only somebody with that role is asked for it, None for
    everybody; then `adds` says whether it comes on top of the total, None where that isn't published.
    """

    key: str
    dimension: str
    name: Text | None
    kinds: Kinds
    unit: Unit
    needed: Value[int | None]
    every_years: int | None
    role: str | None
    adds: Holds | None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many minutes of what is meant count. An area is meant where a part fits nothing beside it."""

    key: str
    name: Text | None
    kinds: Kinds
    minutes: Value[int]


@dataclass(frozen=True, slots=True)
class HoursRule:
    """The hours of one cycle, in minutes. `forms`: whether hours of that form count; one that isn't named does.

    `total` holds None where a total is asked for and isn't published. `counted_over` "ever": there are no cycles, and
    everything that was ever earned counts. `ceu_minutes`: what 1 CEU is here; None where nothing is published, and
    then no CEU is turned into hours; `college_minutes`: what one credit of a college course is. `same_by`: what two
    credits have alike that may be one and the same. `smallest`: shorter credits don't count; `rounded_to`: each credit
    is rounded down to a multiple of it. `carried`: at most so many minutes of a surplus count for the next cycle's
    total. `elective`: what the authority prints as any other hours, to be held against the total. None each time: the
    rules say nothing of it.
    """

    total: Value[int | None]
    areas: tuple[Area, ...]
    proof: Value[ProofNeeded]
    ceu_minutes: Value[int | None]
    excluded: Value[tuple[Activity, ...]] | None = None
    forms: Mapping[Form, Value[Holds | None]] = field(default_factory=dict)
    same_by: Value[tuple[SameBy, ...]] | None = None
    counted_over: CountedOver = "cycle"
    minima: tuple[Minimum, ...] = ()
    limits: tuple[Limit, ...] = ()
    elective: Value[int] | None = None
    presenting: Value[Holds | None] | None = None
    same_course: Value[SameCourse | None] | None = None
    smallest: Value[int] | None = None
    rounded_to: Value[int] | None = None
    carried: Value[int | None] | None = None
    college_minutes: Value[int | None] | None = None
