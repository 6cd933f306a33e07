"""A rule pack: one authority's dated rules for one credential, as values that each name their source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from certtrack.rules.days_rule import (
    AppliesBy,
    Beginning,
    Deadline,
    ExamRoute,
    FirstCycle,
    Length,
    MonthDay,
    Parity,
    Provisional,
    Window,
)
from certtrack.rules.hours_rule import Area, HoursRule, Kinds, Limit, Minimum, ProofNeeded, SameBy
from certtrack.rules.values import Holds, Source, Sure, Text, Value

__all__ = [
    "PHASES",
    "Area",
    "Ask",
    "AskKind",
    "AskStep",
    "Audit",
    "AuditKind",
    "Authority",
    "Beginning",
    "CountsBy",
    "Deadline",
    "EarnUntil",
    "ExamRoute",
    "Fee",
    "FirstCycle",
    "Holds",
    "HoursRule",
    "Kinds",
    "Length",
    "Limit",
    "Minimum",
    "MonthDay",
    "Need",
    "Pack",
    "Parity",
    "Phase",
    "ProofNeeded",
    "Provisional",
    "SameBy",
    "Sharing",
    "Source",
    "Sure",
    "Text",
    "TrainingRule",
    "Value",
    "Weekend",
    "Window",
]

Phase = Literal["on_time", "grace", "late", "exam_route", "full_route"]
Need = Literal[
    "application", "ce_form", "certificates", "fee", "late_fee", "exam", "training", "attestation", "background_check",
    "supervisor_letter", "service_record",
]  # fmt: skip
EarnUntil = Literal["due", "grace", "late"]
Weekend = Literal["none", "next_day"]
CountsBy = Literal["received", "received_or_postmarked"]
AskStep = Literal["entry", "provisional", "renewal"]
AskKind = Literal["service", "supervision", "training"]
AuditKind = Literal["none", "sample", "all"]

PHASES: tuple[Phase, ...] = ("on_time", "grace", "late", "exam_route", "full_route")
ANY = "any"
"""In place of a pack's key: every other one."""


@dataclass(frozen=True, slots=True)
class Fee:
    """What is paid in all, in cents of the pack's currency; `late_cents` of it are the late fee."""

    total_cents: int
    late_cents: int = 0


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
    """Who grants the credential, the address of its pages, and the language in which it reads what is sent to it."""

    name: Text
    link: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Ask:
    """Minutes of service, supervision or training beside the hours; None where they aren't published.

    `entry`: before the credential is given; `provisional`: in its provisional term; `renewal`: in each cycle.
    """

    step: AskStep
    kind: AskKind
    minutes: Value[int | None]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether an hour that counts for a credential of the packs `others` counts here as well; `any` for all others.

    With `areas` only minutes that are counted in these areas of this pack are meant.
    """

    others: tuple[str, ...]
    counts: Value[Holds | None]
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """Who is asked for certificates: nobody, a sample, or everybody at renewal; what is published of how.

    `always_areas`: areas whose certificates go along each time. `keep_years`: how long proof is to be kept.
    """

    kind: AuditKind
    months: tuple[int, ...] = ()
    percent: int | None = None
    always_areas: tuple[str, ...] = ()
    keep_years: int | None = None
    reply_days: int | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of one credential's rules. `grace`, `late`, `exam_route` are None where the rules have no such phase.

    `grace` and `late` hold every published reading of the phase's length, None where there is such a phase and nothing
    says how long it is. `late_hours_months`: after the due day the hours of so many months up to the day that is asked
    for count, instead of the cycle's. `term_years` holds None where no term is published; with `least_months` a
    completion closer to the deadline than that jumps a whole term. `pass_percent` is what an exam is passed with; None
    where the rules name no exam.

    `applies_from`: the version speaks for cycles that are due on that day or later; by `applies_by` for those that
    start on it or later, or are open on it. `hours` is None where none are asked for, `training` where none leads to
    it. `words` are the authority's own for a phase. `sha256` is of the file's bytes.
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
    deadline: Value[Deadline]
    term_years: Value[int | None]
    window: Value[Window | None]
    grace: Value[tuple[Length, ...] | None] | None
    late: Value[tuple[Length, ...] | None] | None
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
    applies_by: AppliesBy = "due_on_or_after"
    least_months: int | None = None
    parity: Value[Parity | None] | None = None
    first_cycle: Value[FirstCycle] | None = None
    late_hours_months: Value[int] | None = None
    provisional: Value[Provisional] | None = None
    asks: tuple[Ask, ...] = ()
    least_age: Value[int | None] | None = None
    words: Mapping[Phase, Text] = field(default_factory=dict)
    audit: Value[Audit | None] | None = None
    sharing: tuple[Sharing, ...] = ()

    def __hash__(self) -> int:
        return hash((self.key, self.version, self.sha256))  # some of the values are mappings, which have no hash

    @property
    def ref(self) -> str:
        """Key and version, as records store them: `KEY@1`."""
        return f"{self.key}@{self.version}"
