"""A rule pack: one authority's dated rules for one credential, as values that each name their source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, TypeVar

from certtrack.rules.facts import Activity, Form

Sure = Literal["verified", "inferred", "conflicting", "unverified", "unknown", "confirmed"]
Phase = Literal["on_time", "grace", "late", "exam_route", "full_route"]
Need = Literal["application", "ce_form", "certificates", "fee", "late_fee", "exam", "training"]
Beginning = Literal["due", "late_end"]
EarnUntil = Literal["due", "grace", "late"]
Holds = Literal["yes", "no"]
Weekend = Literal["none", "next_day"]
CountsBy = Literal["received", "received_or_postmarked"]

ProofNeeded = Literal["none", "certificate"]

PHASES: tuple[Phase, ...] = ("on_time", "grace", "late", "exam_route", "full_route")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a pack in both languages; never empty."""

    en: str
    es: str

    def of(self, locale: str) -> str:
        """The words in `locale`; English for a language that packs don't carry."""
        return self.es if locale == "es" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read, and on which day. `link` is empty where a person was told it."""

    title: str
    link: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """One published value. Where `sure` is "unknown" it is None, and nothing is promised.

    Where it is "confirmed" nothing is published, and a person has put on record here who said it.
    """

    value: T
    source: Source
    sure: Sure


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A fixed day of the year; February 29 means the month's end."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class ExamRoute:
    """The way back by exam: its length in years less a day, counted from each reading of its beginning.

    `attempts` is how many are allowed; None where nothing is published.
    """

    years: int
    counts_from: tuple[Beginning, ...]
    attempts: int | None


@dataclass(frozen=True, slots=True)
class Fee:
    """What is paid in all, in cents of the pack's currency; `late_cents` of it are the late fee."""

    total_cents: int
    late_cents: int = 0


@dataclass(frozen=True, slots=True)
class Area:
    """A subject that hours are counted in. `name` is None where none is published.

    `listed` says where it was read that there is such an area; `minimum` are minutes.
    """

    key: str
    name: Text | None
    listed: Value[bool]
    minimum: Value[int | None]


SameBy = Literal["title", "provider", "day", "minutes"]
"""What two credits have alike; the day is the first or the last."""


@dataclass(frozen=True, slots=True)
class HoursRule:
    """The hours of one cycle, in minutes. `forms`: whether hours of that form count; one that isn't named does.

    `ceu_minutes`: what 1 CEU is here; None where nothing is published, and then no CEU is turned into hours.
    `same_by`: what two credits have alike that may be one and the same; None where the rules say nothing of it.
    """

    total: Value[int]
    areas: tuple[Area, ...]
    excluded: Value[tuple[Activity, ...]]
    forms: Mapping[Form, Value[Holds | None]]
    proof: Value[ProofNeeded]
    ceu_minutes: Value[int | None]
    same_by: Value[tuple[SameBy, ...]] | None = None


@dataclass(frozen=True, slots=True)
class TrainingRule:
    """The training that leads to a credential. `minutes` holds every published reading, the shortest first.

    None where nothing is published; so is `missed`, the minutes of it that may be missed: then none may without a
    reason.
    """

    minutes: Value[tuple[int, ...] | None]
    missed: Value[int | None]


@dataclass(frozen=True, slots=True)
class Authority:
    """Who grants the credential, and the address of its pages."""

    name: Text
    link: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of one credential's rules. `grace`, `late`, `exam_route` are None where the rules have no such phase.

    `pass_percent` is what an exam is passed with; None where the rules name no exam.

    `late` holds every published reading of the late window's length, in months from the due day.
    `applies_from`: the version speaks for cycles that are due on that day or later. `hours` is None where none
    are asked for, `training` where none leads to it. `sha256` is of the file's bytes.
    """

    key: str
    version: int
    kind: Literal["credential"]
    credential: str
    zone: str
    currency: str
    applies_from: date
    name: Text
    name_at_first_use: Text
    short_name: Text
    whom_to_ask: Text
    authority: Authority
    office_names: tuple[str, ...]
    deadline: Value[MonthDay]
    term_years: Value[int]
    parity: Value[Literal["exam_year"] | None]
    window_days: Value[int | None]
    grace: Value[int] | None
    late: Value[tuple[int, ...]] | None
    exam_route: Value[ExamRoute] | None
    pass_percent: Value[int | None] | None
    earn_until: Value[EarnUntil | None]
    weekend: Value[Weekend | None]
    counts_by: Value[CountsBy | None]
    holds: Mapping[Phase, Value[Holds | None]]
    needs: Mapping[Phase, Value[tuple[Need, ...]]]
    fees: Mapping[Phase, Value[Fee | None]]
    advice: Mapping[Phase, Text]
    hours: HoursRule | None
    training: TrainingRule | None
    sha256: str = field(repr=False)
    raw: str = field(repr=False)

    @property
    def ref(self) -> str:
        """Key and version, as records store them: `KEY@1`."""
        return f"{self.key}@{self.version}"
