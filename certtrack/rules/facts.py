"""What the rules are given: plain frozen facts, as known at one moment. `certtrack.db.queries.facts` makes them."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from certtrack.rules.pack import Pack

DueSource = Literal["stated", "computed", "extended"]
Outcome = Literal["not_known", "not_established", "passed", "not_passed_yet"]
"""What came of an attempt. `not_known`: only the sitting is; `not_established`: a score without a pass mark."""
Route = Literal["first", "way_back"]
StatusKind = Literal["suspended", "restored", "revoked", "retired"]
Activity = Literal[
    "course",
    "webinar",
    "conference",
    "community_of_practice",
    "study_group",
    "book",
    "video",
    "college_course",
    "self_study",
    "staff_meeting",
    "supervision",
    "rounds",
    "other",
]
Form = Literal["in_person", "live_online", "recorded", "self_study"]
CreditRole = Literal["participant", "presenter"]
Proof = Literal["none", "on_paper", "file"]
"""How hours are backed: not at all; by a paper that a named person has seen; by a file that is kept here."""
StepKind = Literal["sent", "submitted", "received", "returned", "granted", "refused"]
"""A keeper knows of `sent` alone; the others are a granter's."""
IntentionKind = Literal["not_going_on", "more_time", "plan", "seen"]
WaiverKind = Literal["waiver", "extension", "reduction"]
Decision = Literal["waiting", "checked", "accepted", "returned"]
"""What was decided of a claim: nothing yet; `checked` by a keeper; `accepted` by a granter; sent back to the holder."""


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
    """One person's attempt on a day. An outcome that isn't known or established sets no day."""

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
class CreditPart:
    """Some of a credit's minutes, with the areas that they fit, by key; without one they count for the total alone."""

    minutes: int
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditFact:
    """One learning activity that is claimed for this certification. It is earned on `last_on`.

    `form` is None where it isn't said; `title` and `provider` are empty then. A draft and a credit that was withdrawn
    are no facts.
    """

    id: int
    first_on: date
    last_on: date
    parts: tuple[CreditPart, ...]
    activity: Activity
    form: Form | None
    role: CreditRole
    proof: Proof
    decision: Decision
    title: str = ""
    provider: str = ""

    @property
    def minutes(self) -> int:
        """All its minutes."""
        return sum(part.minutes for part in self.parts)


@dataclass(frozen=True, slots=True)
class StepFact:
    """One thing that happened to an application to end a cycle, on a day. What was taken back is no fact.

    `postmarked_on` is None where it didn't come by post, or nobody has read the postmark.
    """

    id: int
    cycle_id: int
    kind: StepKind
    on: date
    postmarked_on: date | None = None


@dataclass(frozen=True, slots=True)
class BasisFact:
    """What the end of a cycle rested on, as it was frozen then: the credits, earned after its due day, that it took."""

    cycle_id: int
    credit_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class IntentionFact:
    """What the holder of a cycle said of going on.

    `until_on` is the day of a plan, or until when time was asked for, None where not said. `stage` and `anchor_on`, the
    due day that it hangs on, are those of the reminder that was seen, None of another kind.
    """

    id: int
    cycle_id: int
    kind: IntentionKind
    said_on: date
    until_on: date | None = None
    stage: str | None = None
    anchor_on: date | None = None


@dataclass(frozen=True, slots=True)
class WaiverFact:
    """What an authority gave for a cycle: a release that holds from `from_on` on, or a later due day.

    `requirement` is what a waiver releases from, `total` or an area's key, and what a reduction takes `minutes` off;
    `due_on` is the day that an extension gave. What isn't of its kind is None. `given_by` is who gave it, in words.
    """

    id: int
    cycle_id: int
    kind: WaiverKind
    from_on: date
    given_by: str
    requirement: str | None = None
    due_on: date | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """How long the holder served over some days, both included."""

    id: int
    from_on: date
    until_on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class SupervisedFact:
    """One supervision session that the holder was at; only signed ones are facts."""

    id: int
    held_on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class CertificationFacts:
    """All that the standing of one certification rests on; `died_on` and `born_on` are the person's.

    `roles` are what the holder does beside the work itself, such as `supervisor`: some rules ask more of them.
    `beside` are the person's other certifications, where one of them shares a credit with this one.
    """

    id: int
    credential: str
    issued_on: date | None = None
    cycles: tuple[CycleFact, ...] = ()
    exams: tuple[ExamFact, ...] = ()
    statuses: tuple[StatusFact, ...] = ()
    died_on: date | None = None
    credits: tuple[CreditFact, ...] = ()
    steps: tuple[StepFact, ...] = ()
    intentions: tuple[IntentionFact, ...] = ()
    bases: tuple[BasisFact, ...] = ()
    waivers: tuple[WaiverFact, ...] = ()
    born_on: date | None = None
    roles: frozenset[str] = frozenset()
    service: tuple[ServiceFact, ...] = ()
    supervision: tuple[SupervisedFact, ...] = ()
    beside: "tuple[Beside, ...]" = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """Another certification of the same person, and its rules: an hour may count for both, or for one alone."""

    pack: "Pack"
    facts: CertificationFacts
