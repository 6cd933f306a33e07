"""Causes that set many mails going at once: what is held because of them, and its release by a person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.security import Actor


@dataclass(frozen=True, slots=True)
class HeldMail:
    """One reminder that waits for release. `reason` is `cause` (too many at once), `moved` or `by_name`."""

    certification_id: int
    credential: str
    anchor_on: date
    stage: str
    reason: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Somebody whose mails wait. `mails` is empty for one to be released by name for whom nothing is due just now."""

    person_id: int
    name: str
    mails: tuple[HeldMail, ...]


@dataclass(frozen=True, slots=True)
class HeldCause:
    """What waits because of one cause. `key` is `KIND:NUMBER`; empty for people to be released by name without one.

    `people` go out together with `release_cause`; `by_name` were past their day when they were imported, and each of
    them waits for `release_person`. Both are in the order of names. `since` is when the first of it was held.
    """

    key: str
    kind: str
    since: datetime
    people: tuple[HeldPerson, ...]
    by_name: tuple[HeldPerson, ...]

    @property
    def people_count(self) -> int:
        """How many people wait for the release of the cause; those to be released by name are not among them."""
        return len(self.people)


def list_held(session: Session, organization_id: int | None = None) -> list[HeldCause]:
    """What waits for release, oldest cause first; with None in every organization."""
    raise NotImplementedError


def release_cause(session: Session, key: str, *, actor: Actor, at: datetime) -> int:
    """Release what a cause holds, now and later; how many reminders that were, 0 where nothing waited.

    Those to be released by name stay held. Raises NotFound for a key that no cause has.
    """
    raise NotImplementedError


def release_person(session: Session, person_id: int, *, actor: Actor, at: datetime) -> int:
    """Release one person by name, from every cause, with their later stages; how many reminders waited."""
    raise NotImplementedError


def release_all(session: Session, *, actor: Actor, at: datetime, organization_id: int | None = None) -> int:
    """Release every cause and everybody who waits by name, in one organization or in all; how many reminders waited."""
    raise NotImplementedError
