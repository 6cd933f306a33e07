"""What is known of somebody's way through one credential: days on paper, exams, applications, what was given."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from certtrack.rules.facts import CreditFact, Route, ServiceFact, SupervisedFact

ApplicationOutcome = Literal["granted", "refused", "returned"]
ReliefKind = Literal["waive", "extend", "reduce"]


@dataclass(frozen=True, slots=True)
class Completed:
    """A training that was completed, and how long it was, None where that isn't known."""

    id: int
    completed_on: date
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An exam on a day. `score` is in hundredths of a percent.

    `is_passed` is what was said, None where only the score was; `number` is the attempt's in its route, None where
    nobody counted.
    """

    id: int
    taken_on: date
    route: Route = "first"
    number: int | None = None
    score: int | None = None
    is_passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One application to end a cycle. `effective_on` is the day that a grant names, None where it names none."""

    id: int
    sent_on: date | None = None
    postmarked_on: date | None = None
    received_on: date | None = None
    decided_on: date | None = None
    outcome: ApplicationOutcome | None = None
    effective_on: date | None = None

    @property
    def first_on(self) -> date | None:
        """The first day that it is known of."""
        days = (self.sent_on, self.postmarked_on, self.received_on, self.decided_on, self.effective_on)
        return min((day for day in days if day), default=None)

    @property
    def answered_on(self) -> date | None:
        """The day of the answer, None where there is none yet."""
        if self.outcome is None:
            return None
        return self.decided_on or self.received_on or self.effective_on or self.sent_on

    @property
    def granted_from(self) -> date | None:
        """From when on a grant holds, None where it isn't one."""
        return self.effective_on or self.answered_on if self.outcome == "granted" else None


@dataclass(frozen=True, slots=True)
class Relief:
    """What an authority gave: a release from a requirement, fewer minutes of it, or time until `until_on`.

    `granted_on` is None where nobody knows when.
    """

    id: int
    kind: ReliefKind
    requirement: str | None = None
    until_on: date | None = None
    minutes: int | None = None
    granted_on: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All of it, for one credential. `stated_due_on` is the day that a certificate or letter states.

    `roles` are what the holder does beside the work itself; only signed supervision is told of.
    """

    credential: str
    issued_on: date | None = None
    stated_due_on: date | None = None
    born_on: date | None = None
    died_on: date | None = None
    roles: frozenset[str] = frozenset()
    trainings: tuple[Completed, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    requests: tuple[Request, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    credits: tuple[CreditFact, ...] = ()
    service: tuple[ServiceFact, ...] = ()
    supervision: tuple[SupervisedFact, ...] = ()


def known_by(history: History, day: date) -> History:
    """What of it was on record at the end of `day`: all that had happened by then.

    An application is known as far as it had come, an answer from the day on which it was given.
    """
    return replace(
        history,
        died_on=history.died_on if history.died_on and history.died_on <= day else None,
        trainings=tuple(one for one in history.trainings if one.completed_on <= day),
        attempts=tuple(one for one in history.attempts if one.taken_on <= day),
        requests=tuple(known for one in history.requests if (known := _as_far(one, day)).first_on),
        reliefs=tuple(one for one in history.reliefs if one.granted_on is None or one.granted_on <= day),
        credits=tuple(one for one in history.credits if one.last_on <= day),
        service=tuple(one for one in history.service if one.from_on <= day),
        supervision=tuple(one for one in history.supervision if one.held_on <= day),
    )


def _as_far(request: Request, day: date) -> Request:
    is_answered = request.answered_on is not None and request.answered_on <= day
    return Request(
        id=request.id,
        sent_on=_until(request.sent_on, day),
        postmarked_on=_until(request.postmarked_on, day),
        received_on=_until(request.received_on, day),
        decided_on=request.decided_on if is_answered else None,
        outcome=request.outcome if is_answered else None,
        effective_on=request.effective_on if is_answered else None,
    )


def _until(on: date | None, day: date) -> date | None:
    return on if on and on <= day else None
