"""A service pack: what a provider owes the people who work there, such as supervision; and the facts that it asks of.

It hangs on an affiliation and ends in the organization's own to-do: no standing and no reminder rests on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from certtrack.rules.pack import Authority, Holds, Text, Value

SessionKind = Literal["individual", "group", "observation"]
Way = Literal["in_person", "remote"]
Side = Literal["supervisor", "person"]
Topic = Literal[
    "peer_role", "boundaries_ethics", "own_wellness", "sharing_own_story", "listening", "hope_recovery", "shared_power",
    "culture", "community_resources", "crisis_safety", "documentation", "teamwork", "learning_goals",
]  # fmt: skip
PeriodUnit = Literal["week", "month"]
MetBy = Literal["either", "both"]
WeekBegins = Literal["monday", "sunday"]


@dataclass(frozen=True, slots=True)
class Period:
    """So many minutes of supervision in each calendar week or month."""

    unit: PeriodUnit
    minutes: int


@dataclass(frozen=True, slots=True)
class PerService:
    """So many minutes of supervision for so many minutes of service."""

    minutes: int
    service_minutes: int


@dataclass(frozen=True, slots=True)
class ServicePack:
    """One version of the rules for supervision. `applies_from`: it speaks for periods that end on that day or later.

    `staff` is True: peer specialists are among those whom it is for; its sureness says how far that was read.
    `per_service` is None where no such test is published. `ways`: whether a session held so counts; one that isn't
    named does. `qualified`: whether the supervisor has to be qualified. Each value that is None promises nothing.
    """

    key: str
    version: int
    zone: str
    applies_from: date
    name: Text
    short_name: Text
    whom_to_ask: Text
    authority: Authority
    staff: Value[bool]
    period: Value[Period]
    per_service: Value[PerService] | None
    met_by: Value[MetBy | None]
    week_begins: Value[WeekBegins | None]
    kinds: Value[tuple[SessionKind, ...]]
    ways: Mapping[Way, Value[Holds | None]]
    signed_by: Value[tuple[Side, ...]]
    qualified: Value[Holds | None]
    sha256: str = field(repr=False)
    raw: str = field(repr=False)

    @property
    def ref(self) -> str:
        """Key and version, as records store them: `KEY@1`."""
        return f"{self.key}@{self.version}"


@dataclass(frozen=True, slots=True)
class SessionFact:
    """One session that a person was at. `way` is None where it isn't known.

    `signed`: the sides that have signed what it says now. `is_qualified`: whether the supervisor's qualification for
    that day is on record.
    """

    id: int
    held_on: date
    minutes: int
    kind: SessionKind
    way: Way | None
    signed: frozenset[Side]
    is_qualified: bool


@dataclass(frozen=True, slots=True)
class DutyFact:
    """The days that a person is under the rules, both included; `until_on` None while it lasts."""

    from_on: date
    until_on: date | None
