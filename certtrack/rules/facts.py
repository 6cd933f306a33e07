"""What the rules are given: plain frozen facts, as known at one moment. `certtrack.db.queries.facts` makes them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

DueSource = Literal["stated", "computed", "extended"]
Outcome = Literal["not_known", "passed", "not_passed_yet"]
Route = Literal["first", "way_back"]
StatusKind = Literal["suspended", "restored", "revoked", "retired"]


@dataclass(frozen=True, slots=True)
class CycleFact:
    """One term, both days included. `computed_due_on` is what the pack's rule gives, None where it can't say.

    `closed_on` is the first day on which a later cycle, or nothing, speaks instead; None while it is open.
    """

    id: int
    start_on: date
    due_on: date
    due_source: DueSource
    computed_due_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ExamFact:
    """One person's attempt on a day. An outcome that isn't known sets no day."""

    id: int
    taken_on: date
    outcome: Outcome
    route: Route = "first"


@dataclass(frozen=True, slots=True)
class StatusFact:
    """An authority's act on the certification as a whole, from a day on."""

    id: int
    kind: StatusKind
    from_on: date


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """All that the validity axis of one certification rests on; `died_on` is the person's."""

    id: int
    credential: str
    issued_on: date | None = None
    cycles: tuple[CycleFact, ...] = ()
    exams: tuple[ExamFact, ...] = ()
    statuses: tuple[StatusFact, ...] = ()
    died_on: date | None = None
